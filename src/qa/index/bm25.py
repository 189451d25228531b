"""Terms → rows: BM25 over passages, and the term ids of every sentence for closer looks.

bm25s computes all scores at build time and keeps them as a sparse matrix: a search sums a few of its columns. Against
tantivy it was chosen because a snapshot is sealed (nothing to update in place), because its files are plain arrays
that a checksum covers and memory-maps, and because it gives the score of every passage, which fusion needs.
"""

import json
import logging
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import bm25s
import numpy as np
from numpy.typing import NDArray

from qa.analysis import Token, analyze, terms, token_shapes
from qa.arrays import mapped, ranges
from qa.index.spelling import Lexicon
from qa.protocols import Rows, Scores
from qa.types import Hit, Passage

K1 = 1.2  # the usual values: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.3
B = 0.75
BLOCK = 64  # passages of which a search looks at the best first
logging.getLogger("bm25s").setLevel(logging.ERROR)  # it lets everything through when it is imported

_ARRAYS = ("data", "indices", "indptr", "tokens", "token_starts", "shapes", "places")

Ids = NDArray[np.int32]
Shapes = NDArray[np.uint8]


class BM25Index:
    """BM25 (Lucene's variant) over the passages with their context; rows are the passages in the order given."""

    def __init__(
        self, vocabulary: Sequence[str], lexicon: Lexicon, arrays: Mapping[str, NDArray[np.generic]], passages: int
    ) -> None:
        self._terms = vocabulary
        self.lexicon = lexicon
        self._ids = {term: number for number, term in enumerate(vocabulary)}
        self._arrays = arrays
        self._passages = passages
        self._tokens: Ids = arrays["tokens"].astype(np.int32, copy=False)
        self._shapes: Shapes = arrays["shapes"].astype(np.uint8, copy=False)
        self._places = arrays["places"]
        self._token_starts: Rows = arrays["token_starts"].astype(np.int64, copy=False)
        self._bm25 = _empty_bm25()
        self._bm25.nonoccurrence_array = None  # Lucene's variant has none
        self._bm25.scores = {name: arrays[name] for name in ("data", "indices", "indptr")} | {"num_docs": passages}
        self.document_frequency: NDArray[np.int64] = np.diff(arrays["indptr"]).astype(np.int64)

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Self:
        """Index the passages: context and text for the passage scores, each sentence's terms for closer looks."""
        said = _Sentences()
        lexicon = Lexicon.build(said.read(passages))
        contexts = [terms(passage.context) for passage in passages]
        vocabulary = sorted(set[str]().union(*said.terms, *contexts))
        ids = {term: number for number, term in enumerate(vocabulary)}
        rows = [[ids[term] for term in sentence] for sentence in said.terms]
        following = iter(rows)
        bags = [
            [ids[term] for term in context] + [i for _ in passage.sentences for i in next(following)]
            for passage, context in zip(passages, contexts, strict=True)
        ]
        arrays = _bm25_arrays(bags, ids) | {
            "tokens": np.fromiter((i for row in rows for i in row), dtype=np.int32),
            "token_starts": np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64),
            "shapes": np.asarray(said.shapes, dtype=np.uint8),
            "places": _smallest(said.places),
        }
        return cls(vocabulary, lexicon, arrays, len(passages))

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "terms.json").write_text(json.dumps([self._passages, *self._terms], ensure_ascii=False), "utf-8")
        self.lexicon.save(folder / "lexicon.json")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", self._arrays[name], allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        passages, *vocabulary = json.loads((folder / "terms.json").read_text("utf-8"))
        arrays = {name: mapped(folder / f"{name}.npy") for name in _ARRAYS}
        return cls(vocabulary, Lexicon.load(folder / "lexicon.json"), arrays, passages)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Every term of the corpus and its id."""
        return self._ids

    def idf(self, term: str) -> float:
        """How rare a term is: ``ln(1 + (N - df + 0.5) / (df + 0.5))``; highest for a term that occurs nowhere."""
        frequency = self.frequency(term)
        return float(np.log1p((self._passages - frequency + 0.5) / (frequency + 0.5)))

    def frequency(self, term: str) -> int:
        """How many passages say a term."""
        number = self._ids.get(term)
        return 0 if number is None else int(self.document_frequency[number])

    def rows_with(self, term: str) -> Rows:
        """The passages that say a term, ascending."""
        number = self._ids.get(term)
        if number is None:
            return np.zeros(0, dtype=np.int64)
        first, last = self._arrays["indptr"][number : number + 2]
        return np.sort(self._arrays["indices"][first:last]).astype(np.int64)

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The BM25 score of every passage, ``(passages,)`` float32, for terms with weights."""
        total = np.zeros(self._passages, dtype=np.float32)
        for weight in sorted(set(weights.values())):
            ids = [self._ids[term] for term, w in weights.items() if w == weight and term in self._ids]
            if ids:
                total += np.float32(weight) * self._bm25.get_scores_from_ids(ids)
        return total

    def search(self, weights: Mapping[str, float], k: int, rows: Rows | None = None) -> list[Hit]:
        return best_hits(self.scores(weights), k, rows)

    def sentence_tokens(self, sentences: Rows) -> tuple[Ids, Shapes, Rows]:
        """The tokens of some sentences (rows of the snapshot), one after the other.

        Returns:
            term ids ``(tokens,)``, their ``TokenShape`` bits ``(tokens,)``, and how many tokens each sentence has.
        """
        rows, counts = self._token_rows(sentences)
        return self._tokens[rows], self._shapes[rows], counts

    def token_places(self, sentences: Rows) -> Rows:
        """Start and end of the tokens of some sentences, in code points from the sentence's start; ``(tokens, 2)``."""
        return self._places[self._token_rows(sentences)[0]].astype(np.int64)

    def _token_rows(self, sentences: Rows) -> tuple[Rows, Rows]:
        first = self._token_starts[sentences]
        counts = self._token_starts[sentences + 1] - first
        return ranges(first, counts), counts


