"""Brute force in numpy: what every other store is compared with."""

from pathlib import Path
from typing import Self

import numpy as np

from qa.errors import SnapshotDamaged
from qa.protocols import Rows, Vectors
from qa.types import Hit


class ExactStore:
    """All inner products, sorted."""

    exact = True

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        return cls(np.ascontiguousarray(vectors, dtype=np.float32))

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            return cls(np.load(path, allow_pickle=False))
        except ValueError as error:
            raise SnapshotDamaged(f"{path.name} holds no vectors; run: qa index") from error

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.save(file, self._vectors, allow_pickle=False)

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> list[Hit]:
        candidates = np.arange(len(self)) if rows is None else rows
        # Not by BLAS, which rounds equal rows differently, so that ties would not come in the order of their rows.
        scores = np.einsum("ij,j->i", self._vectors[candidates], vector, dtype=np.float64).astype(np.float32)
        best = np.lexsort((candidates, -scores))[:k]
        return [Hit(int(candidates[i]), float(scores[i])) for i in best]

    def vectors(self, rows: Rows) -> Vectors:
        return self._vectors[rows]
