// A quotation with its source, in the style that the reader has chosen.
// Each style takes { quote, title, author, publisher, published, retrieved, section, page, id, start, end, link, date }.

const year = ({ published }) => published?.slice(0, 4) ?? "n.d.";
const filled = (...parts) => parts.filter(Boolean).join(" ");
const key = ({ author, title, published }) =>
  `${(author ?? title).split(/[\s,]+/)[0]}${published?.slice(0, 4) ?? ""}`.normalize("NFKD").replace(/[^A-Za-z0-9]/g, "") || "source";

const plain = (c) =>
  `“${c.quote}”\n${[c.author, c.title, c.publisher, c.date, c.section, c.page && `p. ${c.page}`, c.retrieved && `retrieved ${c.retrieved}`, c.id, c.start && `characters ${c.start}–${c.end}`].filter(Boolean).join(", ")}\n${c.link}\n`;

const escaped = (text) => text.replace(/[\\`*_{}[\]<>#|~&!]/g, "\\$&").replace(/\s*\n\s*/g, " ");
const markdown = (c) =>
  `> ${escaped(c.quote)}\n\n[${escaped([c.author, c.title, c.publisher, c.date, c.page && `p. ${c.page}`].filter(Boolean).join(", "))}](<${c.link}>)\n`;

// APA 7, sections 8.11 and 9: author or title first, date in brackets, place of the quotation behind it.
const apa = (c) => {
  const place = c.page ? `p. ${c.page}` : c.section && `“${c.section}” section`;
  const cite = [c.author ?? `“${c.title}”`, year(c), place].filter(Boolean).join(", ");
  const entry = c.author ? filled(`${c.author}.`, `(${year(c)}).`, `${c.title}.`) : filled(`${c.title}.`, `(${year(c)}).`);
  return `“${c.quote}” (${cite})\n\n${filled(entry, c.publisher && `${c.publisher}.`, c.url ?? c.link)}\n`;
};

// Chicago 17, section 14: a note.
const chicago = (c) =>
  `“${c.quote}”\n\n${[c.author, `“${c.title},”`, c.publisher, c.date, c.page ?? (c.section && `under “${c.section}”`), c.url ?? c.link].filter(Boolean).join(", ").replace(",”,", ",”")}.\n`;

const braced = (text) => text.replace(/[\\{}%$&#_^~]/g, (character) => ({ "\\": "\\textbackslash{}", "^": "\\^{}", "~": "\\~{}" })[character] ?? `\\${character}`);
const bibtex = (c) => {
  const fields = { author: c.author, title: c.title, publisher: c.publisher, year: c.published?.slice(0, 4), date: c.published, pages: c.page && String(c.page), url: c.url ?? c.link, urldate: c.retrieved, annote: c.quote };
  const lines = Object.entries(fields).filter(([, value]) => value).map(([name, value]) => `  ${name} = {${name === "url" ? value : braced(value)}},`);
  return `@misc{${key(c)},\n${lines.join("\n")}\n}\n`;
};

const oneLine = (text) => text.replace(/\s*\n\s*/g, " ");
const ris = (c) => {
  const fields = [["TY", "GEN"], ["AU", c.author], ["TI", c.title], ["PB", c.publisher], ["DA", c.published?.replaceAll("-", "/")], ["SP", c.page && String(c.page)], ["UR", c.url ?? c.link], ["Y2", c.retrieved?.replaceAll("-", "/")], ["N2", c.quote]];
  return `${fields.filter(([, value]) => value).map(([tag, value]) => `${tag}  - ${oneLine(value)}`).join("\r\n")}\r\nER  - \r\n`;
};

export const cslItem = (c) => ({
  id: key(c),
  type: "document",
  title: c.title,
  ...(c.author && { author: [{ literal: c.author }] }),
  ...(c.publisher && { publisher: c.publisher }),
  ...(c.published && { issued: { "date-parts": [c.published.split("-").map(Number)] } }),
  ...(c.retrieved && { accessed: { "date-parts": [c.retrieved.split("-").map(Number)] } }),
  ...(c.page && { page: String(c.page) }),
  ...(c.section && { section: c.section }),
  URL: c.url ?? c.link,
  note: c.quote,
});
const csl = (c) => `${JSON.stringify([cslItem(c)], null, 2)}\n`;

export const STYLES = { plain, markdown, apa, chicago, bibtex, ris, csl };
