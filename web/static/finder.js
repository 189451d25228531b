// Find in the open document: matches are painted without touching the text, and stand on the strip.

import { $, $$, parse, request } from "./dom.js";
import { t } from "./texts.js";

const MOST = 1000;
let matches = [];
let current = 0;

const panel = () => $("#source");
const painted = globalThis.CSS?.highlights;

const texts = (root) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest("details, nav, .byline") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
};

const rangesIn = (block, words) => {
  const nodes = texts(block);
  const whole = nodes.map((node) => node.data).join("").toLowerCase();
  const found = [];
  for (let at = whole.indexOf(words); at >= 0 && found.length < MOST; at = whole.indexOf(words, at + words.length)) {
    const range = document.createRange();
    let before = 0;
    for (const node of nodes) {
      if (at >= before && at < before + node.length) range.setStart(node, at - before);
      if (at + words.length > before && at + words.length <= before + node.length) range.setEnd(node, at + words.length - before);
      before += node.length;
    }
    found.push(range);
  }
  return found;
};

const paint = () => {
  painted?.set("found", new Highlight(...matches));
  painted?.set("found-here", new Highlight(...matches.slice(current, current + 1)));
  const strip = $(".strip", panel());
  for (const old of $$(".hit", strip ?? panel())) old.remove();
  const text = $(".document", panel());
  for (const range of strip ? matches.slice(0, 200) : []) {
    const hit = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const down = range.getBoundingClientRect().top - text.getBoundingClientRect().top + text.scrollTop;
    for (const [name, value] of Object.entries({ class: "hit", width: 100, height: 3, y: (1000 * down) / text.scrollHeight })) hit.setAttribute(name, value);
    strip.append(hit);
  }
};

const show = () => {
  $(".finder [role=status]", panel()).textContent = matches.length ? t("%(number)s of %(count)s", { number: current + 1, count: matches.length }) : t("not in this document");
  matches[current]?.startContainer.parentElement.scrollIntoView({ block: "center" });
};

// A long document comes in parts; all of it is searched.
export const loadParts = async (direction) => {
  const link = $(`.parts a[rel=${direction}]`, panel());
  if (!link) return false;
  const old = link.closest(".parts");
  const fresh = parse(await request(`${link.href}&fragment=true`));
  const page = parse(await request(link.href));
  const nav = $(`.parts a[rel=${direction}]`, page);
  const text = $(".document", panel());
  const height = text.scrollHeight;
  const blocks = [...fresh.children];
  if (direction === "next") old.before(...blocks);
  else {
    $("p, h3, h2, .table", text).before(...blocks);
    text.scrollTop += text.scrollHeight - height;
  }
  if (nav) link.replaceWith(nav);
  else link.remove();
  return true;
};

const search = async (words) => {
  matches = [];
  current = 0;
  if (words.length > 1) {
    for (const way of ["next", "prev"]) for (let tries = 0; tries < 40 && (await loadParts(way).catch(() => false)); tries += 1);
    const blocks = $$(".document > :is(p, h2, h3):not(.byline), .document td", panel());
    matches = blocks.flatMap((block) => rangesIn(block, words)).slice(0, MOST);
  }
  paint();
  show();
};

const step = (by) => {
  if (!by) return close();
  current = (current + by + matches.length) % Math.max(matches.length, 1);
  paint();
  show();
};

const close = () => {
  matches = [];
  paint();
  $(".finder", panel()).hidden = true;
  $(".document", panel()).focus();
};

let timer = 0;
export const find = () => {
  const form = $(".finder", panel());
  const field = $("input", form);
  form.onsubmit = (event) => {
    event.preventDefault();
    step(1);
  };
  form.onclick = (event) => {
    const button = event.target.closest("[data-find]");
    if (button) step(Number(button.dataset.find));
  };
  field.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(field.value.trim().toLowerCase()), 120);
  };
  if (field.value) field.oninput();
  field.onkeydown = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      step(-1);
    }
  };
};
