"""The engine that every other one is compared with: the snapshots of the index folder, asked through the same joint."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from qa import __version__
from qa.errors import EngineUnavailable, GenerationGone, IndexUnusable
from qa.index import folder as index_folder
from qa.index.engines.cache import Recent
from qa.index.engines.publication import document_records, passage_records
from qa.index.engines.statistics import write_statistics
from qa.index.maxscore import together
from qa.index.snapshot import Snapshot, open_snapshot
from qa.protocols import Admitted, DocumentRecord, PassageRecord, Publication, Rows, Vectors
from qa.types import Document, Hit

OPEN = 2  # snapshots that are kept open


class EmbeddedEngine:
    """An index folder; what it holds is built there, so nothing can be published to it from elsewhere."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self._snapshots: Recent[str, Snapshot] = Recent(OPEN)
        self._withdrawn: frozenset[str] = frozenset()
        self._mark = 0

    def check(self) -> str:
        return f"the index folder itself, qa {__version__}"

    def current(self) -> str | None:
        return index_folder.current_id(self._index)

    def mark(self) -> int:
        return self._mark

    def withdrawn(self, generation: str) -> frozenset[str]:
        self._snapshot(generation)
        return self._withdrawn

    def statistics(self, generation: str, folder: Path) -> None:
        write_statistics(self._snapshot(generation), folder)

    def dense(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        snapshot = self._snapshot(generation)
        return snapshot.passage_vectors.search(vector, k, _rows(snapshot, admitted))

    def multilingual(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        snapshot = self._snapshot(generation)
        corpus = snapshot.multilingual
        return corpus.search(vector, k, _rows(snapshot, admitted)) if corpus else []

    def lexical(
        self, generation: str, weights: Mapping[int, float], k: int, admitted: Admitted, all_of: Sequence[int] = ()
    ) -> list[Hit]:
        snapshot = self._snapshot(generation)
        lexical, rows = snapshot.lexical, _rows(snapshot, admitted)
        weighted = lexical.weighted_ids(weights)
        if not all_of:
            return weighted.best(k, rows)
        found = together([lexical.postings.of(term)[0] for term in all_of])
        found = found if rows is None else np.intersect1d(found, rows)
        scores = weighted.at(found)
        return [Hit(int(found[i]), float(scores[i])) for i in np.lexsort((found, -scores))[:k]]

    def fetch(self, generation: str, rows: Sequence[int], admitted: Admitted) -> list[PassageRecord]:
        snapshot = self._snapshot(generation)
        records = passage_records(snapshot, rows)
        return [record for record in records if record.document_id not in admitted.withdrawn]

    def documents(self, generation: str, rows: range, admitted: Admitted) -> list[DocumentRecord]:
        return self._records(generation, admitted, lambda record: record.row in rows)

    def named(self, generation: str, document_ids: Sequence[str], admitted: Admitted) -> list[DocumentRecord]:
        wanted = set(document_ids)
        return self._records(generation, admitted, lambda record: record.id in wanted)

    def _records(
        self, generation: str, admitted: Admitted, wanted: Callable[[DocumentRecord], bool]
    ) -> list[DocumentRecord]:
        snapshot = self._snapshot(generation)
        records = zip(document_records(snapshot), snapshot.documents, strict=True)
        return [record for record, document in records if wanted(record) and _admits(admitted, document)]

    def publish(self, publication: Publication) -> None:
        raise EngineUnavailable("an index folder is built where it is; run: qa index")

    def point(self, generation: str, mark: int) -> None:
        index_folder.publish(self._index, self._snapshot(generation).manifest.id)

    def withdraw(self, document_ids: Sequence[str]) -> None:
        self._withdrawn |= frozenset(document_ids)
        self._mark += 1

    def generations(self) -> list[str]:
        return index_folder.list_ids(self._index)

    def drop(self, generation: str) -> None:
        raise EngineUnavailable("an index folder is swept when it is built; run: qa index")

    def close(self) -> None:
        """Nothing is held but files, and those of snapshots that nobody uses any more."""

    def _snapshot(self, generation: str) -> Snapshot:
        try:
            return self._snapshots.get(generation, lambda: open_snapshot(self._index, generation))
        except IndexUnusable as error:
            raise GenerationGone(f"generation {generation} cannot be opened ({error})") from error


def _rows(snapshot: Snapshot, admitted: Admitted) -> Rows | None:
    if not admitted:
        return None
    admits = np.asarray([_admits(admitted, document) for document in snapshot.documents], dtype=np.bool_)
    return np.flatnonzero(admits[snapshot.passages.document_rows])


def _admits(admitted: Admitted, document: Document) -> bool:
    return document.id not in admitted.withdrawn and admitted.filters.admits(document)
