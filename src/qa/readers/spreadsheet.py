"""XLSX: the sheets that are shown, each a section with its table, by openpyxl (MIT).

Offsets count into the rendered text, as in ``delimited``. Formulas give the values that were saved with them; nothing
is computed, and nothing outside the file is read.
"""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import openpyxl

from qa.readers.archives import open_archive
from qa.readers.metadata import keywords, one_line, title_line
from qa.readers.text import TextBuilder
from qa.types import Document


def read_spreadsheet(document_id: str, content: bytes) -> list[Document]:
    """Read ``.xlsx``; title, author and keywords are the core properties'."""
    open_archive(content)
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    builder = TextBuilder()
    for sheet in workbook.worksheets:
        rows = list(_rows(sheet)) if sheet.sheet_state == "visible" else []
        if rows:
            builder.heading(sheet.title)
            builder.table(rows)
    about = workbook.properties
    return [
        builder.described(
            Document(
                document_id,
                title_line(about.title) or "",
                "",
                author=one_line(about.creator if about.creator != "openpyxl" else None),
                tags=keywords([about.keywords]),
            )
        )
    ]


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what a file says of its size may be wrong, or meant to exhaust the reader
    for row in sheet.iter_rows(values_only=True):
        cells = [shown(value) for value in row]
        if any(cells):
            yield cells


def shown(value: object) -> str:
    """A cell's value as words: whole numbers without a fraction, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)
