// A PDF as its pages: images with the cited words' boxes marked, the text of each page beside it for screen readers.

import { slice } from "./codepoints.js";
import { $, element, warn } from "./dom.js";
import { t } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const ZOOMS = [1, 1.5, 2, 3];
const SHARP = 2; // pixels a point at the first zoom, for screens of twice the density

const boxes = (ofPage) => {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 1 1");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  for (const { left, top, right, bottom } of ofPage) {
    const box = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) box.setAttribute(name, value);
    drawing.append(box);
  }
  return drawing;
};

const sheet = (page, base, ofPage, text) => {
  const picture = (scale, width) =>
    element("img", { src: `${base}/${page.number}?scale=${scale}`, loading: "lazy", width, height: Math.round((width * page.height) / page.width), alt: "" });
  const made = element("figure", { className: "sheet", ariaLabel: t("Page %(number)s", page) }, picture(SHARP, 800), boxes(ofPage), element("figcaption", { className: "unseen", textContent: text }));
  made.dataset.page = page.number;
  const thumb = element("button", { type: "button", className: "thumb plain", ariaLabel: t("Page %(number)s", page) }, picture(0.2, 64), String(page.number));
  thumb.addEventListener("click", () => made.scrollIntoView({ block: "start" }));
  if (ofPage.length) thumb.classList.add("cited");
  if (page.start_char_index === page.end_char_index) made.append(element("p", { className: "note", textContent: t("This page has no text that could be read.") }));
  return { made, thumb };
};

const build = async (panel) => {
  const { pages: base, start, end, document: id } = panel.dataset;
  const query = start ? `?${new URLSearchParams({ start, end })}` : "";
  const [pages, whole] = await Promise.all([
    fetch(base + query).then(async (response) => (response.ok ? response.json() : Promise.reject(new Error((await response.json()).detail)))),
    fetch(base.replace(/\/pages$/, ""), { headers: { Accept: "application/json" } }).then((response) => response.json()),
  ]);
  const sheets = pages.pages.map((page) =>
    sheet(page, base, pages.boxes.filter((box) => box.page === page.number), slice(whole.text, page.start_char_index, page.end_char_index)),
  );
  let zoom = 0;
  const list = element("div", { className: "sheets", tabIndex: 0, ariaLabel: t("Pages of the document") }, ...sheets.map(({ made }) => made));
  list.setAttribute("role", "region");
  const enlarge = (by) => {
    zoom = Math.min(Math.max(zoom + by, 0), ZOOMS.length - 1);
    list.className = `sheets zoom-${zoom}`;
  };
  const tools = element("div", { className: "sheet-tools" },
    element("button", { type: "button", className: "plain", textContent: "−", ariaLabel: t("Smaller"), onclick: () => enlarge(-1) }),
    element("button", { type: "button", className: "plain", textContent: "+", ariaLabel: t("Larger"), onclick: () => enlarge(1) }),
    element("div", { className: "thumbs" }, ...sheets.map(({ thumb }) => thumb)),
  );
  const view = element("div", { className: "reading pages-view" }, list, tools);
  view.dataset.of = `${id} ${start}`;
  return view;
};

// Between the pages and the text; the pages open where the quotation stands.
export const toggle = async (button) => {
  const panel = $("#source");
  const text = $(".reading:not(.pages-view)", panel);
  const old = $(".pages-view", panel);
  if (old && !old.hidden) {
    old.hidden = true;
    text.hidden = false;
    button.setAttribute("aria-pressed", "false");
    return;
  }
  try {
    button.setAttribute("aria-busy", "true");
    const view = old?.dataset.of === `${panel.dataset.document} ${panel.dataset.start}` ? old : await build(panel);
    old?.remove();
    text.after(view);
    view.hidden = false;
    text.hidden = true;
    button.setAttribute("aria-pressed", "true");
    const rect = $("rect", view);
    (rect ?? $(".sheet", view))?.scrollIntoView({ block: "center" });
  } catch (error) {
    warn(error.message);
  } finally {
    button.removeAttribute("aria-busy");
  }
};
