// The library: documents deleted and brought back, put into collections, and the build followed while it runs.
// Without this the same forms work by themselves.

import { change } from "./changes.js";
import { $, $$, element, parse, request, say, warn } from "./dom.js";
import { t } from "./texts.js";
import { startUploads } from "./uploads.js";

const upload = $("#upload");
const undo = $("#undo");

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
  startUploads(follow);
  $("#rebuild").addEventListener("submit", (event) => {
    event.preventDefault();
    rebuild();
  });
  const { url, state } = $("#job").dataset;
  if (url && !["done", "failed"].includes(state)) request(url).then((text) => follow(JSON.parse(text)), () => {});
}
