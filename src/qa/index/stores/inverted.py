"""FAISS, approximate: an inverted file over 8-bit vectors. A search reads only the lists nearest to the question.

Sivic and Zisserman 2003, "Video Google", brought the inverted file to vectors. It was chosen by ``make bench``: beside
exact search, HNSW, RaBitQ and others it costs least at the recall asked for (docs/performance.md).
"""

from typing import Self

import faiss
import numpy as np

from qa.arrays import unit
from qa.index.stores.faiss import FaissStore, best_first
from qa.protocols import Rows, Vectors
from qa.types import Hit

LISTS_PER_ROOT = 2  # lists: twice the square root of the vectors; then finding lists and reading them cost alike
TRAINING = 40  # vectors a list to place its centre by; FAISS warns below 39
ROUNDS, SEED = 10, 7
PROBED, SHARE = 64, 16  # lists read for a question: so many, or one in so many where that is more
SPARE = 16  # hits more than asked for: the cosine of a rounded vector is not quite FAISS's inner product
BLOCK = 50_000  # vectors converted at once
GRID = 1 / 64  # bounds of a number are multiples of it, so that a corpus that grows a little keeps its 8-bit values


class FaissIVFStore(FaissStore):
    """Approximate search over unit vectors kept as one byte a number.

    A stored vector differs from the given one by about a hundredth of its length; scores are its cosines. With
    ``rows`` so many more lists are read as there are fewer rows: over few of them the search is exact.
    """

    exact = False

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        count, dimension = vectors.shape
        lists = max(1, min(int(LISTS_PER_ROOT * count**0.5), count // TRAINING))
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT,
            False,  # of each vector itself, not of what is left beside its list's centre: equal vectors stay equal
        )  # fmt: skip
        _place(index, vectors, lists)
        faiss.copy_array_to_vector(_bounds(vectors), index.sq.trained)
        for start in range(0, count, BLOCK):
            index.add(np.ascontiguousarray(vectors[start : start + BLOCK], dtype=np.float32))
        index.make_direct_map()
        return cls(index)

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> list[Hit]:
        admitted = len(self) if rows is None else len(rows)
        count = min(k, admitted)
        if count <= 0:
            return []
        lists = self._index.nlist
        probed = min(-(-max(PROBED, lists // SHARE) * len(self) // admitted), lists)
        selection = None if rows is None else faiss.IDSelectorBitmap(_bitmap(rows, len(self)))  # type: ignore[arg-type, call-arg]
        parameters = faiss.SearchParametersIVF(nprobe=probed, sel=selection)  # type: ignore[call-arg]  # SWIG
        found, _ = self._search(vector, min(count + SPARE, admitted), parameters)
        return best_first(found, self.vectors(found) @ vector)[:count]

    def vectors(self, rows: Rows) -> Vectors:
        return unit(super().vectors(rows))


def _place(index: faiss.IndexIVF, vectors: Vectors, lists: int) -> None:
    """Find the lists' centres, on the unit sphere, from a sample of the vectors."""
    count, dimension = vectors.shape
    if not count:
        index.quantizer.add(np.zeros((1, dimension), np.float32))
        index.is_trained = True
        return
    index.cp.niter, index.cp.seed, index.cp.spherical, index.cp.min_points_per_centroid = ROUNDS, SEED, True, 1
    chosen = np.random.default_rng(SEED).choice(count, min(count, TRAINING * lists), replace=False)
    index.train(np.ascontiguousarray(vectors[np.sort(chosen)], dtype=np.float32))


def _bounds(vectors: Vectors) -> Vectors:
    """The least value and the range of each dimension, one after the other, as FAISS keeps them."""
    largest = np.maximum(vectors.max(axis=0, initial=GRID), -vectors.min(axis=0, initial=-GRID))
    limit = (np.ceil(largest / GRID) * GRID).astype(np.float32)
    return np.concatenate([-limit, 2 * limit])


def _bitmap(rows: Rows, count: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """One bit a row, the lowest first."""
    chosen = np.zeros(count, dtype=np.uint8)
    chosen[rows] = 1
    return np.packbits(chosen, bitorder="little")
