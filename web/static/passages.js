// What a reader does with a passage: copy it, say whether it answers, ask for more or less like it.

import { $, $$, element, parse, request, say, warn } from "./dom.js";
import { t } from "./texts.js";
import { STYLES } from "./cite.js";
import * as view from "./view.js";

// What a quotation and its citation consist of, whatever the button stands at.
const quotation = (quote, of, href, date) => {
  const url = new URL(href, location.href);
  const { open: id, start, end } = Object.fromEntries(url.searchParams);
  return { ...JSON.parse(of.dataset.source), quote, date, id, start, end, link: url.href };
};

const found = {
  citation: (button) => {
    const data = JSON.parse(button.closest(".turn").dataset.answer);
    const citation = data.citations[button.dataset.number - 1];
    const item = button.closest(".clipping");
    const place = $(`.number[data-number="${button.dataset.number}"]`, item).href;
    return quotation(citation.cited_text, item, place, $("time", item)?.textContent);
  },
  passage: (button) => {
    const item = button.closest(".passage");
    return quotation($(".text", item).textContent, item, $(".title a", item).href, $("time", item)?.textContent);
  },
  sentence: (button) => {
    const source = button.closest("#source");
    const { document: id, start, end, quote } = source.dataset;
    const href = start ? view.opening(location.href, id, start, end) : location.href;
    return quotation(quote, source, href, $(".byline time", source)?.textContent);
  },
};

const rich = ({ quote, title, date, id, start, end, link }) =>
  element(
    "div",
    {},
    element("blockquote", { textContent: quote }),
    element(
      "p",
      {},
      element("a", { href: link, textContent: title }),
      [date && `, ${date}`, `, ${id}, characters ${start}–${end}`].filter(Boolean).join(""),
    ),
  ).outerHTML;

// The copy event takes both forms at once, without asking for a permission and without a secure context.
const { style } = document.documentElement.dataset;
const copy = (button) => {
  const taken = found[button.dataset.copy](button);
  if (!taken.quote) return warn(t("Choose a sentence first"));
  const fill = (event) => {
    event.clipboardData.setData("text/plain", (STYLES[style] ?? STYLES.plain)(taken));
    if (style === "plain") event.clipboardData.setData("text/html", rich(taken));
    event.preventDefault();
  };
  document.addEventListener("copy", fill, { once: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", fill);
  say(done ? t("Copied with its source") : t("The browser did not allow copying"));
  if (!done) return;
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
};

const grade = async (button) => {
  const turn = button.closest(".turn");
  const data = JSON.parse(turn.dataset.answer);
  const pressed = button.getAttribute("aria-pressed") === "true";
  const body = {
    question: turn.dataset.searched,
    passage_id: button.closest("[data-passage]").dataset.passage,
    snapshot: data.index.snapshot,
    grade: pressed ? null : Number(button.dataset.grade),
  };
  try {
    await request("/feedback", { body });
    for (const other of $$("button", button.parentElement)) other.setAttribute("aria-pressed", other === button && !pressed);
    say(pressed ? t("Taken back") : t("Noted"));
  } catch (error) {
    warn(error.message);
  }
};

const said = (turn) => ({ like: JSON.parse(turn.dataset.like ?? "[]"), unlike: JSON.parse(turn.dataset.unlike ?? "[]") });

const refine = async (turn, { like, unlike }) => {
  const { question, history, filters } = view.read(turn.dataset.permalink);
  try {
    const html = await request("/passages", { body: { question, history, filters, like, unlike } });
    $("[data-passages]", turn).replaceWith(...parse(html).children);
  } catch (error) {
    return warn(error.message);
  }
  Object.assign(turn.dataset, { like: JSON.stringify(like), unlike: JSON.stringify(unlike) });
  say(like.length || unlike.length ? t("Passages ranked again") : t("Passages as they were"));
  ($(".chips button", turn) ?? $("[data-passages] summary", turn)).focus();
};

const judge = (kind) => (button) => {
  const turn = button.closest(".turn");
  const id = button.closest(".passage").dataset.passage;
  const now = said(turn);
  for (const name of ["like", "unlike"]) now[name] = now[name].filter((other) => other !== id);
  now[kind].push(id);
  refine(turn, now);
};

const undo = (button) => {
  const turn = button.closest(".turn");
  const now = said(turn);
  now[button.dataset.kind] = now[button.dataset.kind].filter((id) => id !== button.dataset.id);
  refine(turn, now);
};

const save = async (button) => {
  const taken = found[button.dataset.copy](button);
  if (!taken.quote) return warn(t("Choose a sentence first"));
  try {
    await (await import("./quotes.js")).save(taken);
    button.classList.add("done");
  } catch {
    warn(t("This browser keeps nothing."));
  }
};

export const actions = { copy, save, grade, like: judge("like"), unlike: judge("unlike"), undo };
