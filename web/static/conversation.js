// Asking: answers are appended, one question is under way at a time, and the form holds the conversation.

import { length } from "./codepoints.js";
import { $, $$, element, parse, request, say, warn } from "./dom.js";
import * as rail from "./rail.js";
import { t } from "./texts.js";
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
  const chosen = { document_ids: data.getAll("document_ids"), tags: data.getAll("tags"), collections: data.getAll("collections") };
  for (const name of ["date_from", "date_to"]) if (data.get(name)) chosen[name] = data.get(name);
  return chosen;
};

const choose = (chosen) => {
  for (const box of $$("input[type=checkbox]", form)) box.checked = (chosen[box.name] ?? []).includes(box.value);
  for (const name of ["date_from", "date_to"]) form.elements[name].value = chosen[name] ?? "";
  drawScope();
};

// The next question in one document alone; a long list may not have its box yet.
export const limitTo = (id, title) => {
  if (!$$("#picks input").some((box) => box.value === id)) {
    const box = element("input", { type: "checkbox", name: "document_ids", value: id });
    ($("#picks fieldset") ?? $("#picks")).append(element("label", { className: "check" }, box, " ", element("bdi", { textContent: title })));
  }
  choose({ document_ids: [id], tags: [] });
  field.focus();
  say(t("The next question is limited to: %(title)s", { title }));
};

const WORDS = { document_ids: t("in"), tags: t("tag"), collections: t("collection"), date_from: t("from"), date_to: t("until") };

const chip = (input) => {
  const name = $("bdi", input.closest("label"))?.textContent ?? input.value;
  const remove = element("button", { type: "button", className: "plain icon-only", textContent: "×", ariaLabel: t("Remove: %(name)s", { name }) });
  remove.addEventListener("click", () => {
    if (input.type === "checkbox") input.checked = false;
    else input.value = "";
    drawScope();
    field.focus();
  });
  return element("span", { className: "chip" }, `${WORDS[input.name]}: `, element("bdi", { textContent: name }), remove);
};

// What the next question is limited to stands above it.
const drawScope = () => {
  const limits = $$("input:checked, input[type=date]", $(".filters")).filter((input) => input.value);
  $("#scope").replaceChildren(...limits.map(chip));
};

// What the filter does not list is found by its name; what is chosen stays, and one search is under way at a time.
const wanted = () => {
  const chosen = [...new FormData(form)].filter(([name]) => ["document_ids", "tags", "collections"].includes(name));
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
    drawScope();
    say(t("%(count)s listed", { count: $$("#picks input").length }));
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

const tooMany = (count) => t("%(count)s characters are too many; a question has up to %(most)s.", { count, most: MAX_QUESTION });

const waiting = (question) =>
  element(
    "article",
    { className: "turn waiting" },
    element("h2", { className: "question", dir: "auto", textContent: question }),
    element(
      "p",
      { className: "note" },
      t("Searching…"),
      " ",
      element("button", { type: "button", className: "plain", textContent: t("Cancel"), onclick: cancel }),
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
      element("button", { type: "button", className: "plain", textContent: t("Try again"), onclick: (event) => {
        event.target.closest(".turn").remove();
        ask(asked);
      } }),
    ),
  );

const SURE = {
  high: "",
  medium: t("Probably right."),
  low: t("Not sure: these passages come closest."),
};

// What is said aloud: the quotation, its source, and how sure.
export const summary = (answer) => {
  if (!answer.answerable) return t("No answer found: your documents do not say");
  const quotes = answer.citations.map((citation) => `“${citation.cited_text}” ${citation.document_title}.`);
  return [...quotes, SURE[answer.confidence.band]].filter(Boolean).join(" ");
};

export const cancel = () => {
  if (!pending) return false;
  const { article, controller, question } = pending;
  pending = null;
  controller.abort();
  article.remove();
  if (!field.value) field.value = question;
  field.focus();
  say(t("Search stopped"));
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
    // Nothing is carried from a question that was refused.
    const carried = JSON.parse(answered.dataset.answer).answerable ? [...asked.history, asked.question] : asked.history;
    remember(carried);
    field.placeholder = t("Ask a follow-up");
    // A source that lies open stays open beside the new answer.
    const { document: id, start, end } = $("#source")?.dataset ?? {};
    const { permalink } = answered.dataset;
    window.history.pushState(rail.state(), "", start ? view.opening(permalink, id, start, end) : permalink);
    document.title = `${asked.question} – ${t("Ask your articles")}`;
    import("./passages.js");
    rail.keep(answered, asked.question);
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
  field.addEventListener("input", () => import("./ahead.js").then(({ typed }) => typed()));
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
  $(".filters").addEventListener("change", drawScope);
  drawScope();
  document.addEventListener("click", follow);
};
