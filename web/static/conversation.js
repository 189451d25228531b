// Asking: answers are appended, one question is under way at a time, and the form holds the conversation.

import { length } from "./codepoints.js";
import { $, $$, element, parse, request, say, warn } from "./dom.js";
import { close } from "./panel.js";
import * as view from "./view.js";

const MAX_QUESTION = 2000;
const PASTED = 20_000;

const form = $("form.ask");
const field = $("#question");
const log = $("#log");
let pending = null;

const history = () => $$("input[name=history]", form).map((input) => input.value);

const remember = (questions) => {
  for (const input of $$("input[name=history]", form)) input.remove();
  for (const value of view.fitting(questions)) form.append(element("input", { type: "hidden", name: "history", value }));
};

const filters = () => {
  const data = new FormData(form);
  const chosen = { document_ids: data.getAll("document_ids"), tags: data.getAll("tags") };
  for (const name of ["date_from", "date_to"]) if (data.get(name)) chosen[name] = data.get(name);
  return chosen;
};

const choose = (chosen) => {
  for (const box of $$("input[type=checkbox]", form)) box.checked = chosen[box.name].includes(box.value);
  for (const name of ["date_from", "date_to"]) form.elements[name].value = chosen[name] ?? "";
};

// What the filter does not list is found by its name; what is chosen stays, and one search is under way at a time.
const wanted = () => {
  const chosen = [...new FormData(form)].filter(([name]) => name === "document_ids" || name === "tags");
  return String(new URLSearchParams([...chosen, ["find", $("#find").value]]));
};
let finding = false;

const find = async () => {
  if (finding) return;
  finding = true;
  try {
    let sent, html;
    while (sent !== wanted()) html = await request(`/choices?${(sent = wanted())}`);
    $("#picks").replaceWith($("#picks", parse(html)));
    say(`${$$("#picks input").length} listed`);
  } catch (error) {
    warn(error.message);
  }
  finding = false;
};

const clear = (event) => {
  event.preventDefault(); // a reset would bring back what was chosen when the list came
  choose({ document_ids: [], tags: [] });
};

const complain = (message) => {
  $("#too-long").textContent = message;
  $("#too-long").hidden = !message;
};

const tooMany = (count) => `${count} characters are too many; a question has up to ${MAX_QUESTION}.`;

const waiting = (question) =>
  element(
    "article",
    { className: "turn waiting" },
    element("h2", { className: "question", dir: "auto", textContent: question }),
    element(
      "p",
      { className: "note" },
      "Searching… ",
      element("button", { type: "button", className: "plain", textContent: "Cancel", onclick: cancel }),
    ),
  );

const failure = (asked, message) =>
  element(
    "article",
    { className: "turn" },
    element("h2", { className: "question", dir: "auto", textContent: asked.question }),
    element(
      "p",
      { className: "error" },
      element("span", { role: "alert", textContent: message }),
      " ",
      element("button", { type: "button", className: "plain", textContent: "Try again", onclick: (event) => {
        event.target.closest(".turn").remove();
        ask(asked);
      } }),
    ),
  );

export const summary = (answer) => {
  const sources = answer.citations.length;
  if (answer.answerable) return `Answer found, ${sources} source${sources === 1 ? "" : "s"}`;
  return "No answer found: your documents do not say";
};

export const cancel = () => {
  if (!pending) return false;
  const { article, controller, question } = pending;
  pending = null;
  controller.abort();
  article.remove();
  if (!field.value) field.value = question;
  field.focus();
  say("Search stopped");
  return true;
};

const show = (article) => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  article.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
};

export const ask = async (asked) => {
  if (pending) {
    pending.controller.abort();
    pending.article.remove();
  }
  const article = waiting(asked.question);
  const controller = new AbortController();
  const mine = (pending = { article, controller, question: asked.question });
  close({ quietly: true });
  document.body.classList.add("talking");
  $("#suggestions")?.remove();
  $(".filters").open = false;
  log.append(article);
  show(article);
  field.focus({ preventScroll: true });
  try {
    const html = await request("/turn", { body: asked, signal: controller.signal });
    if (pending !== mine) return;
    const answered = $("article", parse(html));
    article.replaceWith(answered);
    remember([...asked.history, asked.question]);
    field.placeholder = "Ask a follow-up";
    window.history.pushState(null, "", answered.dataset.permalink);
    document.title = `${asked.question} – Ask your articles`;
    say(summary(JSON.parse(answered.dataset.answer)));
    show(answered);
  } catch (error) {
    if (pending !== mine) return;
    article.replaceWith(failure(asked, error.message));
  }
  pending = null;
};

const submit = (event) => {
  event.preventDefault();
  const question = field.value.trim();
  const count = length(question);
  complain(count > MAX_QUESTION ? tooMany(count) : "");
  if (!question || count > MAX_QUESTION) return;
  field.value = "";
  ask({ question, history: history(), filters: filters() });
};

const sends = (event) =>
  event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229; // 229: Safari ends a composition

const follow = (event) => {
  const link = event.target.closest("a[data-ask]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const asked = view.read(link.href);
  choose(asked.filters);
  ask(asked);
};

// So much text would stall the field; said, not cut.
const refusePaste = (event) => {
  const count = length(event.clipboardData?.getData("text/plain") ?? "");
  if (count <= PASTED) return;
  event.preventDefault();
  complain(tooMany(count));
};

export const start = () => {
  field.addEventListener("paste", refusePaste);
  field.removeAttribute("maxlength"); // what is pasted is never cut in silence
  form.addEventListener("submit", submit);
  form.addEventListener("reset", clear);
  $("#find")?.addEventListener("input", find);
  $("#find")?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  field.addEventListener("keydown", (event) => {
    if (!sends(event)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  document.addEventListener("click", follow);
};
