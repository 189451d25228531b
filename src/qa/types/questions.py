"""What is asked, what may answer, and what the stages of ranking hand on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qa.types.documents import Document


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
