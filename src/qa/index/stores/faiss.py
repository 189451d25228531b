"""FAISS, exact: what every FAISS store has in common, and flat search.

FAISS has no checksum of its own, so ``load`` is given only files whose SHA-256 has been checked. An index is never
added to or removed from once it exists: doing so during a search is a crash.
"""

from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np

from qa.errors import SnapshotDamaged
from qa.protocols import Rows, Scores, Vectors
from qa.types import Hit

faiss.omp_set_num_threads(1)  # one question is one row: a second thread costs more than it brings


class FaissStore:
    """An index of FAISS on disk and in memory; how it is built and searched is for the classes below to say."""

    exact = True

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise SnapshotDamaged(f"{path.name} is not a FAISS index; run: qa index") from error

    def save(self, path: Path) -> None:
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            reason = str(error).rpartition("(")[2].rstrip(")")  # the system's, behind FAISS's own and the path
            raise OSError(f"the vectors cannot be written: {reason}") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def vectors(self, rows: Rows) -> Vectors:
        found: Vectors = self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        return found

    def _search(self, vector: Vectors, k: int, parameters: Any) -> tuple[Rows, Scores]:
        """At most ``k`` rows, and their scores."""
        scores, found = self._index.search(vector[None, :], k, params=parameters)
        real = found[0] >= 0  # FAISS fills up with -1
        return found[0][real], scores[0][real]


def best_first(rows: Rows, scores: Scores) -> list[Hit]:
    """Hits in the order of their scores, ties by row."""
    return [Hit(int(rows[i]), float(scores[i])) for i in np.lexsort((rows, -scores))]


class FaissFlatStore(FaissStore):
    """Exact search with ``IndexFlatIP``; over unit vectors the inner product is the cosine."""

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> list[Hit]:
        count = min(k, len(self) if rows is None else len(rows))
        if count <= 0:
            return []
        selection = None if rows is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]  # SWIG
        return best_first(*self._search(vector, count, selection))
