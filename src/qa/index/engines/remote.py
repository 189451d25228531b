"""A generation of an engine, used as a snapshot: what a question or a page needs is fetched when it is needed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import overload

import numpy as np

from qa.analysis import analyze
from qa.errors import EngineUnavailable, IndexMissing, SnapshotDamaged
from qa.index.bm25 import BM25Index, Postings, SentenceTokens
from qa.index.engines.cache import Recent
from qa.index.engines.fetched import assemble
from qa.index.engines.statistics import Statistics, copied, forget
from qa.index.passages import Passages
from qa.index.sentence_vectors import SentenceVectors
from qa.index.snapshot import Snapshot
from qa.index.stores.exact import ExactStore
from qa.index.token_vectors import TokenIndex
from qa.protocols import Admitted, DocumentRecord, Engine, Rows, Vectors
from qa.types import Document, DocumentEntry, Filters, Hit, Passage

DEPTH = 50  # as many as retrieval takes of each search
DENSE, LEXICAL, NAMED = DEPTH + 10, 2 * DEPTH, 10  # candidates that are asked for; a spare, as engines round
PAGE = 64  # documents that are loaded at once
KEPT = 512  # documents that are kept


def open_remote(engine: Engine, cache: Path) -> "RemoteSnapshot":
    """The generation that answers now; its statistics are copied into a folder of this machine.

    Raises:
        IndexMissing: nothing was published.
        EngineUnavailable, SnapshotDamaged, SnapshotOutdated: it cannot be used.
    """
    generation = engine.current()
    if generation is None:
        raise IndexMissing("nothing has been published to the engine yet; run: qa index")
    withdrawn = engine.withdrawn(generation)
    statistics = copied(cache, generation, lambda folder: engine.statistics(generation, folder))
    forget(cache, generation)
    return RemoteSnapshot(engine, statistics, withdrawn, Recent(KEPT))


class EngineSource:
    """The generations of an engine; their statistics are copied into a folder."""

    def __init__(self, engine: Engine, cache: Path) -> None:
        self._engine = engine
        self._cache = cache
        self._seen: str | None = None

    def publication(self) -> object:
        """The generation that answers; where the engine cannot be reached, the last one that did."""
        with suppress(EngineUnavailable):
            self._seen = self._engine.current()
        return self._seen

    def open(self) -> tuple[Snapshot, SnapshotDamaged | None]:
        return open_remote(self._engine, self._cache), None

    def withdraw(self, document_id: str) -> None:
        self._engine.withdraw([document_id])


class RemoteSnapshot(Snapshot):
    """A generation as it is at one moment, without the documents that were withdrawn until then."""

    def __init__(
        self, engine: Engine, statistics: Statistics, withdrawn: frozenset[str], kept: Recent[str, DocumentRecord]
    ) -> None:
        self._engine = engine
        self._statistics = statistics
        self._withdrawn = withdrawn
        self._kept = kept
        self.manifest = statistics.manifest
        self._documents = RemoteDocuments(self)
        none = np.zeros(0, np.int64)
        tokens = SentenceTokens(none.astype(np.int32), none.astype(np.uint8), none.reshape(0, 2), np.zeros(1, np.int64))
        super().__init__(
            statistics.manifest,
            self._documents,
            RemotePassages(self),
            RemoteVectors(self),
            SentenceVectors(np.zeros((0, statistics.manifest.dimension), np.int8), np.zeros(0, np.float32)),
            TokenIndex.build([], statistics.manifest.dimension, statistics.projection),
            BM25Index(
                statistics.terms, Postings(none, none.astype(np.int32), none.astype(np.float32), none), tokens, 0
            ),
            statistics.multilingual,
        )

    @property
    def generation(self) -> str:
        return self.manifest.id

    @property
    def version(self) -> str:
        return f"{self.manifest.id} {hash(self._withdrawn)}"

    def now(self) -> "RemoteSnapshot":
        """The same generation without what has been withdrawn meanwhile.

        Raises:
            GenerationGone: the engine no longer holds it.
        """
        withdrawn = self._engine.withdrawn(self.generation)
        if withdrawn == self._withdrawn:
            return self
        return RemoteSnapshot(self._engine, self._statistics, withdrawn, self._kept)

    def near(
        self, vector: Vectors, weights: Mapping[str, float], named: Sequence[Sequence[str]], filters: Filters,
        meaning: Vectors | None = None,
    ) -> tuple[Snapshot, Rows | None]:  # fmt: skip
        """The candidates of a question, all of them admitted."""
        admitted = Admitted(filters, self._withdrawn)
        known = self._statistics.terms.vocabulary
        by_term = {known[term]: weight for term, weight in weights.items() if term in known}
        hits = self._engine.dense(self.generation, vector, DENSE, admitted)
        hits += self._engine.lexical(self.generation, by_term, LEXICAL, admitted)
        if meaning is not None:
            hits += self._engine.multilingual(self.generation, meaning, DENSE, admitted)
        for words in named:
            terms = [token.term for word in words for token in analyze(word)]
            if terms and all(term in known for term in terms):
                all_of = [known[term] for term in terms]
                hits += self._engine.lexical(self.generation, by_term, NAMED, admitted, all_of)
        return self.fetched(sorted({hit.row for hit in hits})), None

    def search(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        return self._engine.dense(self.generation, vector, k, Admitted(filters, self._withdrawn))

    def of_document(self, document_id: str) -> Snapshot:
        rows = self.rows_of_document.get(document_id, range(0))
        return self.fetched(rows)

    def around(self, vector: Vectors, k: int) -> Snapshot:
        return self.fetched(sorted(hit.row for hit in self.search(vector, k, Filters())))

    def at(self, rows: range) -> tuple[Snapshot, range]:
        return self.fetched(rows), range(len(rows))

    def fetched(self, rows: Sequence[int]) -> Snapshot:
        """A small snapshot of some passages, given ascending by row."""
        records = self._engine.fetch(self.generation, rows, Admitted(withdrawn=self._withdrawn))
        return assemble(self._statistics, records, self._documents.named)

    @property
    def document_by_id(self) -> Mapping[str, Document]:
        return ById(self)

    @property
    def rows_of_document(self) -> Mapping[str, range]:
        return RowsOfDocument(self)

    def document_of(self, row: int) -> Document:
        return self._documents.named(self.passages[row].document_id)

    def admitted(self, filters: Filters) -> Rows | None:
        raise NotImplementedError("an engine filters where it searches")

    def listed(self, after: str | None, limit: int) -> list[DocumentEntry]:
        record = None if after is None else self.record(after)
        if after is not None and record is None:
            raise KeyError(after)
        first = record.row + 1 if record else 0
        found: list[DocumentEntry] = []
        while len(found) < limit and first < self.manifest.documents:
            rows = range(first, min(first + limit - len(found), self.manifest.documents))
            found += [DocumentEntry.of(parsed(record)) for record in self.page(rows)]
            first = rows.stop
        return found

    def count_admitted(self, filters: Filters) -> int:
        return sum(filters.admits(document) for document in self.documents)

    def record(self, document_id: str) -> DocumentRecord | None:
        """What the engine holds of a document that is admitted."""
        if document_id in self._withdrawn:
            return None
        record = self._kept.peek(document_id)
        if record is None:
            found = self._engine.named(self.generation, [document_id], Admitted(withdrawn=self._withdrawn))
            if not found:
                return None
            record = found[0]
            self._kept.put(document_id, record)
        return record

    def page(self, rows: range) -> list[DocumentRecord]:
        """The documents in a range of rows that are admitted."""
        return self._engine.documents(self.generation, rows, Admitted(withdrawn=self._withdrawn))


def parsed(record: DocumentRecord) -> Document:
    """The document of a record."""
    return Document.from_fields(json.loads(record.content.decode("utf-8", "surrogatepass")))


class RemoteDocuments(Sequence[Document]):
    """The documents of a generation in their order, those withdrawn left out when it is walked through."""

    def __init__(self, snapshot: RemoteSnapshot) -> None:
        self._snapshot = snapshot

    def __len__(self) -> int:
        return self._snapshot.manifest.documents

    @overload
    def __getitem__(self, index: int) -> Document: ...
    @overload
    def __getitem__(self, index: slice) -> list[Document]: ...
    def __getitem__(self, index: int | slice) -> Document | list[Document]:
        if isinstance(index, slice):
            return list(self)[index]
        row = range(len(self))[index]
        return parsed(self._snapshot.page(range(row, row + 1))[0])

    def __iter__(self) -> Iterator[Document]:
        for first in range(0, len(self), PAGE):
            yield from map(parsed, self._snapshot.page(range(first, first + PAGE)))

    def named(self, document_id: str) -> Document:
        """The document with an id.

        Raises:
            KeyError: there is none.
        """
        record = self._snapshot.record(document_id)
        if record is None:
            raise KeyError(document_id)
        return parsed(record)


class ById(Mapping[str, Document]):
    """Documents by their ids, each loaded when it is looked up."""

    def __init__(self, snapshot: RemoteSnapshot) -> None:
        self._snapshot = snapshot

    def __getitem__(self, document_id: str) -> Document:
        record = self._snapshot.record(document_id)
        if record is None:
            raise KeyError(document_id)
        return parsed(record)

    def __iter__(self) -> Iterator[str]:
        return (document.id for document in self._snapshot.documents)

    def __len__(self) -> int:
        return self._snapshot.manifest.documents


class RowsOfDocument(Mapping[str, range]):
    """The passages of each document that has any."""

    def __init__(self, snapshot: RemoteSnapshot) -> None:
        self._snapshot = snapshot

    def __getitem__(self, document_id: str) -> range:
        record = self._snapshot.record(document_id)
        if record is None or not record.passages:
            raise KeyError(document_id)
        return range(record.first, record.first + record.passages)

    def __iter__(self) -> Iterator[str]:
        return (document.id for document in self._snapshot.documents if document.id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class RemotePassages(Passages):
    """The passages of a generation, each fetched when it is looked at."""

    def __init__(self, snapshot: RemoteSnapshot) -> None:
        super().__init__((), (), np.zeros((6, 0), np.int64), np.zeros((0, 2), np.int64))
        self._snapshot = snapshot

    def __len__(self) -> int:
        return self._snapshot.manifest.passages

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> list[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | list[Passage]:
        rows = range(len(self))[row]
        if isinstance(rows, range):
            return list(self._snapshot.fetched(rows).passages)
        return self._snapshot.fetched([rows]).passages[0]


class RemoteVectors(ExactStore):
    """The passages' vectors, fetched when they are looked at."""

    def __init__(self, snapshot: RemoteSnapshot) -> None:
        super().__init__(np.zeros((0, snapshot.manifest.dimension), np.float32))
        self._snapshot = snapshot

    def __len__(self) -> int:
        return self._snapshot.manifest.passages

    def vectors(self, rows: Rows) -> Vectors:
        ascending, inverse = np.unique(rows, return_inverse=True)
        found = self._snapshot.fetched(ascending.tolist())
        return found.passage_vectors.vectors(np.arange(len(found.passages)))[inverse]
