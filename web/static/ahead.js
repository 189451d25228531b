// While one types: the best clipping, titles, and earlier questions that begin so. One request at a time, and none kept waiting.

import { $, element, parse, request } from "./dom.js";
import { open } from "./panel.js";
import { conversations } from "./store.js";
import { t } from "./texts.js";
import * as view from "./view.js";

const PAUSE = 120; // ms
const LEAST = 3; // characters

const form = $("form.ask");
const field = $("#question");
const box = element("div", { className: "ahead", hidden: true, ariaLabel: t("While you type") });
box.setAttribute("role", "region");
$(".field", form).append(box);

let timer = 0;
let controller = null;

export const hide = () => {
  clearTimeout(timer);
  controller?.abort();
  box.hidden = true;
};

const earlier = async (typed) => {
  const asked = (await conversations().catch(() => [])).flatMap((kept) => kept.turns.map((turn) => turn.question));
  const begins = (question) => question.toLowerCase().startsWith(typed.toLowerCase()) && question !== typed;
  return [...new Set(asked)].filter(begins).slice(0, 2);
};

const complete = (question) => {
  const button = element("button", { type: "button", className: "ahead-title", textContent: question, dir: "auto" });
  button.addEventListener("click", () => {
    field.value = question;
    hide();
    field.focus();
  });
  return button;
};

const look = async () => {
  const typed = field.value.trim();
  controller = new AbortController();
  const { signal } = controller;
  const chosen = [...new FormData(form)].filter(([name]) => name !== "question" && name !== "history");
  const query = new URLSearchParams([["typed", typed.slice(0, 300)], ...chosen]);
  try {
    const [html, questions] = await Promise.all([request(`/ahead?${query}`, { signal }), earlier(typed)]);
    if (signal.aborted || field.value.trim() !== typed) return;
    box.replaceChildren(...questions.map(complete), ...parse(html).children);
    box.hidden = !box.children.length;
  } catch {
    box.hidden = true; // cancelled, or the service is busy: typing goes on
  }
};

export const typed = () => {
  hide();
  if (field.value.trim().length >= LEAST) timer = setTimeout(look, PAUSE);
};

box.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-id]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  hide();
  const { id, start, end } = link.dataset;
  const url = new URL(start ? view.opening(location.href, id, start, end) : view.closed(location.href));
  if (!start) url.searchParams.set("open", id);
  open(url.href, field);
});
form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || hide());
form.addEventListener("submit", hide);
