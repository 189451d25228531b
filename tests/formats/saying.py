"""Files of every format that say given words."""

import gzip
import io
import json
import plistlib
import textwrap
from pathlib import Path

import compound
import honest
import office
import reportlab
from PIL import Image, ImageDraw, ImageFont

VERA = Path(reportlab.__file__).with_name("fonts") / "Vera.ttf"


def as_page(text):
    return "".join(f"<p>{line}</p>\n" for line in text.splitlines() if line)


def as_lines(text):
    return json.dumps({"id": "only", "text": text}, ensure_ascii=False)


def as_paper(text):
    paper = honest.Paper(title=None)
    paper.write(text)
    return paper.content()


def as_word(text):
    return honest.word(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")


def as_book(text):
    return honest.epub(**{"OEBPS/a-second.xhtml": honest.chapter(f"<p>{text}</p>")})


def as_cues(text):
    return f"WEBVTT\n\n00:00:01.000 --> 00:00:09.000\n{' '.join(text.split())}\n"


def as_message(text):
    return office.mail(text)


def drawn(text, size=30):
    """Words as a picture."""
    lines = textwrap.wrap(text, 60)
    font = ImageFont.truetype(VERA, size)
    picture = Image.new("RGB", (1200, 40 + len(lines) * size * 2), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((40, 20 + number * size * 2), line, fill="black", font=font)
    return picture


def as_picture(text, kind):
    written = io.BytesIO()
    drawn(text).save(written, kind)
    return written.getvalue()


def as_crawl(text):
    page = f"<html><body><p>{text}</p></body></html>".encode()
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/a\r\n"
    head += "WARC-Date: 2024-05-03T10:00:00Z\r\n"
    return f"{head}Content-Type: application/http\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"


def as_kept(text):
    page = f"<html><body><p>{text}</p></body></html>".encode()
    return plistlib.dumps({"WebMainResource": {"WebResourceData": page, "WebResourceURL": "https://example.org/a"}})


BUILT_OLDER = {
    ".doc": lambda text: compound.word((0, [], (f"{text}\r", 0))),
    ".msg": lambda text: compound.compound(compound.outlook(text)),
    ".warc": as_crawl,
    ".warc.gz": lambda text: gzip.compress(as_crawl(text)),
    ".webarchive": as_kept,
}
BUILT_PICTURES = {
    ".png": lambda text: as_picture(text, "PNG"),
    ".jpg": lambda text: as_picture(text, "JPEG"),
    ".jpeg": lambda text: as_picture(text, "JPEG"),
    ".tif": lambda text: as_picture(text, "TIFF"),
    ".tiff": lambda text: as_picture(text, "TIFF"),
}
BUILT_OFFICE = {
    ".xlsx": lambda text: office.sheets(
        Words=[["Number", "Words"], [1, *(text[start : start + 30_000] for start in range(0, len(text), 30_000))]]
    ),
    ".pptx": lambda text: office.slides(("Words", text)),
    ".odt": lambda text: office.open_document(office.paragraph(text)),
    ".ods": lambda text: office.open_document(office.table("Words", [["Number", "Words"], ["1", text]]), "spreadsheet"),
    ".odp": lambda text: office.open_document(f"<draw:page>{office.paragraph(text)}</draw:page>", "presentation"),
    ".rtf": lambda text: rb"{\rtf1\ansi " + text.encode("cp1252") + rb"\par}",
    ".eml": as_message,
    ".mbox": lambda text: b"From ann@example.org Tue May  3 10:00:00 1994\n" + office.mail(text),
    ".mht": lambda text: office.mail("-", html=f"<html><body><p>{text}</p></body></html>"),
    ".zip": lambda text: honest.zipped({"folder/": "", "folder/words.txt": text, "folder/words.gif": "-"}),
    ".mhtml": lambda text: office.mail("-", html=f"<html><body><p>{text}</p></body></html>"),
    ".srt": lambda text: as_cues(text).replace("WEBVTT", "1").replace(".000", ",000").encode(),
    ".vtt": lambda text: as_cues(text).encode(),
    ".ipynb": lambda text: office.notebook(("markdown", text)),
    ".json": lambda text: json.dumps({"text": text}).encode(),
    ".xml": lambda text: f"<doc><p>{text}</p></doc>".encode(),
    ".csv": lambda text: f'number,words\n1,"{text}"\n'.encode(),
    ".tsv": lambda text: f"number\twords\n1\t{text}\n".encode(),
    ".rst": str.encode, ".org": str.encode, ".adoc": str.encode, ".asciidoc": str.encode, ".tex": str.encode,
}  # fmt: skip
WRITTEN = {
    ".txt": str, ".md": str, ".markdown": str, ".html": as_page, ".htm": as_page, ".xhtml": as_page, ".jsonl": as_lines,
}  # fmt: skip
BUILT = {".pdf": as_paper, ".docx": as_word, ".epub": as_book} | BUILT_OFFICE | BUILT_OLDER | BUILT_PICTURES


def file_saying(suffix, text):
    """A file of the format that says some words, among others where the format needs them."""
    return WRITTEN[suffix](text).encode() if suffix in WRITTEN else BUILT[suffix](text)
