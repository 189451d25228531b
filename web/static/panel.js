// The source beside the answer: opening at a sentence, walking through it, and going back to where one came from.

import { $, $$, parse, request, warn } from "./dom.js";
import { t } from "./texts.js";
import * as view from "./view.js";

const narrow = matchMedia("(max-width: 63.99rem)");
let opener = null;
let observer = null;

const panel = () => $("#source");
const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

// On a phone the panel covers the page: nothing behind it can be reached.
const cover = () => {
  const sheet = panel() && narrow.matches;
  for (const behind of [$(".middle"), $(".rail"), $(".skip")]) behind.inert = sheet;
  if (!panel()) return;
  panel().setAttribute("role", sheet ? "dialog" : "complementary");
  panel().toggleAttribute("aria-modal", sheet);
  if (sheet) panel().setAttribute("aria-modal", "true");
};

export const isSheet = () => Boolean(panel()) && narrow.matches;

const numberOf = (href) => {
  const same = $$("a[data-open]").filter((link) => view.opened(link.href) === view.opened(href));
  return same.findLast((link) => link.matches(".number")) ?? same.at(-1);
};

const draw = () => {
  const text = $(".document", panel());
  if (!text.scrollHeight) return; // hidden behind the pages
  for (const bar of $$("[data-jump]", $(".strip", panel()) ?? document.createElement("p"))) {
    const sentence = $(`[id="s${bar.dataset.jump}"]`, text);
    if (!sentence) continue;
    bar.setAttribute("y", (1000 * sentence.offsetTop) / text.scrollHeight);
    bar.setAttribute("height", Math.max(4, (1000 * sentence.offsetHeight) / text.scrollHeight));
  }
};

const settle = () => {
  document.body.classList.add("reading-source");
  cover();
  draw();
  observer?.disconnect();
  observer = new ResizeObserver(draw);
  observer.observe($(".document", panel()));
  loadMore();
  const target = $("#quote", panel()) ?? $(".document", panel());
  target.focus({ preventScroll: true });
  if (target.id) target.scrollIntoView({ block: "center", behavior: "auto" });
};

// The next part of a long document comes when its end comes into sight.
const loadMore = () => {
  const parts = $(".parts", panel());
  if (!parts || !("IntersectionObserver" in globalThis)) return;
  new IntersectionObserver(async ([seen], watch) => {
    if (!seen.isIntersecting) return;
    const { loadParts } = await import("./finder.js");
    if (!(await loadParts("next").catch(() => false))) watch.disconnect();
    else {
      watch.unobserve(parts);
      watch.observe(parts);
    }
  }, { root: $(".document", panel()), rootMargin: "50%" }).observe(parts);
};

export const open = async (href, from) => {
  let html;
  try {
    html = await request(`/panel${new URL(href, location.href).search}`);
  } catch (error) {
    warn(error.message);
    return;
  }
  const fresh = $("section", parse(html));
  if (panel()) panel().replaceWith(fresh);
  else document.body.append(fresh);
  opener = from ?? numberOf(href) ?? opener;
  if (location.href !== href) history.pushState(history.state, "", href);
  settle();
};

export const close = ({ quietly = false } = {}) => {
  if (!panel()) return false;
  const back = opener?.isConnected && opener.checkVisibility() ? opener : numberOf(location.href) ?? $("#question");
  observer?.disconnect();
  panel().remove();
  document.body.classList.remove("reading-source");
  cover();
  opener = null;
  if (quietly) return true;
  history.pushState(history.state, "", view.closed(location.href));
  back.focus();
  return true;
};

const here = (start) => $$(`.s[data-start="${start}"]`, panel());

