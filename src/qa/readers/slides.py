"""PPTX: slide by slide, titles, text, tables and notes, by python-pptx (MIT).

Offsets count into the rendered text; a slide is a page, so that a citation has its number.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pptx

from qa.readers.archives import open_archive
from qa.readers.checks import check_against_pictures
from qa.readers.metadata import keywords, one_line, title_line
from qa.readers.text import TextBuilder
from qa.types import Document


def read_slides(document_id: str, content: bytes) -> list[Document]:
    """Read ``.pptx``; title, author and keywords are the core properties'."""
    archive = open_archive(content)
    presentation = pptx.Presentation(io.BytesIO(content))
    builder = TextBuilder()
    pages: list[int] = []
    for slide in presentation.slides:
        pages.append(builder.next_start if pages else 0)
        if slide._element.get("show") != "0":  # noqa: SLF001  the library has no name for a hidden slide
            _write(slide, builder)
    pictures = sum(entry.file_size for entry in archive.infolist() if "/media/" in entry.filename)
    check_against_pictures(builder.text, pictures)
    about = presentation.core_properties
    fields = Document(
        document_id,
        title_line(about.title) or "",
        "",
        author=one_line(about.author),
        tags=keywords([about.keywords]),
    )
    return [replace(builder.described(fields), pages=tuple(min(page, builder.length) for page in pages))]


def _write(slide: Any, builder: TextBuilder) -> None:
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        builder.heading(" ".join(title.text_frame.text.split()))
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                builder.block(paragraph.text.replace("\v", "\n"))
        elif getattr(shape, "has_table", False) and shape.has_table:
            builder.table([[cell.text for cell in row.cells] for row in shape.table.rows])
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        builder.block(slide.notes_slide.notes_text_frame.text)


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape
