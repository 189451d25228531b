// Paragraphs → a Word file (ECMA-376): a ZIP of four parts, stored as they are, with links to the sources.

const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

// XML 1.0 has no way to write most control characters and lone surrogates.
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const escaped = (text) => text.replace(UNWRITABLE, "").replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

const run = (text, properties = "") =>
  text.split(/\r\n?|\n/).map((line) => `<w:r>${properties}<w:t xml:space="preserve">${escaped(line)}</w:t></w:r>`).join("<w:r><w:br/></w:r>");

const paragraph = ({ style, text, href }, number) => {
  const link = href && `<w:hyperlink r:id="l${number}">${run(text, '<w:rPr><w:color w:val="114A6B"/><w:u w:val="single"/></w:rPr>')}</w:hyperlink>`;
  return `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ""}${link || run(text)}</w:p>`;
};

const style = (id, name, paragraphs, runs) =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/><w:basedOn w:val="Normal"/><w:pPr>${paragraphs}</w:pPr><w:rPr>${runs}</w:rPr></w:style>`;

const STYLES = `${HEAD}<w:styles xmlns:w="${WORD}"><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="120"/></w:pPr></w:style>${
  style("Heading1", "heading 1", '<w:keepNext/><w:spacing w:before="360"/><w:outlineLvl w:val="0"/>', '<w:b/><w:sz w:val="28"/>')}${
  style("Quote", "Quote", '<w:keepNext/><w:ind w:left="567"/>', '<w:sz w:val="24"/>')}${
  style("Source", "Source", '<w:spacing w:after="240"/><w:ind w:left="567"/>', '<w:sz w:val="18"/>')}</w:styles>`;

const relation = (id, type, target, mode = "") => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${escaped(target)}"${mode}/>`;
const relations = (inner) => `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${inner}</Relationships>`;

const TABLE = Uint32Array.from({ length: 256 }, (_, number) => {
  let value = number;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
const crc = (bytes) => ~bytes.reduce((sum, byte) => TABLE[(sum ^ byte) & 255] ^ (sum >>> 8), -1) >>> 0;

// Little-endian numbers of two (2) or four (4) bytes.
const numbers = (...pairs) => pairs.flatMap(([size, value]) => Array.from({ length: size }, (_, place) => (value >>> (8 * place)) & 255));

const zip = (files) => {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = new TextEncoder().encode(path);
    const bytes = new TextEncoder().encode(text);
    const about = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc(bytes)], [4, bytes.length], [4, bytes.length], [2, name.length], [2, 0]];
    const head = numbers([4, 0x04034b50], ...about);
    directory.push(...numbers([4, 0x02014b50], [2, 20], ...about, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), ...name);
    parts.push(Uint8Array.from(head), name, bytes);
    offset += head.length + name.length + bytes.length;
  }
  const count = Object.keys(files).length;
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, directory.length], [4, offset], [2, 0]);
  return new Blob([...parts, Uint8Array.from(directory), Uint8Array.from(end)]);
};

// `paragraphs` are { text, style, href }: the style "Heading1", "Quote" or "Source", or none.
export const docx = (paragraphs) =>
  zip({
    "[Content_Types].xml": `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${DOCUMENT}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="${DOCUMENT}.styles+xml"/></Types>`,
    "_rels/.rels": relations(relation("d", "officeDocument", "word/document.xml")),
    "word/document.xml": `${HEAD}<w:document xmlns:w="${WORD}" xmlns:r="${OFFICE}"><w:body>${paragraphs.map(paragraph).join("")}</w:body></w:document>`,
    "word/styles.xml": STYLES,
    "word/_rels/document.xml.rels": relations(
      relation("s", "styles", "styles.xml") + paragraphs.map(({ href }, number) => (href ? relation(`l${number}`, "hyperlink", href, ' TargetMode="External"') : "")).join(""),
    ),
  });