def best_hits(scores: Scores, k: int, rows: Rows | None = None) -> list[Hit]:
    """The ``k`` rows with the highest scores above 0, best first, ties by row; with ``rows``, among these only."""
    own = scores if rows is None else scores[rows]
    found = np.flatnonzero((own > 0) & (own >= _lower_bound(own, k)))
    found = found if rows is None else rows[found]
    best = found[np.lexsort((found, -scores[found]))[:k]]
    return [Hit(int(row), float(scores[row])) for row in best]


def _lower_bound(scores: Scores, k: int) -> float:
    """A score that at least ``k`` reach and few more: the ``k``-th of the best of each block; found without sorting."""
    best = np.maximum.reduceat(scores, np.arange(0, len(scores), BLOCK)) if len(scores) else scores
    return float(np.partition(best, -k)[-k]) if len(best) >= k > 0 else 0.0


@dataclass(slots=True)
class _Sentences:
    """What sentences say, gathered as they are read: a million tokens at once would take a fifth of a gigabyte."""

    terms: list[list[str]] = field(default_factory=list)
    shapes: "array[int]" = field(default_factory=lambda: array("B"))
    places: "array[int]" = field(default_factory=lambda: array("q"))

    def read(self, passages: Sequence[Passage]) -> Iterator[tuple[str, list[Token]]]:
        """The sentences of the passages, in order, and their tokens."""
        for passage in passages:
            for span in passage.sentences:
                text = passage.document_text(span)
                tokens = analyze(text)
                self.terms.append([token.term for token in tokens])
                self.shapes.extend(token_shapes(text, tokens))
                self.places.extend(place for token in tokens for place in (token.start, token.end))
                yield text, tokens


def _smallest(places: "array[int]") -> NDArray[np.generic]:
    """Start and end of each token, one after the other, as ``(tokens, 2)`` in the least bytes that hold them."""
    wide = np.asarray(places, dtype=np.int64).reshape(-1, 2)
    return wide.astype(np.min_scalar_type(wide.max(initial=0)))


def _empty_bm25() -> bm25s.BM25:
    return bm25s.BM25(k1=K1, b=B, method="lucene")


def _bm25_arrays(bags: list[list[int]], ids: dict[str, int]) -> dict[str, NDArray[np.generic]]:
    if not ids:
        return {"data": np.zeros(0, np.float32), "indices": np.zeros(0, np.int32), "indptr": np.zeros(1, np.int64)}
    index = _empty_bm25()
    index.index((bags, ids), create_empty_token=False, show_progress=False)
    return {name: index.scores[name] for name in ("data", "indices", "indptr")}
