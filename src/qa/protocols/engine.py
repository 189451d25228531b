"""What holds the passages of a corpus for several servers, and the records that go in and out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from qa.protocols.parts import Rows, Scores, Vectors
from qa.types import Filters, Hit


@dataclass(frozen=True, slots=True)
class Admitted:
    """Which documents may be found: those that the filters admit, without those that were withdrawn."""

    filters: Filters = field(default_factory=Filters)
    withdrawn: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether any document may be left out."""
        return bool(self.filters) or bool(self.withdrawn)


@dataclass(frozen=True, slots=True)
class PassageRecord:
    """A passage as an engine keeps it: ``content`` holds all its fields, and is not looked into by the engine."""

    row: int
    document_row: int
    document_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as an engine keeps it; its passages are the rows from ``first`` on, ``content`` is the whole as JSON.

    ``tags`` and ``published`` are what filters look at.
    """

    row: int
    id: str
    first: int
    passages: int
    tags: tuple[str, ...]
    published: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Publication:
    """All that an engine is to hold of one generation.

    Attributes:
        generation: its name, the id of the snapshot that it was made from.
        dimension: of the passages' vectors.
        multilingual_dimension: of those by the multilingual embedder; None where there are none.
        documents, passages: how many there are; what the engine then holds is compared with it.
        statistics: a folder of files that every server copies; see ``Engine.statistics``.
        document_records, passage_records: in the order of their rows.
        vectors: ``(passages, dimension)``, by blocks of rows, in order.
        multilingual_vectors: the same by the multilingual embedder, of unit length up to rounding.
        postings: of each term that occurs, ascending: its id, the rows that say it, ascending, and its weight in each.
        mark: ``Engine.mark`` from before the corpus was read: what was withdrawn until then is withdrawn no more.
    """

    generation: str
    dimension: int
    documents: int
    passages: int
    statistics: Path
    document_records: Iterable[DocumentRecord]
    passage_records: Iterable[PassageRecord]
    vectors: Iterable[Vectors]
    postings: Iterable[tuple[int, Rows, Scores]]
    mark: int = 0
    multilingual_dimension: int | None = None
    multilingual_vectors: Iterable[Vectors] = ()


class Engine(Protocol):
    """What holds the passages of a corpus for several servers: finds candidates for a question, and hands them out.

    Scores of an engine are good for a cut, never for ranking: that is done with what ``fetch`` gives. Every call names
    the generation that it is about, so that what one question is told is never of two.

    Every method raises ``EngineUnavailable`` where the engine cannot be reached or is too old, and those that are
    about a generation raise ``GenerationGone`` where the engine no longer holds it.
    """

    def check(self) -> str:
        """Name the engine and its version, and whatever else its operator should know."""
        ...

    def current(self) -> str | None:
        """The generation that answers; None before the first was published."""
        ...

    def mark(self) -> int:
        """A number that grows with every withdrawal."""
        ...

    def withdrawn(self, generation: str) -> frozenset[str]:
        """The documents of a generation that must not answer any more."""
        ...

    def statistics(self, generation: str, folder: Path) -> None:
        """Write the files of a generation's statistics into a folder that exists."""
        ...

    def dense(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        """The ``k`` passages nearest to a unit vector, ``(dimension,)``, by inner product, best first."""
        ...

    def multilingual(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        """The same for a vector of the multilingual embedder, in a generation that was published with such vectors."""
        ...

    def lexical(
        self, generation: str, weights: Mapping[int, float], k: int, admitted: Admitted, all_of: Sequence[int] = ()
    ) -> list[Hit]:
        """The ``k`` passages with the largest sum of stored weights times these (by term), best first.

        With ``all_of`` only passages that say all of these terms.
        """
        ...

    def fetch(self, generation: str, rows: Sequence[int], admitted: Admitted) -> list[PassageRecord]:
        """The records of those of some passages that are admitted, ascending by row."""
        ...

    def documents(self, generation: str, rows: range, admitted: Admitted) -> list[DocumentRecord]:
        """The documents in a range of rows, ascending."""
        ...

    def named(self, generation: str, document_ids: Sequence[str], admitted: Admitted) -> list[DocumentRecord]:
        """The documents with some ids, ascending by row; unknown ones are left out."""
        ...

    def publish(self, publication: Publication) -> None:
        """Build a generation beside the others, count what is held, and only then let it answer.

        Where this is broken off at any moment, nothing that answers has changed.
        """
        ...

    def point(self, generation: str, mark: int) -> None:
        """Let a generation that is held answer; ``mark`` is as in ``Publication``."""
        ...

    def withdraw(self, document_ids: Sequence[str]) -> None:
        """Let some documents, and those of files with several, answer no more: at once, in every generation."""
        ...

    def generations(self) -> list[str]:
        """All generations that are held, the newest first."""
        ...

    def drop(self, generation: str) -> None:
        """Remove a generation that does not answer."""
        ...

    def close(self) -> None:
        """Give back connections; the next call would open others."""
        ...
