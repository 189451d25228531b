// The library: files and folders added by button or drop, deleted and brought back, and the build followed while it runs.
// Without this the same forms work by themselves.

import { change } from "./changes.js";
import { $, $$, element, parse, request, say, warn } from "./dom.js";
import { t } from "./texts.js";

const upload = $("#upload");
const results = $("#results");
const undo = $("#undo");
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
const add = async (chosen) => {
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

const strike = (row) => {
  row?.classList.add("gone");
  for (const control of $$("button, input", row ?? document.createElement("p"))) control.disabled = true;
};

const remove = async (path, name, row, rebuild = true) => {
  const answer = await change("DELETE", rebuild ? path : `${path}?rebuild=false`);
  strike(row);
  const back = element("button", { type: "button", textContent: t("Undo"), ariaLabel: t("Undo the deletion of %(name)s", { name }) });
  Object.assign(back.dataset, { restore: path, name });
  undo.append(element("li", {}, element("span", {}, element("bdi", { textContent: name }), " ", t("was deleted.")), back));
  return { answer, back };
};

const removeOne = async (button) => {
  const { delete: path, name } = button.dataset;
  try {
    const { answer, back } = await remove(path, name, button.closest("tr, li"));
    back.focus({ preventScroll: true }); // it sticks to the bottom of the window
    say(t("%(name)s was deleted. Undo brings it back.", { name }));
    follow(answer.job);
  } catch (error) {
    warn(error.message);
  }
};

const boxes = () => $$("#listing input[name=document_ids]:not(:disabled)");
const chosen = () => boxes().filter((box) => box.checked);

const removeChosen = async () => {
  const rows = chosen().map((box) => $("[data-delete]", box.closest("tr"))).filter(Boolean);
  try {
    for (const [place, button] of rows.entries()) {
      const { answer } = await remove(button.dataset.delete, button.dataset.name, button.closest("tr"), place === rows.length - 1);
      if (answer.job) follow(answer.job);
    }
    say(t("%(count)s deleted. Undo brings them back.", { count: rows.length }));
  } catch (error) {
    warn(error.message);
  }
  count();
};

const count = () => {
  const number = chosen().length;
  if ($("#chosen-count")) $("#chosen-count").textContent = number ? t("%(count)s chosen", { count: number }) : "";
  if ($("[data-delete-chosen]")) $("[data-delete-chosen]").disabled = !number;
};

const restore = async (button) => {
  try {
    const answer = await change("POST", `${button.dataset.restore}/restore`);
    button.closest("li").remove();
    say(t("%(name)s is back, and answers after the build.", { name: button.dataset.name }));
    ($("button", undo) ?? $("#main")).focus();
    follow(answer.job);
  } catch (error) {
    warn(error.message);
  }
};

const rebuild = async () => {
  try {
    follow(await change("POST", "/index/rebuild"));
    say(t("The build begins."));
  } catch (error) {
    warn(error.message);
  }
};

// Rows stay where they are while the pointer is over a struck one.
const left = async () => {
  const struck = $("#listing .gone:hover");
  if (struck) await new Promise((resolve) => $("#listing").addEventListener("pointerleave", resolve, { once: true }));
};

// The list as it is now; a script that fetches the page gets the same as a reader who loads it again.
const refresh = async () => {
  await left();
  const fresh = parse(await request(location.pathname + location.search));
  const focused = document.activeElement?.dataset?.delete;
  const ticked = new Set(chosen().map((box) => box.value));
  $("#listing").replaceWith($("#listing", fresh));
  for (const box of boxes()) box.checked = ticked.has(box.value);
  count();
  if (focused) ($(`[data-delete="${CSS.escape(focused)}"]`) ?? $("#main")).focus();
};

const show = (job) => {
  const place = $("#job");
  place.dataset.state = job.state;
  const text = element("span", { className: "job-text", textContent: job.text });
  if (job.ended_at) {
    place.replaceChildren(element("p", { className: job.error ? "error" : "note" }, text));
    return;
  }
  let bar = $("progress", place);
  if (!bar) {
    bar = element("progress", { ariaLabel: t("Progress of the build") });
    place.replaceChildren(element("p", {}, text, " ", bar));
  } else $(".job-text", place).textContent = job.text;
  if (job.total) Object.assign(bar, { max: job.total, value: job.done });
  else bar.removeAttribute("value");
};

let events = null;
const follow = (job, ended = () => {}) => {
  if (!job) return;
  events?.close();
  show(job);
  events = new EventSource(`${job.url}/events`);
  events.addEventListener("job", async ({ data }) => {
    const now = JSON.parse(data);
    show(now);
    if (!now.ended_at) return;
    events.close();
    ended(now);
    say(now.text);
    await refresh().catch((error) => warn(error.message));
  });
};

// Where the server wants its token, a form cannot send it.
const collect = async (button) => {
  const body = new FormData(button.form, button);
  try {
    await change("POST", "/collections", body);
    location.assign(body.get("forget") ? "/corpus" : `/corpus?${new URLSearchParams({ collection: body.get("out") ?? body.get("name").trim() })}`);
  } catch (error) {
    warn(error.message);
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const { dataset = {} } = button ?? {};
  const act =
    dataset.delete ? removeOne : dataset.restore ? restore : "collect" in dataset && $("#token") ? collect : "deleteChosen" in dataset ? removeChosen : "folder" in dataset ? () => $("#folder").click() : null;
  if (!act) return;
  event.preventDefault();
  act(button);
});

// Enter in the name of a collection means its button, not the first one of the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".collect input")) return;
  event.preventDefault();
  $(".collect button").click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.closest("#listing")) count();
  if (event.target.matches("[name=sort]")) event.target.form.requestSubmit();
});

if (upload) {
  const area = $(".drop", upload);
  const files = $("#files");
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    if (files.files.length) add(plain(files.files));
    else files.click();
  });
  files.addEventListener("change", () => add(plain(files.files)));
  $("#folder").addEventListener("change", (event) => add(plain(event.target.files)));
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
    add(found.length ? found : loose);
  });
  $("#rebuild").addEventListener("submit", (event) => {
    event.preventDefault();
    rebuild();
  });
  const { url, state } = $("#job").dataset;
  if (url && !["done", "failed"].includes(state)) request(url).then((text) => follow(JSON.parse(text)), () => {});
}
