// Files and folders added by button or drop, in batches, each with its state until it answers.

import { change } from "./changes.js";
import { $, element, say } from "./dom.js";
import { t } from "./texts.js";

const upload = $("#upload");
const results = $("#results");
const BATCH_BYTES = 32 * 2 ** 20;
const OUTCOMES = { added: t("was added"), replaced: t("was replaced"), unchanged: t("was there already") };

// One line a file, whose state goes on: waiting, stored, answering; or what is wrong with it.
const line = (file) => {
  const made = element("li", {}, element("bdi", { className: "id", textContent: file.path }), " ", element("span", { textContent: t("waits") }));
  results.append(made);
  return {
    set: (text, name = file.path) => {
      $("bdi", made).textContent = name;
      $("span", made).textContent = text;
    },
    fail: (why) => {
      made.className = "error";
      $("span", made).textContent = t("was not added: %(why)s", { why });
    },
    stored: null,
  };
};

const batches = (files) => {
  const most = Number(upload.dataset.batch);
  const made = [[]];
  let bytes = 0;
  for (const file of files) {
    if (made.at(-1).length === most || (bytes + file.file.size > BATCH_BYTES && made.at(-1).length)) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1).push(file);
    bytes += file.file.size;
  }
  return made;
};

const tally = (files) => {
  const count = (state) => files.filter((file) => file.state === state).length;
  $("#tally").hidden = files.length < 2;
  $("#tally").textContent = t("%(all)s files: %(waiting)s waiting, %(stored)s stored, %(answering)s answering, %(refused)s not added", {
    all: files.length, waiting: count("waits"), stored: count("stored"), answering: count("answers"), refused: count("refused"),
  });
};

const send = async (batch, isLast) => {
  const body = new FormData();
  for (const file of batch) body.append("files", file.file, file.path);
  if (upload.elements.replace.checked) body.append("replace", "on");
  try {
    const answer = await change("POST", `/documents?folders=true${isLast ? "" : "&rebuild=false"}`, body);
    for (const [place, one] of answer.files.entries()) {
      const file = batch[place];
      file.state = one.outcome === "refused" ? "refused" : "stored";
      if (one.problem) file.line.fail(one.problem.detail);
      else file.line.set(OUTCOMES[one.outcome], one.document_id);
    }
    return answer.job;
  } catch (error) {
    for (const [place, file] of batch.entries()) {
      file.state = "refused";
      file.line.fail(error.each?.[place]?.message ?? error.message);
    }
    return null;
  }
};

const isHidden = (path) => path.split("/").some((part) => part.startsWith("."));

// `chosen` are files, each with its path in the folder that was chosen or dropped.
const add = async (chosen, follow) => {
  const files = chosen.filter((file) => !isHidden(file.path)).map((file) => ({ ...file, state: "waits" }));
  if (!files.length) return;
  results.replaceChildren();
  for (const file of files) file.line = line(file);
  upload.setAttribute("aria-busy", "true");
  say(t("Adding %(count)s files", { count: files.length }));
  tally(files);
  let job = null;
  const sent = batches(files);
  for (const [number, batch] of sent.entries()) {
    job = (await send(batch, number === sent.length - 1)) ?? job;
    tally(files);
  }
  const stored = files.filter((file) => file.state === "stored");
  // The last batch asks for the build; where it was refused whole, the earlier ones still want one.
  if (stored.length && !job) job = await change("POST", "/index/rebuild").catch(() => null);
  say(
    stored.length
      ? t("%(stored)s stored, %(refused)s not added. They answer after the build.", { stored: stored.length, refused: files.length - stored.length })
      : t("Nothing was added."),
  );
  upload.removeAttribute("aria-busy");
  upload.reset();
  follow(job, (now) => {
    const unread = new Map((now.result?.unreadable ?? []).map((one) => [one.document_id, one.reason]));
    for (const file of now.error ? [] : stored) {
      const why = unread.get($("bdi", results.children[files.indexOf(file)])?.textContent);
      file.state = why ? "refused" : "answers";
      if (why) file.line.fail(why);
    }
    tally(files);
  });
};

const plain = (list) => [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

// All files of what was dropped, folders too.
const dropped = async (items) => {
  const walk = async (entry, above) => {
    const path = above + entry.name;
    if (entry.isFile) return [{ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path }];
    const reader = entry.createReader();
    const found = [];
    for (let some; (some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length; ) found.push(...some);
    return (await Promise.all(found.map((one) => walk(one, `${path}/`)))).flat();
  };
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return (await Promise.all(entries.map((entry) => walk(entry, "")))).flat();
};

// `follow(job, ended)` follows the build that will hold the files.
export const startUploads = (follow) => {
  const area = $(".drop", upload);
  const files = $("#files");
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    if (files.files.length) add(plain(files.files), follow);
    else files.click();
  });
  files.addEventListener("change", () => add(plain(files.files), follow));
  $("#folder").addEventListener("change", (event) => add(plain(event.target.files), follow));
  for (const kind of ["dragenter", "dragover"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) area.addEventListener(kind, () => area.classList.remove("over"));
  area.addEventListener("drop", async (event) => {
    event.preventDefault();
    const { files: list, items } = event.dataTransfer;
    const loose = plain(list);
    const found = await dropped(items).catch(() => []);
    add(found.length ? found : loose, follow);
  });
};
