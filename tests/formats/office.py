"""Files of formats that folders hold, built with the formats' own libraries or by hand."""

import io
import json
import zipfile
from email.message import EmailMessage
from xml.sax.saxutils import escape

import openpyxl
import pptx
from pptx.util import Inches


def sheets(**tables):
    """An ``.xlsx`` with these sheets, by name: rows of cells."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in tables.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def slides(*pages, notes="", rows=()):
    """A ``.pptx`` with these slides, each a title and its text; notes and a table are the first one's."""
    presentation = pptx.Presentation()
    for number, (title, text) in enumerate(pages):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
        if notes and not number:
            slide.notes_slide.notes_text_frame.text = notes
        if rows and not number:
            table = slide.shapes.add_table(len(rows), len(rows[0]), *[Inches(1)] * 4).table
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    table.cell(i, j).text = cell
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)


def open_document(body, kind="text", title=""):
    """An OpenDocument file with this XML in its body."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {_NAMES}><office:body><office:{kind}>{body}</office:{kind}>"
            "</office:body></office:document-content>",
        )
        archive.writestr(
            "meta.xml",
            f"<office:document-meta {_NAMES}><office:meta><dc:title>{title}</dc:title></office:meta>"
            "</office:document-meta>",
        )
    return out.getvalue()


def paragraph(text):
    return f"<text:p>{escape(text)}</text:p>"


def table(name, rows):
    cells = "".join(
        "<table:table-row>" + "".join(f"<table:table-cell>{paragraph(cell)}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )  # fmt: skip
    return f'<table:table table:name="{name}">{cells}</table:table>'


def mail(text, subject="Words", attachments=(), html=None):
    """An ``.eml``; attachments are names and their bytes."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Ann Lund <ann@example.org>", "bo@example.org"
    message["Date"] = "Tue, 03 May 1994 10:00:00 +0200"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def notebook(*cells):
    """An ``.ipynb`` with these cells: their type and source."""
    entries = [{"cell_type": kind, "source": source.splitlines(keepends=True), "outputs": []} for kind, source in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": entries}).encode()
