"""Terms → rows: BM25 over passages, and the term ids of every sentence for closer looks.

bm25s computes all scores at build time and keeps them as a sparse matrix: a search sums a few of its columns. Against
tantivy it was chosen because a snapshot is sealed (nothing to update in place), because its files are plain arrays
that a checksum covers and memory-maps, and because it gives the score of every passage, which fusion needs.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import bm25s
import numpy as np
from numpy.typing import NDArray

from qa.analysis import terms
from qa.protocols import Rows, Scores
from qa.types import Hit, Passage

K1 = 1.2  # the usual values: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.3
B = 0.75
_ARRAYS = ("data", "indices", "indptr", "tokens", "token_starts")

Ids = NDArray[np.int32]


class BM25Index:
    """BM25 (Lucene's variant) over the passages with their context; rows are the passages in the order given."""

    def __init__(self, vocabulary: Sequence[str], arrays: Mapping[str, NDArray[np.generic]], passages: int) -> None:
        self._terms = vocabulary
        self._ids = {term: number for number, term in enumerate(vocabulary)}
        self._arrays = arrays
        self._passages = passages
        self._tokens: Ids = arrays["tokens"].astype(np.int32, copy=False)
        self._token_starts: Rows = arrays["token_starts"].astype(np.int64, copy=False)
        self._bm25 = _empty_bm25()
        self._bm25.nonoccurrence_array = None  # Lucene's variant has none
        self._bm25.scores = {name: arrays[name] for name in ("data", "indices", "indptr")} | {"num_docs": passages}
        self.document_frequency: NDArray[np.int64] = np.diff(arrays["indptr"]).astype(np.int64)

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Self:
        """Index the passages: context and text for the passage scores, each sentence's terms for closer looks."""
        contexts = [terms(passage.context) for passage in passages]
        sentences = [[terms(passage.document_text(span)) for span in passage.sentences] for passage in passages]
        vocabulary = sorted({term for group in (contexts, *sentences) for words in group for term in words})
        ids = {term: number for number, term in enumerate(vocabulary)}
        context_ids = [[ids[term] for term in words] for words in contexts]
        sentence_ids = [[[ids[term] for term in words] for words in group] for group in sentences]
        bags = [
            [*context, *(i for s in group for i in s)] for context, group in zip(context_ids, sentence_ids, strict=True)
        ]
        flat = [s for group in sentence_ids for s in group]
        arrays = _bm25_arrays(bags, ids) | {
            "tokens": np.fromiter((i for s in flat for i in s), dtype=np.int32),
            "token_starts": np.cumsum([0, *(len(s) for s in flat)], dtype=np.int64),
        }
        return cls(vocabulary, arrays, len(passages))

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "terms.json").write_text(json.dumps([self._passages, *self._terms], ensure_ascii=False), "utf-8")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", self._arrays[name], allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        passages, *vocabulary = json.loads((folder / "terms.json").read_text("utf-8"))
        return cls(
            vocabulary, {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS}, passages
        )

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Every term of the corpus and its id."""
        return self._ids

    def idf(self, term: str) -> float:
        """How rare a term is: ``ln(1 + (N - df + 0.5) / (df + 0.5))``; highest for a term that occurs nowhere."""
        number = self._ids.get(term)
        frequency = 0 if number is None else int(self.document_frequency[number])
        return float(np.log1p((self._passages - frequency + 0.5) / (frequency + 0.5)))

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The BM25 score of every passage, ``(passages,)`` float32, for terms with weights."""
        total = np.zeros(self._passages, dtype=np.float32)
        for weight in sorted(set(weights.values())):
            ids = [self._ids[term] for term, w in weights.items() if w == weight and term in self._ids]
            if ids:
                total += np.float32(weight) * self._bm25.get_scores_from_ids(ids)
        return total

    def search(self, weights: Mapping[str, float], k: int, rows: Rows | None = None) -> list[Hit]:
        scores = self.scores(weights)
        found = np.flatnonzero(scores > 0) if rows is None else rows[scores[rows] > 0]
        best = found[np.lexsort((found, -scores[found]))[:k]]
        return [Hit(int(row), float(scores[row])) for row in best]

    def sentence_terms(self, sentence: int) -> Ids:
        """The term ids of one sentence (by its row in the snapshot), in order, repetitions included."""
        first, end = self._token_starts[sentence : sentence + 2]
        return self._tokens[first:end]


def _empty_bm25() -> bm25s.BM25:
    return bm25s.BM25(k1=K1, b=B, method="lucene")


def _bm25_arrays(bags: list[list[int]], ids: dict[str, int]) -> dict[str, NDArray[np.generic]]:
    if not ids:
        return {"data": np.zeros(0, np.float32), "indices": np.zeros(0, np.int32), "indptr": np.zeros(1, np.int64)}
    index = _empty_bm25()
    index.index((bags, ids), create_empty_token=False, show_progress=False)
    return {name: index.scores[name] for name in ("data", "indices", "indptr")}
