"""The same article in every format, made with other libraries than those that read it back."""

import io
import json
import zipfile

import docx
from docx.shared import Pt
from reportlab.lib.pagesizes import A5
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

TITLE = "The Bridge at Kelso"
AUTHOR = "Ann Lee"
DATE = "2021-03-04"
HEADINGS = ("The Bridge at Kelso", "How it was built", "許家屯の橋", "Tolls")
FIRST = (
    "The bridge at Kelso was opened in 1803. It crosses the Tweed just below the place where the Teviot joins it, "
    "and it replaced an older bridge that a flood had carried away six years before."
)
BUILT = "John Rennie designed it with five elliptical arches. The office staff found the efficient, flat roadway fine."
CJK = "許家屯は一九九〇年に米国へ渡った。彼は香港にいた。"
EMOJI = "Visitors rate it 😀👍🏽 and naïve café guests – “très bien” – agree."
ITEMS = ("Five arches of stone", "Two lamps from Waterloo Bridge")
ROWS = (("Year", "Toll"), ("1803", "one penny"), ("1854", "abolished"))
LAST = "The toll was abolished in 1854 after a riot."
NOTE = "The flood of 1797 was the highest in a century."
SENTENCES = (FIRST, BUILT, CJK, EMOJI, *ITEMS, LAST)


def markdown() -> bytes:
    table = "\n".join(["| Year | Toll |", "|---|---|", *(f"| {a} | {b} |" for a, b in ROWS[1:])])
    items = "\n".join(f"- {item}" for item in ITEMS)
    return (
        f"---\ntitle: {TITLE}\nauthor: {AUTHOR}\npublished: {DATE}\nlanguage: en\n---\n# {HEADINGS[0]}\n\n{FIRST}\n\n"
        f"## {HEADINGS[1]}\n\n{BUILT}\n\n## {HEADINGS[2]}\n\n{CJK}\n\n{EMOJI}\n\n{items}\n\n"
        f"## {HEADINGS[3]}\n\n{table}\n\n{LAST}\n\n{NOTE}\n"
    ).encode()


def body(note_mark: str) -> str:
    """The article as XHTML, with the note at its end."""
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in ROWS[1:])
    items = "".join(f"<li>{item}</li>" for item in ITEMS)
    return (
        f"<h1>{HEADINGS[0]}</h1><p>{FIRST}{note_mark}</p>"
        f"<h2>{HEADINGS[1]}</h2><p>{BUILT.replace('five', '<b>five</b>')}</p>"
        f"<h2>{HEADINGS[2]}</h2><p>{CJK}</p><p>{EMOJI}</p><ul>{items}</ul>"
        f"<h2>{HEADINGS[3]}</h2><table><tr><th>{ROWS[0][0]}</th><th>{ROWS[0][1]}</th></tr>{rows}</table>"
        f'<p>{LAST}</p><p id="n1">{NOTE}</p>'
    )


def html(inside: str = "", furniture: bool = True) -> bytes:
    """A page with navigation around the article; ``inside`` stands within it."""
    before = '<nav><a href="/">Home</a> <a href="/about">About this site</a></nav>' if furniture else ""
    after = "<aside>Read more: ten other bridges</aside><footer>Copyright by the site</footer>" if furniture else ""
    mark = '<sup><a href="#n1">1</a></sup>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta name="author" content="{AUTHOR}"><meta property="article:published_time" content="{DATE}T08:00:00Z">'
        f"<script>var hidden = 'script words';</script></head><body>{before}<main><article>{body(mark)}{inside}"
        f"</article></main>{after}</body></html>"
    ).encode()


def word(extra: str = "") -> bytes:
    """``extra`` is XML put before the last paragraph of the body."""
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = TITLE, AUTHOR
    document.core_properties.language = "en-GB"
    document.add_heading(HEADINGS[0], 1)
    paragraph = document.add_paragraph(FIRST)
    document.add_heading(HEADINGS[1], 2)
    built = document.add_paragraph("John Rennie designed it with ")
    built.add_run("five").bold = True
    built.add_run(BUILT.removeprefix("John Rennie designed it with five")).font.size = Pt(11)
    document.add_heading(HEADINGS[2], 2)
    document.add_paragraph(CJK)
    document.add_paragraph(EMOJI)
    for item in ITEMS:
        document.add_paragraph(item, style="List Bullet")
    document.add_heading(HEADINGS[3], 2)
    table = document.add_table(rows=0, cols=2)
    for row in ROWS:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.add_paragraph(LAST)
    stream = io.BytesIO()
    document.save(stream)
    return with_footnote(stream.getvalue(), paragraph.text, extra)


def with_footnote(content: bytes, after: str, extra: str) -> bytes:
    """Add a footnote part, which python-docx cannot write, and a reference to it after some words."""
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    note = f'<w:footnote w:id="2"><w:p><w:r><w:t>{NOTE}</w:t></w:r></w:p></w:footnote>'
    notes = f"<w:footnotes {namespace}>{note}</w:footnotes>"
    reference = f'{after}</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>'
    relation = (
        '<Relationship Id="rIdNotes" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
        ' Target="footnotes.xml"/></Relationships>'
    )
    kind = (
        '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument'
        '.wordprocessingml.footnotes+xml"/></Types>'
    )
    return edited(
        content,
        {
            "word/document.xml": lambda xml: xml.replace(after, reference).replace("<w:sectPr", f"{extra}<w:sectPr"),
            "word/_rels/document.xml.rels": lambda xml: xml.replace("</Relationships>", relation),
            "[Content_Types].xml": lambda xml: xml.replace("</Types>", kind),
        },
        {"word/footnotes.xml": notes},
    )


