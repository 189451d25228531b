// Saved quotes: put aside with one press, and the board where they are read, noted, printed and exported.

import { $, element, say } from "./dom.js";
import * as store from "./store.js";
import { shownDate, t } from "./texts.js";

export const save = async (taken) => {
  await store.keepQuote({ ...taken, id: store.newId(), at: Date.now(), note: "", document: taken.id });
  say(t("Saved to your quotes"));
};

const card = (quote) => {
  const note = element("textarea", { rows: 1, value: quote.note, placeholder: t("Your note"), ariaLabel: t("Your note") });
  note.addEventListener("input", () => store.keepQuote(Object.assign(quote, { note: note.value })));
  const remove = element("button", { type: "button", className: "plain", textContent: t("Remove") });
  const origin = [quote.publisher, quote.date].filter(Boolean).join(", ");
  const made = element(
    "li",
    { className: "clipping" },
    element("blockquote", { dir: "auto" }, element("p", { textContent: quote.quote })),
    element(
      "p",
      { className: "sources" },
      element("a", { className: "source-title", href: quote.link, textContent: quote.title, dir: "auto" }),
      element("span", { className: "byline", textContent: [origin, quote.section, quote.page && t("page %(page)s", quote)].filter(Boolean).join(" · ") }),
    ),
    note,
    element("p", { className: "actions" }, element("span", { className: "byline", textContent: t("Saved on %(day)s", { day: shownDate(quote.at) }) }), remove),
  );
  remove.addEventListener("click", async () => {
    await store.dropQuote(quote.id);
    made.remove();
    say(t("Removed"));
    draw();
  });
  return made;
};

const draw = async () => {
  const quotes = await store.quotes();
  $("#board").replaceChildren(...quotes.map(card));
  $("#no-quotes").hidden = quotes.length > 0;
  $("#board-tools").hidden = quotes.length === 0;
};

export const board = () => {
  draw().catch(() => {});
  store.onChange(() => document.activeElement?.matches("#board textarea") || draw());
};
