"""What a question comes back with: an answer with citations, or a reasoned refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa.types.documents import CLOSING, FULL_STOPS, LINE, Document, Passage, Span


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