def edited(content: bytes, edits: dict, added: dict) -> bytes:
    """A zip file with some parts changed and some added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            new.writestr(entry, edits[entry.filename](part.decode()).encode() if entry.filename in edits else part)
        for name, part in added.items():
            new.writestr(name, part)
    return stream.getvalue()


CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def opf(items: str, spine: str) -> str:
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{TITLE}</dc:title><dc:creator>{AUTHOR}</dc:creator><dc:date>{DATE}</dc:date><dc:language>en</dc:language>"
        "<dc:publisher>Border Press</dc:publisher><dc:subject>bridges; history</dc:subject></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )


def chapter(words: str, doctype: str = "<!DOCTYPE html>") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>chapter</title></head><body>{words}</body></html>'
    )


def epub(**parts: str) -> bytes:
    """Two chapters whose names sort the other way round than the spine, and a table of contents."""
    words = body('<a epub:type="noteref" href="#n1">1</a>')
    cut = words.index(f"<h2>{HEADINGS[2]}")
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": opf(
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            '<item id="one" href="z%20first.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="two" href="a-second.xhtml" media-type="application/xhtml+xml"/>',
            '<itemref idref="nav"/><itemref idref="one"/><itemref idref="two" linear="no"/>',
        ),
        "OEBPS/nav.xhtml": chapter("<nav epub:type='toc'><ol><li>Contents of the book</li></ol></nav>"),
        "OEBPS/z first.xhtml": chapter(words[:cut]),
        "OEBPS/a-second.xhtml": chapter(words[cut:]),
    }
    return zipped(files | parts)


def zipped(files: dict) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in files.items():
            archive.writestr(name, part)
    return stream.getvalue()


def jsonl() -> bytes:
    lines = [
        {
            "id": "bridge",
            "title": TITLE,
            "text": "\n\n".join(SENTENCES),
            "published": DATE,
            "tags": ["a", "b"],
            "author": AUTHOR,
            "url": "https://example.org/bridge",
        },
        {"id": "mill", "text": "The mill at Kelso ground oats until 1900."},
    ]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


def plain() -> bytes:
    return "\r\n\r\n".join((TITLE, *SENTENCES, NOTE)).encode()


PAGE_WORDS = 330


class Paper:
    """A PDF in the making: words are set line by line as a typesetter would, with a running head and page numbers."""

    def __init__(self, title: str | None = TITLE, encrypt: object = None, head: str = "") -> None:
        self.stream = io.BytesIO()
        self.canvas = Canvas(self.stream, pagesize=A5, encrypt=encrypt, invariant=1)
        if "HeiseiMin-W3" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
        self.canvas.setAuthor(AUTHOR)
        if title:
            self.canvas.setTitle(title)
        self.head, self.page = head, 1
        self.left, self.top, self.width = 50, A5[1] - 70, A5[0] - 100
        self.y = self.top

    def write(self, words: str, font: str = "Times-Roman", size: float = 10, gap: float = 8) -> None:
        """Set a paragraph, left-aligned, on as many pages as it needs."""
        for line in self.lines(words, font, size):
            if self.y < 60:
                self.new_page()
            self.canvas.setFont(font, size)
            self.canvas.drawString(self.left, self.y, line)
            self.y -= size * 1.2
        self.y -= gap

    def lines(self, words: str, font: str, size: float) -> list[str]:
        units = list(words) if font.startswith("Heisei") else [f"{word} " for word in words.split()]
        lines, line = [], ""
        for unit in units:
            if line and pdfmetrics.stringWidth((line + unit).rstrip(), font, size) > self.width:
                lines.append(line.rstrip())
                line = ""
            line += unit
        return [*lines, line.rstrip()]

    def new_page(self) -> None:
        self.canvas.setFont("Times-Italic", 8)
        if self.head:
            self.canvas.drawString(self.left, A5[1] - 40, self.head)
        self.canvas.drawCentredString(A5[0] / 2, 30, str(self.page))
        self.canvas.showPage()
        self.page += 1
        self.y = self.top

    def picture(self) -> None:
        """A picture over the whole page, as a scanner makes it."""
        from PIL import Image

        self.canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, *A5)

    def content(self) -> bytes:
        self.new_page()
        self.canvas.save()
        return self.stream.getvalue()


def pdf() -> bytes:
    paper = Paper(head="Borders Quarterly 12")
    paper.write(HEADINGS[0], "Helvetica-Bold", 18)
    paper.write(FIRST)
    paper.write(HEADINGS[1], "Helvetica-Bold", 13)
    paper.write(BUILT)
    paper.new_page()
    paper.write(HEADINGS[2], "HeiseiMin-W3", 13)
    paper.write(CJK, "HeiseiMin-W3")
    paper.write("Visitors rate it and naïve café guests – “très bien” – agree.")
    for item in ITEMS:
        paper.write(f"• {item}", gap=0)
    paper.new_page()
    paper.write(HEADINGS[3], "Helvetica-Bold", 13)
    paper.write(LAST)
    paper.write(NOTE, size=8)
    return paper.content()
