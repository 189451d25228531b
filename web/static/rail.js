// The conversations of this browser: listed by day, brought back whole, and kept while one asks.

import { $, $$, element, parse, request, say } from "./dom.js";
import * as store from "./store.js";
import { shownDate, t } from "./texts.js";
import * as view from "./view.js";

const list = $("#conversations");
const log = $("#log");
let current = history.state?.conversation ?? null;

export const state = () => ({ conversation: current });

// The day of a moment, in words for the two last ones.
const day = (time) => {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (time >= midnight) return t("Today");
  return time >= midnight - 864e5 ? t("Yesterday") : shownDate(time);
};

const row = (kept) => {
  const last = kept.turns.at(-1);
  const link = element("a", { className: "row", href: last.permalink, textContent: kept.title, title: kept.title, dir: "auto" });
  if (kept.id === current) link.ariaCurrent = "page";
  link.dataset.conversation = kept.id;
  const remove = element("button", { type: "button", className: "plain icon-only", textContent: "×", ariaLabel: t("Delete the conversation: %(title)s", kept) });
  remove.dataset.forget = kept.id;
  return element("li", {}, link, remove);
};

const draw = async () => {
  const days = Map.groupBy
    ? Map.groupBy(await store.conversations(), (kept) => day(kept.changed))
    : (await store.conversations()).reduce((map, kept) => map.set(day(kept.changed), [...(map.get(day(kept.changed)) ?? []), kept]), new Map());
  list.replaceChildren(
    ...[...days].flatMap(([name, kept]) => [element("h3", { textContent: name }), element("ol", {}, ...kept.map(row))]),
  );
  list.parentElement.hidden = !days.size;
};

// Keeps one answered turn, and makes the address lead back to the whole conversation.
export const keep = async (answered, question) => {
  current ??= store.newId();
  const { snapshot } = JSON.parse(answered.dataset.answer).index;
  const { permalink } = answered.dataset;
  history.replaceState(state(), "");
  await store.append(current, { question, permalink, snapshot, html: answered.outerHTML, at: Date.now() }).then(draw, () => {});
};

const isOld = (turn) => log.dataset.snapshot && turn.snapshot !== log.dataset.snapshot;

const restored = (turn) => {
  const article = $("article", parse(turn.html));
  if (isOld(turn)) {
    const again = element("a", { className: "button", href: turn.permalink, textContent: t("Ask again") });
    again.dataset.ask = "";
    const note = element("p", { className: "note old" }, t("Answered on %(day)s from an earlier index.", { day: shownDate(turn.at) }), " ", again);
    $(".question", article).after(note);
  }
  return article;
};

// The earlier turns of the address: from this browser, or asked once more where it does not have them.
const bringBack = async () => {
  const shown = $$(".turn", log);
  const here = view.closed(location.href);
  const all = await store.conversations().catch(() => []);
  const same = (turn) => view.closed(turn.permalink) === here;
  const kept = all.find((one) => one.id === current) ?? all.find((one) => same(one.turns.at(-1)));
  if (kept) {
    current = kept.id;
    history.replaceState(state(), "");
    const upTo = kept.turns.findLastIndex(same);
    const before = kept.turns.slice(0, upTo < 0 ? kept.turns.length : upTo);
    log.prepend(...before.map(restored));
    $(".earlier", log)?.remove();
    if (!shown.length) return;
    shown.at(-1).scrollIntoView({ block: "start" });
    return;
  }
  if (!shown.length) return;
  await reask(view.read(here), shown[0]);
  for (const turn of $$(".turn[data-answer]", log)) await keep(turn, $(".question", turn).textContent);
};

const reask = async ({ history: earlier, filters }, before) => {
  for (const [number, question] of earlier.entries()) {
    const html = await request("/turn", { body: { question, history: earlier.slice(0, number), filters } }).catch(() => null);
    if (html) before.before($("article", parse(html)));
  }
  if (earlier.length) $(".earlier", log)?.remove();
};

const open = async (link) => {
  const kept = await store.conversation(link.dataset.conversation);
  if (!kept) return location.assign(link.href);
  history.pushState({ conversation: kept.id }, "", link.href);
  location.reload();
};

const forget = async (button) => {
  await store.forget(button.dataset.forget);
  if (button.dataset.forget === current) current = null;
  await draw();
  say(t("Deleted"));
  $("a", list)?.focus();
};

export const start = () => {
  if (!globalThis.indexedDB) return;
  draw().catch(() => {});
  store.onChange(() => draw().catch(() => {}));
  list.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("[data-conversation]");
    const button = event.target.closest("[data-forget]");
    if (link) {
      event.preventDefault();
      open(link);
    } else if (button) forget(button);
  });
  if (log) bringBack();
};
