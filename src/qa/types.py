"""The frozen records that travel from module to module, in the order in which they appear.

Offsets are Unicode code points into ``Document.text``, end exclusive: ``text[start:end]`` is the quotation.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

FULL_STOPS = frozenset(".!?…。！？;:,؟।")
CLOSING = "\"”’»)]'」』 "
LINE = "\n"


class Precision(StrEnum):
    """What an encoder computes its matrix products with."""

    FLOAT32 = "float32"
    INT8 = "int8"


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


@dataclass(frozen=True, slots=True)
class Hit:
    """What a store or a lexical index found: a row number and a score (higher is better)."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may answer; an empty filter admits all. Dates are ISO 8601, both ends inclusive.

    A document id that ends with "/" is a folder, with all that lies in and below it.
    """

    document_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    date_from: str | None = None
    date_to: str | None = None

    def __bool__(self) -> bool:
        return bool(self.document_ids or self.tags or self.date_from or self.date_to)

    def admits(self, document: Document) -> bool:
        """Whether a document passes: any of the ids, any of the tags, and a date that may lie in the range.

        A date of reduced precision passes when some day of it lies in the range; no date never passes a range.
        """
        if self.document_ids and not any(_holds(name, document.id) for name in self.document_ids):
            return False
        if self.tags and not set(self.tags) & set(document.tags):
            return False
        if not (self.date_from or self.date_to):
            return True
        if document.published is None:
            return False
        precision = len(document.published)
        return (self.date_from or "")[:precision] <= document.published <= (self.date_to or "9999-12-31")[:precision]


def _holds(name: str, document_id: str) -> bool:
    """Whether a name in a filter is a document's id, or a folder around it."""
    return document_id == name or (name.endswith("/") and document_id.startswith(name))


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: the text, earlier questions (oldest first), and how the answer is to be cut."""

    text: str
    top_k: int = 5
    history: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage before the final cut: its row in the snapshot, its named scores and the score that ranks it.

    Every score is better when higher. ``sentence_scores`` has one value per sentence of the passage.
    """

    row: int
    score: float
    scores: Mapping[str, float]
    sentence_scores: tuple[float, ...] = ()


class HighlightKind(StrEnum):
    """Why a span is marked: it is an answer sentence, the exact answer inside one, or a word of the question."""

    ANSWER = "answer"
    EXACT = "exact"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span of the document to mark inside a passage."""

    span: Span
    kind: HighlightKind


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage in its place in the answer; ranks are 1, 2, 3… and scores never rise with rank.

    ``repeated_in`` are passages that say the same and would have come after it.
    """

    rank: int
    passage: Passage
    document: Document
    score: float
    scores: Mapping[str, float]
    highlights: tuple[Highlight, ...]
    cited: bool
    repeated_in: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """One quotation: ``document.text[start:end] == cited_text``, with the text around it to find it again.

    ``before`` and ``after`` are the neighbouring sentences of the passage, verbatim; "" at its ends.
    """

    number: int
    document: Document
    passage: Passage
    span: Span
    prefix: str
    suffix: str
    before: str = ""
    after: str = ""

    @property
    def cited_text(self) -> str:
        return self.document.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class ExactAnswer:
    """The words inside a quotation that answer the question: a span of the cited document.

    ``citation`` is the number of the citation that holds it.
    """

    citation: int
    document: Document
    span: Span

    @property
    def text(self) -> str:
        return self.document.text[self.span.start : self.span.end]


def joined(quotations: Sequence[str]) -> str:
    """Quotations as one text: a heading, a row or an item without a full stop is not glued to what follows it."""
    pieces = [f"{text}{' ' if text.rstrip(CLOSING)[-1:] in FULL_STOPS else LINE}" for text in quotations[:-1]]
    return "".join((*pieces, *quotations[-1:]))


class Band(StrEnum):
    """How far an answer can be trusted, by precision measured on questions with known answers."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Reason(StrEnum):
    """Why the service refuses to answer."""

    NO_RELEVANT_PASSAGE = "no_relevant_passage"
    NOT_SAID = "not_said"
    DIFFERS = "differs"
    NEGATED = "negated"
    TERMS_NOT_IN_CORPUS = "terms_not_in_corpus"
    FILTERS_EXCLUDE_ALL = "filters_exclude_all"
    EMPTY_INDEX = "empty_index"


@dataclass(frozen=True, slots=True)
class Confidence:
    """The estimated probability, 0 to 1, that the cited sentences answer the question, and its band."""

    band: Band
    probability: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What the question says and the nearest sentence says otherwise: ``Grey Heron`` instead of ``Grey Linnet``.

    ``written`` is "" where the documents give nothing in its stead.
    """

    asked: str
    written: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question comes back with: cited sentences, or the reasons for a refusal, and the ranked passages.

    ``searched_text`` is the question with its follow-up and spelling resolved; ``also_searched`` are other spellings of
    its names that the corpus has. ``nearest`` are the sentences that come nearest to an answer; they are cited only if
    nothing speaks against them. ``exact`` are the words in them that answer. ``differences`` say what a question names
    otherwise than the documents. ``complete`` says of a question for several things whether all that the documents have
    are cited (None where it asks for one). ``carried`` are the words of earlier questions, or names that answered
    them, that were searched for with this one.
    """

    question: str
    searched_text: str
    also_searched: tuple[str, ...]
    confidence: Confidence
    reasons: tuple[Reason, ...]
    nearest: tuple[Citation, ...]
    passages: tuple[RankedPassage, ...]
    unmatched_terms: tuple[str, ...]
    timings_ms: Mapping[str, float]
    exact: tuple[ExactAnswer, ...] = ()
    differences: tuple[Difference, ...] = ()
    complete: bool | None = None
    carried: tuple[str, ...] = ()

    @property
    def searched_for(self) -> str:
        """All that was searched for, to be read: the text, and the other spellings behind it."""
        others = ", ".join(self.also_searched)
        return f"{self.searched_text} (also: {others})" if others else self.searched_text

    @property
    def answerable(self) -> bool:
        return bool(self.nearest) and not self.reasons

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The cited sentences; none in a refusal."""
        return self.nearest if self.answerable else ()

    @property
    def text(self) -> str:
        """The cited sentences, verbatim, joined by a space; by a line end after what has no full stop."""
        return joined([citation.cited_text for citation in self.citations])
