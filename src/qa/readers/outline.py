"""Org and AsciiDoc: headings by their marks, paragraphs as they are; drawers, comments and attributes left out.

Offsets count into the rendered text: blocks with an empty line between them. Inline marks stay as they are written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.readers.decode import decode
from qa.readers.front_matter import split_front_matter
from qa.readers.text import TextBuilder
from qa.types import Document


@dataclass(frozen=True, slots=True)
class Marks:
    """How a format marks its lines: the title, headings, and what is no text."""

    title: re.Pattern[str]
    heading: re.Pattern[str]
    left_out: re.Pattern[str]


ORG = Marks(
    title=re.compile(r"#\+TITLE:\s*(.+)$", re.IGNORECASE),
    heading=re.compile(r"\*+\s+(?:(?:TODO|DONE)\s+)?(.+?)(?:\s+:[\w:@]+:)?\s*$"),
    left_out=re.compile(r"\s*(?:#\+|# |:[\w-]+:(?:\s|$))"),
)
ASCIIDOC = Marks(
    title=re.compile(r"=\s+(.+)$"),
    heading=re.compile(r"={2,6}\s+(.+)$"),
    left_out=re.compile(r"(?://|:[\w!-]+:|\[[^\]]*\]$|(?:-{4,}|={4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|\|===)\s*$|include::)"),
)


def read_org(document_id: str, content: bytes) -> list[Document]:
    """Read ``.org``; the title is ``#+TITLE``, else the first heading."""
    return [_read(document_id, decode(content), ORG)]


def read_asciidoc(document_id: str, content: bytes) -> list[Document]:
    """Read ``.adoc``; the title is the document's."""
    return [_read(document_id, decode(content), ASCIIDOC)]


def _read(document_id: str, text: str, marks: Marks) -> Document:
    front, source = split_front_matter(text)
    builder = TextBuilder()
    title = ""
    for block in _blocks(source, marks):
        if found := marks.title.match(block):
            title = title or found[1].strip()
            builder.heading(found[1])
        elif found := marks.heading.match(block):
            builder.heading(found[1])
        else:
            builder.block(block)
    return front.over(builder.described(Document(document_id, title, "")))


def _blocks(text: str, marks: Marks) -> Iterator[str]:
    """Headings by themselves, and paragraphs between them and empty lines."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        is_mark = bool(marks.title.match(line) or marks.heading.match(line))
        if is_mark or not line.strip():
            if lines:
                yield "\n".join(lines)
            lines = []
        if is_mark:
            yield line
        elif line.strip() and not marks.left_out.match(line):
            lines.append(line)
