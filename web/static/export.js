// The conversation as a file: Word, Markdown, JSON, or one page that holds the cited documents and checks every quotation.

import { cslItem } from "./cite.js";
import { slice } from "./codepoints.js";
import { $$, element, say } from "./dom.js";
import { t } from "./texts.js";

const CONTEXT = 240; // code points shown around a quotation

const turns = () => $$(".turn[data-answer]").map((turn) => ({
  permalink: new URL(turn.dataset.permalink, location.href).href,
  ...JSON.parse(turn.dataset.answer),
}));

const page = (citation) => (citation.page ? `, page ${citation.page}` : "");

const place = ({ start_char_index: start, end_char_index: end, ...citation }) =>
  `${citation.document_title}, ${citation.document_id}${page(citation)}, characters ${start}–${end}`;

const link = (citation) => new URL(citation.url, location.href).href;

const escaped = (text) => text.replace(/[\\`*_{}[\]<>#|~&!]/g, "\\$&").replace(/\s*\n\s*/g, " ");

const markdown = (conversation) =>
  conversation
    .map((turn) => {
      const quotes = turn.citations.map((c) => `> ${escaped(c.cited_text)} [${c.number}]`);
      const sources = turn.citations.map((c) => `${c.number}. [${escaped(place(c))}](<${link(c)}>)`);
      const body = turn.answerable
        ? [quotes.join("\n>\n"), "Quoted from the documents. Nothing is generated.", sources.join("\n")]
        : [`The ${turn.index.documents} documents do not say.`];
      return [`## ${escaped(turn.question)}`, ...body, `[Open this answer](<${turn.permalink}>)`].join("\n\n");
    })
    .join("\n\n") + "\n";

