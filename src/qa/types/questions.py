"""Questions with their filters, and the hits and candidates that the stages of ranking hand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qa.types.documents import Document, DocumentEntry


class Precision(StrEnum):
    """What an encoder computes its matrix products with."""

    FLOAT32 = "float32"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class Hit:
    """What a store or a lexical index found: a row number and a score (higher is better)."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may answer; an empty filter admits all. Dates are ISO 8601, both ends inclusive.

    A document id that ends with "/" is a folder, with all that lies in and below it. ``collections`` are names of sets
    of both; a filter that has some is resolved by the corpus before it admits anything.
    """

    document_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    date_from: str | None = None
    date_to: str | None = None
    collections: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.document_ids or self.tags or self.date_from or self.date_to or self.collections)

    def admits(self, document: Document | DocumentEntry) -> bool:
        """Whether a document passes: any of the ids, any of the tags, and a date that may lie in the range.

        A date of reduced precision passes when some day of it lies in the range; no date never passes a range.
        """
        return self.predicate()(document)

    def predicate(self) -> Callable[[Document | DocumentEntry], bool]:
        """``admits`` for many documents: the time for each does not grow with the number of ids.

        Raises:
            ValueError: collections have not been resolved.
        """
        if self.collections:
            raise ValueError("a filter by collections is resolved by the corpus before it is used")
        names = frozenset(self.document_ids)
        return lambda document: (not names or _holds(names, document.id)) and self._admits_otherwise(document)

    def _admits_otherwise(self, document: Document | DocumentEntry) -> bool:
        if self.tags and not set(self.tags) & set(document.tags):
            return False
        if not (self.date_from or self.date_to):
            return True
        if document.published is None:
            return False
        precision = len(document.published)
        return (self.date_from or "")[:precision] <= document.published <= (self.date_to or "9999-12-31")[:precision]


def _holds(names: frozenset[str], document_id: str) -> bool:
    """Whether one of the names in a filter is a document's id, or a folder around it."""
    ends = [place + 1 for place, character in enumerate(document_id) if character == "/"]
    return document_id in names or any(document_id[:end] in names for end in ends)


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