// The sentence that copying and "Who else says this?" mean.
const choose = (sentence) => {
  const { start, end } = sentence.dataset;
  for (const old of $$(".here", panel())) old.classList.remove("here");
  for (const part of here(start)) part.classList.add("here");
  Object.assign(panel().dataset, { start, end, quote: here(start).map((part) => part.dataset.text ?? part.textContent).join("\n\n") });
  let link = $("[data-action=echo]", panel());
  if (!link) {
    link = Object.assign(document.createElement("a"), { className: "button plain", textContent: t("Who else says this?") });
    link.dataset.action = "echo";
    $("header .actions", panel()).append(link);
  }
  link.href = `/similar?${new URLSearchParams({ document_id: panel().dataset.document, start, end })}`;
  history.replaceState(history.state, "", view.opening(location.href, panel().dataset.document, start, end));
};

const jump = (start) => {
  const [sentence] = here(start);
  if (!sentence) return;
  choose(sentence);
  sentence.tabIndex = -1;
  sentence.focus({ preventScroll: true });
  sentence.scrollIntoView({ block: "center", behavior: calm() });
};

export const walk = (step) => {
  if (!panel()) return;
  const starts = $$(".s[id]", panel()).map((sentence) => Number(sentence.dataset.start));
  const current = starts.findLastIndex((start) => start <= Number(panel().dataset.start ?? -1));
  const next = starts[Math.min(Math.max(current + step, 0), starts.length - 1)];
  if (next !== undefined) jump(next);
};

export const turnTo = (key) => $(`[data-step=${key}]`, panel() ?? document)?.click();

// A sheet of its own; the dialog takes Escape, and gives the focus back to the link.
const echo = async (link) => {
  try {
    const sheet = $("dialog", parse(await request(`${link.href}&fragment=true`)));
    $("dialog.others")?.remove();
    document.body.append(sheet);
    sheet.addEventListener("close", () => sheet.remove());
    sheet.showModal();
  } catch (error) {
    warn(error.message);
  }
};

const onStrip = (event) => {
  const strip = event.target.closest(".strip").getBoundingClientRect();
  const wanted = (1000 * (event.clientY - strip.top)) / strip.height;
  const distance = (bar) => Math.abs(Number(bar.getAttribute("y")) - wanted);
  const nearest = $$(".bar", panel()).reduce((best, bar) => (distance(bar) < distance(best) ? bar : best));
  jump(nearest.dataset.jump);
};

const onClick = (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const { target } = event;
  const act = (selector, action) => {
    const found = target.closest(selector);
    if (!found) return false;
    event.preventDefault();
    action(found);
    return true;
  };
  act("a[data-open]", (link) => open(link.href, link)) ||
    act("a[data-step]", (link) => open(link.href)) ||
    act("#source [data-action=close]", () => close()) ||
    act("#source [data-action=echo]", echo) ||
    act("#source .parts a", async (link) => (await import("./finder.js")).loadParts(link.rel).catch((error) => warn(error.message))) ||
    act('#source a[data-jump][href^="#"]', (link) => jump(link.dataset.jump)) ||
    act(".others a[data-echo]", (link) => {
      link.closest("dialog").close();
      const place = new URL(link.href).searchParams;
      open(view.opening(location.href, place.get("open"), place.get("start"), place.get("end")));
    }) ||
    (target.closest("#source .strip") && onStrip(event)) ||
    (target.closest("#source .s") && choose(target.closest(".s")));
};

const onSelection = () => {
  const selection = getSelection();
  const sentence = !selection.isCollapsed && selection.anchorNode?.parentElement?.closest("#source .s");
  if (sentence && sentence.dataset.start !== panel().dataset.start) choose(sentence);
};

// Back and forward: the address says which question and which source.
const onPopState = () => {
  const { question } = view.read(location.href);
  const known = $$(".turn[data-permalink]").some((turn) => view.read(turn.dataset.permalink).question === question);
  if (question ? !known : $(".turn")) location.reload();
  else if (view.opened(location.href)) open(location.href);
  else close({ quietly: true });
};

export const start = () => {
  document.addEventListener("click", onClick);
  document.addEventListener("mouseup", onSelection);
  document.addEventListener("keyup", onSelection);
  window.addEventListener("popstate", onPopState);
  narrow.addEventListener("change", cover);
  if (!panel()) return;
  opener = numberOf(location.href) ?? null;
  settle();
};