const documentsOf = async (conversation) => {
  const urls = new Map();
  for (const turn of conversation) for (const c of turn.citations) urls.set(c.document_id, c.url.split(/[?#]/)[0]);
  const read = async (url) => (await fetch(url, { headers: { Accept: "application/json" } })).json();
  return Object.fromEntries(await Promise.all([...urls].map(async ([id, url]) => [id, await read(url)])));
};

const quoted = (citation, document) => {
  const { start_char_index: start, end_char_index: end } = citation;
  const figure = element(
    "figure",
    {},
    element(
      "blockquote",
      { dir: "auto" },
      element("span", { textContent: slice(document.text, Math.max(0, start - CONTEXT), start) }),
      element("mark", { textContent: citation.cited_text }),
      element("span", { textContent: slice(document.text, end, end + CONTEXT) }),
    ),
    element(
      "figcaption",
      {},
      `[${citation.number}] `,
      element("a", { href: link(citation), textContent: place(citation) }),
      " ",
      element("output", { textContent: "not checked: this needs script" }),
    ),
  );
  Object.assign(figure.dataset, { document: citation.document_id, start, end });
  return figure;
};

const section = (turn, documents) =>
  element(
    "section",
    {},
    element("h2", { dir: "auto", textContent: turn.question }),
    ...(turn.answerable
      ? turn.citations.map((citation) => quoted(citation, documents[citation.document_id]))
      : [element("p", { textContent: `The ${turn.index.documents} documents do not say.` })]),
  );

const STYLE = `body{font:1.1rem/1.6 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
blockquote{margin:0;padding-left:1rem;border-left:3px solid;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote span{opacity:.75}mark{font-weight:600}figure{margin:1.5rem 0}figcaption{font:.9rem/1.5 system-ui,sans-serif;margin-top:.5rem}
output{font-weight:600}`;

const CHECK = `const documents = JSON.parse(document.getElementById("documents").textContent);
let wrong = 0;
for (const figure of document.querySelectorAll("figure")) {
  const text = Array.from(documents[figure.dataset.document].text); // code points
  const quote = figure.querySelector("mark").textContent;
  const same = text.slice(+figure.dataset.start, +figure.dataset.end).join("") === quote;
  figure.querySelector("output").textContent = same ? "\\u2713 verbatim: slice(start, end) === quote" : "\\u2717 NOT what the document says";
  wrong += same ? 0 : 1;
}
document.getElementById("verdict").textContent = wrong ? wrong + " quotations are wrong" : "Every quotation was checked against the documents in this file.";`;

const selfChecking = async (conversation) => {
  const documents = await documentsOf(conversation);
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const data = JSON.stringify(documents).replaceAll("<", "\\u003c");
  const main = element(
    "main",
    {},
    element("h1", { textContent: "Conversation" }),
    element("p", { id: "verdict", textContent: "Open this file with script allowed to check every quotation." }),
    ...conversation.map((turn) => section(turn, documents)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width"><title>Conversation</title>
<style nonce="${nonce}">${STYLE}</style></head>
<body>${main.outerHTML}
<script type="application/json" id="documents">${data}</script>
<script nonce="${nonce}">${CHECK}</script></body></html>
`;
};

const download = (content, type, name) => {
  const url = URL.createObjectURL(new Blob([content], { type: typeof content === "string" ? `${type};charset=utf-8` : type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  say(t("Exported"));
};

// The sources as programs for bibliographies read them, one item a quotation.
const cited = (number) => {
  const { citations } = JSON.parse(number.closest(".turn").dataset.answer);
  const citation = citations[number.dataset.number - 1];
  return cslItem({ ...JSON.parse(number.closest(".clipping").dataset.source), quote: citation.cited_text, link: link(citation) });
};

// Ids name one item each: the second of a name gets a number.
const numbered = (items) => {
  const seen = {};
  return items.map((item) => {
    seen[item.id] = (seen[item.id] ?? 0) + 1;
    return seen[item.id] > 1 ? { ...item, id: `${item.id}-${seen[item.id]}` } : item;
  });
};
const csl = (items) => `${JSON.stringify(numbered(items), null, 2)}\n`;

const FORMATS = {
  md: { type: "text/markdown", make: async (conversation) => markdown(conversation) },
  json: { type: "application/json", make: async (conversation) => `${JSON.stringify(conversation, null, 2)}\n` },
  csl: { type: "application/json", suffix: "csl.json", make: async () => csl($$(".turn[data-answer] .number").map(cited)) },
  html: { type: "text/html", make: selfChecking },
  docx: { type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", make: async (conversation) => (await import("./docx.js")).docx(conversation.flatMap(written)) },
};

// A turn, and a saved quote, as paragraphs of a Word file.
const written = (turn) => [
  { style: "Heading1", text: turn.question },
  ...(turn.answerable
    ? turn.citations.flatMap((c) => [{ style: "Quote", text: c.cited_text }, { style: "Source", text: place(c), href: link(c) }])
    : [{ text: `The ${turn.index.documents} documents do not say.` }]),
];
const writtenQuote = (q) => [
  { style: "Quote", text: q.quote },
  { style: "Source", text: [q.author, q.title, q.publisher, q.date, q.section].filter(Boolean).join(", "), href: q.link },
  ...(q.note ? [{ text: q.note }] : []),
];

const QUOTES = (quotes) =>
  `${quotes
    .map((q) => [`> ${escaped(q.quote)}`, `[${escaped([q.author, q.title, q.publisher, q.date, q.section].filter(Boolean).join(", "))}](<${q.link}>)`, q.note && escaped(q.note)].filter(Boolean).join("\n\n"))
    .join("\n\n---\n\n")}\n`;

// `of` is what to save: the conversation on the page, the saved quotes, or all that this browser keeps.
export const save = async (format, of = "conversation") => {
  if (of !== "conversation") {
    const kept = await (await import("./store.js"))[of]();
    if (format === "csl") return download(csl(kept.map(cslItem)), FORMATS.csl.type, `${of}.csl.json`);
    if (format === "docx") return download((await import("./docx.js")).docx(kept.flatMap(writtenQuote)), FORMATS.docx.type, `${of}.docx`);
    return download(format === "md" ? QUOTES(kept) : `${JSON.stringify(kept, null, 2)}\n`, FORMATS[format].type, `${of}.${format}`);
  }
  const { type, make, suffix = format } = FORMATS[format];
  download(await make(turns()), type, `conversation.${suffix}`);
};
