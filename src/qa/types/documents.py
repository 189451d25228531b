"""Documents as read, and the passages that they are divided into.

Offsets are Unicode code points into ``Document.text``, end exclusive: ``text[start:end]`` is the quotation.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

FULL_STOPS = frozenset(".!?…。！？;:,؟।")
CLOSING = "\"”’»)]'」』 "
LINE = "\n"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points, ``0 <= start < end``."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Table:
    """A table inside a document's text; each of its rows is one sentence, whatever its punctuation.

    ``columns`` are the names of the columns, "" for a column without one; empty where the table has no header.
    ``head`` are the rows of the text that only name the columns: they answer nothing by themselves.
    ``rows`` has one tuple a row: start and end of each cell in the text, one after the other, ``(0, 4, 7, 10)`` for two
    cells; an empty cell has equal ends. Rows are in the order of the text, and the first cell's start and the last
    cell's end are those of the row.
    """

    columns: tuple[str, ...]
    head: tuple[Span, ...]
    rows: tuple[tuple[int, ...], ...]

    def span(self, row: int) -> Span:
        """Where a row stands in the text."""
        return Span(self.rows[row][0], self.rows[row][-1])


class PublishedFrom(StrEnum):
    """What a document's date of publication was taken from."""

    FRONT_MATTER = "front_matter"
    SIDECAR = "sidecar"
    METADATA = "metadata"
    TEXT = "text"
    URL = "url"
    FILE_NAME = "file_name"


@dataclass(frozen=True, slots=True)
class Document:
    """One article as read: the plain text that every offset counts into, and what is known about it.

    ``published`` is an ISO 8601 date of reduced precision allowed (``2006``, ``2006-10``, ``2006-10-27``).
    ``published_from`` says what that was taken from; ``created`` is when the file was made, which is no publication.
    ``retrieved`` is the day on which a page of the web was fetched or saved.
    ``language`` is a BCP 47 tag as its source gives it (``en``, ``zh-Hant``).
    ``headings`` are the spans of section headings inside ``text``, in order.
    ``pages`` are the offsets at which the pages of a paged format begin, ascending, the first one 0; else it is empty.
    ``tables`` are the tables in ``text``, in order and apart.
    ``stated`` are the names of the fields that the front matter gives: no sidecar corrects them.
    """

    id: str
    title: str
    text: str
    published: str | None = None
    publisher: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    headings: tuple[Span, ...] = ()
    author: str | None = None
    language: str | None = None
    pages: tuple[int, ...] = ()
    tables: tuple[Table, ...] = ()
    published_from: PublishedFrom | None = None
    created: str | None = None
    retrieved: str | None = None
    stated: tuple[str, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The number of the page, from 1, that holds a code point; None where the format has no pages."""
        return bisect_right(self.pages, offset) or None

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """The document whose ``dataclasses.asdict`` went through JSON; fields added since then may be missing."""
        sequences = {
            "tags": tuple(fields["tags"]),
            "headings": _spans(fields["headings"]),
            "pages": tuple(fields["pages"]),
            "tables": tuple(_table(table) for table in fields.get("tables", ())),
            "stated": tuple(fields.get("stated", ())),
            "published_from": PublishedFrom(source) if (source := fields.get("published_from")) else None,
        }
        return cls(**{**fields, **sequences})


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """What a list says of a document; the fields are its own, and these.

    ``characters`` is how long its text is, in code points, and ``pages`` how many pages it has (0 in a format without
    them); ``sha256`` is of the text as UTF-8, hexadecimal.
    """

    id: str
    title: str
    published: str | None
    published_from: PublishedFrom | None
    created: str | None
    retrieved: str | None
    publisher: str | None
    author: str | None
    language: str | None
    tags: tuple[str, ...]
    characters: int
    pages: int
    sha256: str

    @classmethod
    def of(cls, document: Document) -> Self:
        """The entry of a document that is at hand."""
        return cls(
            id=document.id,
            title=document.title,
            published=document.published,
            published_from=document.published_from,
            created=document.created,
            retrieved=document.retrieved,
            publisher=document.publisher,
            author=document.author,
            language=document.language,
            tags=document.tags,
            characters=len(document.text),
            pages=len(document.pages),
            sha256=hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        )


def _spans(fields: Iterable[Mapping[str, int]]) -> tuple[Span, ...]:
    return tuple(Span(**span) for span in fields)


def _table(fields: Mapping[str, Any]) -> Table:
    return Table(tuple(fields["columns"]), _spans(fields["head"]), tuple(tuple(row) for row in fields["rows"]))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What could not be indexed (a file, a line or the pages of one), and why, in words for the person who owns it."""

    document_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a build did, by document id; ``unreadable`` names files, and lines or pages of files that were read."""

    snapshot: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class Passage:
    """An exact slice of one document: the unit that is embedded, ranked and returned.

    ``sentences`` are spans into the document, in order, inside ``[start, end)``; there is always at least one.
    ``context`` (title, section heading) is embedded and indexed with the text but is not part of it.
    """

    document_id: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    context: str = ""

    @property
    def id(self) -> str:
        return f"{self.document_id}#{self.ordinal}"

    def document_text(self, span: Span) -> str:
        """What the document says at a span that lies inside this passage."""
        return self.text[span.start - self.start : span.end - self.start]

    @property
    def embedded_text(self) -> str:
        """What the embedder reads."""
        return f"{self.context}\n{self.text}" if self.context else self.text
