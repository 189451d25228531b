// The documents page: files added by button or drop, deleted and brought back, and the build followed while it runs.
// Without this the same forms work by themselves.

import { $, element, parse, request, say, warn } from "./dom.js";

const upload = $("#upload");
const results = $("#results");
const undo = $("#undo");
const dialog = $("#token");
const OUTCOMES = { added: "was added", replaced: "was replaced", unchanged: "was there already" };

const kept = (() => {
  try {
    return sessionStorage;
  } catch {
    return { getItem: () => null, setItem: () => {}, removeItem: () => {} }; // a browser that keeps nothing
  }
})();
let token = kept.getItem("token");

const askForToken = () =>
  new Promise((resolve) => {
    const field = $("#token-field");
    field.value = "";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => resolve(dialog.returnValue ? field.value : null), { once: true });
  });

// The answer's body, or an Error with what the service said; asks for the token where it is wanted or wrong.
const change = async (method, path, body) => {
  if (dialog && !token) token = await askForToken();
  if (dialog && !token) throw new Error("Nothing was changed: the token is missing.");
  const headers = { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  let response;
  try {
    response = await fetch(path, { method, headers, body });
  } catch {
    throw new Error("The service cannot be reached. Is it still running?");
  }
  const answer = await response.json().catch(() => ({ detail: `status ${response.status}` }));
  if (response.status === 401 && dialog) {
    token = null;
    kept.removeItem("token");
    say("This token is not the server’s.");
    return change(method, path, body);
  }
  if (token) kept.setItem("token", token);
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.detail), { each: answer.errors });
};

const showFile = (name, text, failed) =>
  results.append(element("li", { className: failed ? "error" : "" }, element("bdi", { className: "id", textContent: name }), ` ${text}`));

const add = async (files) => {
  if (!files.length) return;
  results.replaceChildren();
  const body = new FormData();
  for (const file of files) body.append("files", file);
  if (upload.elements.replace.checked) body.append("replace", "on");
  upload.setAttribute("aria-busy", "true");
  say(`Adding ${files.length === 1 ? files[0].name : `${files.length} files`}.`);
  try {
    const answer = await change("POST", "/documents", body);
    for (const file of answer.files) {
      const failed = file.outcome === "refused";
      showFile(file.document_id ?? file.name, failed ? `was not added: ${file.problem.detail}` : OUTCOMES[file.outcome], failed);
    }
    const refused = answer.files.filter((file) => file.outcome === "refused").length;
    say(`${answer.files.length - refused} stored${refused ? `, ${refused} not added` : ""}. They answer after the build.`);
    follow(answer.job);
  } catch (error) {
    if (error.each) for (const [place, each] of error.each.entries()) showFile(files[place].name, `was not added: ${each.message}`, true);
    else showFile(files.length === 1 ? files[0].name : `${files.length} files`, `: ${error.message}`, true);
    say(`Nothing was added. ${error.message}`);
  }
  upload.removeAttribute("aria-busy");
  upload.reset();
};

const remove = async (button) => {
  const { delete: path, name } = button.dataset;
  const row = button.closest("tr, li");
  try {
    const answer = await change("DELETE", path);
    row.classList.add("gone");
    for (const control of row.querySelectorAll("button, input")) control.disabled = true;
    const back = element("button", { type: "button" }, "Undo", element("span", { className: "unseen", textContent: ` the deletion of ${name}` }));
    Object.assign(back.dataset, { restore: path, name });
    undo.append(element("li", {}, element("span", {}, element("bdi", { textContent: name }), " was deleted."), back));
    back.focus({ preventScroll: true }); // it sticks to the bottom of the window
    say(`${name} was deleted. It answers until the build is done. Undo brings it back.`);
    follow(answer.job);
  } catch (error) {
    warn(error.message);
  }
};

const restore = async (button) => {
  try {
    const answer = await change("POST", `${button.dataset.restore}/restore`);
    button.closest("li").remove();
    say(`${button.dataset.name} is back, and answers after the build.`);
    ($("button", undo) ?? $("#main")).focus();
    follow(answer.job);
  } catch (error) {
    warn(error.message);
  }
};

const rebuild = async () => {
  try {
    follow(await change("POST", "/index/rebuild"));
    say("The build begins.");
  } catch (error) {
    warn(error.message);
  }
};

// The list as it is now; a script that fetches the page gets the same as a reader who loads it again.
const refresh = async () => {
  const fresh = parse(await request(location.pathname + location.search));
  const focused = document.activeElement?.dataset?.delete;
  $("#listing").replaceWith($("#listing", fresh));
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
    bar = element("progress", { ariaLabel: "Progress of the build" });
    place.replaceChildren(element("p", {}, text, " ", bar));
  } else $(".job-text", place).textContent = job.text;
  if (job.total) Object.assign(bar, { max: job.total, value: job.done });
  else bar.removeAttribute("value");
};

let events = null;
const follow = (job) => {
  if (!job) return;
  events?.close();
  show(job);
  events = new EventSource(`${job.url}/events`);
  events.addEventListener("job", async ({ data }) => {
    const now = JSON.parse(data);
    show(now);
    if (!now.ended_at) return;
    events.close();
    say(now.text);
    await refresh().catch((error) => warn(error.message));
  });
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const act = button?.dataset.delete ? remove : button?.dataset.restore ? restore : null;
  if (!act) return;
  event.preventDefault();
  act(button);
});

if (upload) {
  const area = $(".drop", upload);
  const files = $("#files");
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    if (files.files.length) add([...files.files]);
    else files.click();
  });
  files.addEventListener("change", () => add([...files.files]));
  for (const kind of ["dragenter", "dragover"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) area.addEventListener(kind, () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  $("#rebuild").addEventListener("submit", (event) => {
    event.preventDefault();
    rebuild();
  });
  const { url, state } = $("#job").dataset;
  if (url && !["done", "failed"].includes(state)) request(url).then((text) => follow(JSON.parse(text)), () => {});
}
