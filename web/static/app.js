// Starts what the page has: without this the page works all the same, by forms and links.

import * as conversation from "./conversation.js";
import { $, parse, request } from "./dom.js";
import * as panel from "./panel.js";
import * as rail from "./rail.js";

document.documentElement.classList.add("script");

const chat = document.body.classList.contains("chat") && $("form.ask") !== null;
const keys = $("#keys");
const single = $("#single-keys");

const exported = async (button) => {
  const { save } = await import("./export.js");
  await save(button.dataset.format, button.dataset.of);
  const menu = button.closest("details");
  if (menu) menu.open = false;
};

const deleteAll = () => {
  const dialog = $("#delete-all");
  dialog.showModal();
  dialog.onclose = async () => {
    if (dialog.returnValue !== "delete") return;
    await (await import("./store.js")).deleteAll();
    location.reload();
  };
};

const limit = (link) => {
  const { document: id } = $("#source").dataset;
  if (panel.isSheet()) panel.close();
  conversation.limitTo(id, link.dataset.title);
};

// The field takes the keys at once; what looks for them may still be on its way.
const find = async () => {
  const form = $("#source .finder");
  form.hidden = false;
  $("input", form).focus();
  $("input", form).select();
  (await import("./finder.js")).find();
};

const sheets = async (button) => (await import("./sheets.js")).toggle(button);

// What is done to a passage comes with the first answer; until then nobody needs it.
const passages = (name) => async (button) => (await import("./passages.js")).actions[name](button);
const actions = Object.fromEntries(["copy", "save", "grade", "like", "unlike", "undo"].map((name) => [name, passages(name)]));
if ($(".turn")) import("./passages.js");

const run = { ...actions, limit, find, sheets, deleteAll, print: () => print(), export: exported, keys: () => keys.showModal() };

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  const act = button && (button.matches("button") || (chat && button.dataset.action === "limit")) && run[button.dataset.action];
  if (act) {
    event.preventDefault();
    act(button);
  }
  const menu = $("details.menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

const escape = () => {
  const menu = $("details.menu[open]");
  if (menu) {
    menu.open = false;
    $("summary", menu).focus();
  } else if (chat) conversation.cancel() || panel.close();
};

// The source with a number, of the answer that stands last.
const openNumber = (number) => $(`.turn:last-of-type .number[data-number="${number}"]`)?.click();

const shortcuts = {
  "/": () => (document.activeElement.closest("#source") ? find() : $("#question")?.focus()),
  "?": () => keys.showModal(),
  n: () => panel.turnTo("n"),
  p: () => panel.turnTo("p"),
  j: () => panel.walk(1),
  k: () => panel.walk(-1),
  c: () => $("#source [data-action=copy], .turn:last-of-type [data-action=copy]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.key === "Escape") return escape();
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (typing || !single.checked) return;
  const act = /^[1-9]$/.test(event.key) ? () => openNumber(event.key) : Object.hasOwn(shortcuts, event.key) && shortcuts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

const stored = (() => {
  try {
    return localStorage;
  } catch {
    return null; // a browser that keeps nothing
  }
})();
single.checked = stored?.getItem("single-keys") !== "off";
single.addEventListener("change", () => stored?.setItem("single-keys", single.checked ? "on" : "off"));

// Suggestions are found in the background after a start: ask again, ever less often, when the page came too early.
const awaitSuggestions = async () => {
  for (let tries = 2; tries < 12; tries += 1) {
    await new Promise((done) => setTimeout(done, 500 * tries));
    const place = $("#suggestions");
    if (!place) return;
    const parts = [...parse(await request("/suggestions")).children];
    if (parts.length) return place.replaceChildren(...parts);
  }
};

rail.start();
if ($(".building")) import("./building.js");
if ($("#board")) import("./quotes.js").then(({ board }) => board());
if (chat) {
  conversation.start();
  panel.start();
  if ($("#suggestions")?.dataset.wanted) awaitSuggestions().catch(() => {});
}
