"""One vector per sentence, as bytes: read for the candidates of a question, searched only by a reader's example."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qa.arrays import mapped
from qa.protocols import Rows, Scores, Vectors
from qa.types import Hit

LEVELS = 127
BLOCK = 1 << 15  # rows compared at once: 50 MB as float32 at 384 dimensions


class SentenceVectors:
    """Unit vectors rounded to int8, each with a scale of its own, ``component = byte * scale``.

    A cosine is off by about 0.0005 (the rounding errors of 384 components are independent); equal vectors stay equal.
    """

    def __init__(self, rounded: NDArray[np.int8], scales: Scores) -> None:
        self._rounded = rounded
        self._scales = scales

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Round unit vectors, ``(sentences, dimension)`` float32."""
        largest = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), np.finfo(np.float32).tiny)
        scales = (largest.astype(np.float64) / LEVELS).astype(np.float32)
        return cls(np.round(vectors / scales[:, None]).astype(np.int8), scales)

    def save(self, folder: Path) -> None:
        folder.mkdir()
        np.save(folder / "rounded.npy", self._rounded, allow_pickle=False)
        np.save(folder / "scales.npy", self._scales, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the arrays; they stay on the disk and are read as they are needed."""
        return cls(mapped(folder / "rounded.npy"), mapped(folder / "scales.npy"))

    def __len__(self) -> int:
        return len(self._scales)

    @property
    def dimension(self) -> int:
        return int(self._rounded.shape[1])

    def vectors(self, rows: Rows) -> Vectors:
        """The vectors of some sentences, ``(n, dimension)`` float32, of unit length up to rounding."""
        found: Vectors = self._rounded[rows] * self._scales[rows, None]
        return found

    def stored(self, rows: Rows) -> tuple[NDArray[np.int8], Scores]:
        """The bytes and scales of some sentences, as they are kept."""
        return self._rounded[rows], self._scales[rows]

    def search(self, vector: Vectors, k: int, rows: Rows) -> list[Hit]:
        """Among some rows the ``k`` nearest to a unit vector, best first, ties by row; all of them are compared."""
        blocks = [rows[first : first + BLOCK] for first in range(0, len(rows), BLOCK)]
        scores = np.concatenate([np.zeros(0, np.float32), *(self.vectors(block) @ vector for block in blocks)])
        return [Hit(int(rows[i]), float(scores[i])) for i in np.lexsort((rows, -scores))[:k]]
