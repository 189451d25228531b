"""Token vectors of all passages, and how well a question's tokens find a match among them (MaxSim).

Khattab and Zaharia 2020, "ColBERT", arXiv:2004.12832: the score of a passage is the sum over the question's tokens of
the largest cosine with any of its tokens; here with the same bi-encoder that makes the passage vectors, each question
token weighted by its rarity. Token vectors are projected to fewer dimensions and kept as int8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qa.arrays import mapped, ranges, unit
from qa.protocols import Encoded, Meaning, Rows, Vectors

SCALE = 127.0  # int8 ↔ [-1, 1]
_FILES = ("vectors", "ids", "starts", "projection", "frequency")

Compressed = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """All vectors of one passage, from one pass of the encoder.

    Attributes:
        vector: ``(dimension,)`` float32, unit length.
        sentences: ``(sentences, dimension)`` float32, unit length: the mean of the sentence's token vectors, which the
            encoder has seen in their context.
        tokens: ``(tokens, k)`` int8, projected; those of the context come first, then the sentences' in order.
        ids: ``(tokens,)`` int32, numbers in the model's vocabulary.
        lengths: ``(1 + sentences,)`` int64, tokens of the context and of each sentence.
        meaning: what the multilingual embedder makes of it, where there is one.
    """

    vector: Vectors
    sentences: Vectors
    tokens: Compressed
    ids: NDArray[np.int32]
    lengths: Rows
    meaning: Meaning | None = None


def project(tokens: Vectors, projection: Vectors | None) -> Vectors:
    """Token vectors in fewer dimensions, again of unit length."""
    return tokens if projection is None else unit(tokens @ projection)


@dataclass(frozen=True, slots=True)
class Interaction:
    """How well each token of a question is matched, by sentence; rows are the asked passages' sentences in order.

    Attributes:
        contexts: ``(passages, question tokens)``, the largest cosine with a token of the context (0 without one).
        sentences: ``(sentences, question tokens)``, the largest cosine with a token of the sentence.
        weights: ``(question tokens,)``, rarity of each token, summing to 1.
    """

    contexts: Vectors
    sentences: Vectors
    weights: Vectors


class TokenIndex:
    """The token vectors of all passages, segment by segment: a passage's context, then each of its sentences."""

    def __init__(
        self,
        vectors: Compressed,
        ids: NDArray[np.int32],
        starts: Rows,
        projection: Vectors | None,
        frequency: Rows,
        first_segment: Rows,
        passages: int | None = None,
    ) -> None:
        """Hold the arrays.

        ``starts`` is where the tokens of each segment begin, ``(segments + 1,)``; ``frequency[id]`` is in how many
        passages a token occurs, ``(largest id + 1,)``; ``first_segment[row]`` is where the segments of passage ``row``
        begin, ``(rows + 1,)``. ``passages`` is how many the whole corpus has, where
        not all of them are rows here.
        """
        self._passages = len(first_segment) - 1 if passages is None else passages
        self._vectors = vectors
        self._ids = ids
        self._starts = starts
        self.projection = projection
        self._first_segment = first_segment
        self.frequency = frequency

    @classmethod
    def build(cls, passages: Sequence[EncodedPassage], dimension: int, projection: Vectors | None) -> Self:
        k = dimension if projection is None else projection.shape[1]
        return cls(
            np.concatenate([np.zeros((0, k), np.int8), *(p.tokens for p in passages)]),
            np.concatenate([np.zeros(0, np.int32), *(p.ids for p in passages)]),
            np.cumsum(np.concatenate([np.zeros(1, np.int64), *(p.lengths for p in passages)])),
            projection,
            _count_passages([p.ids for p in passages]),
            np.cumsum([0, *(len(p.lengths) for p in passages)], dtype=np.int64),
        )

    def save(self, folder: Path) -> None:
        folder.mkdir()
        none = np.zeros((0, 0), np.float32)
        projection = none if self.projection is None else self.projection
        arrays: tuple[NDArray[Any], ...] = (self._vectors, self._ids, self._starts, projection, self.frequency)
        for name, array in zip(_FILES, arrays, strict=True):
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, sentence_starts: Rows) -> Self:
        """Read the arrays; they stay on the disk and are read as they are needed.

        ``sentence_starts`` is where the sentences of each passage begin, ``(passages + 1,)``.
        """
        vectors, ids, starts, projection, frequency = (mapped(folder / f"{name}.npy") for name in _FILES)
        first_segment = sentence_starts + np.arange(len(sentence_starts))  # each passage's context is one more
        return cls(vectors, ids, starts, projection if projection.size else None, frequency, first_segment)

    def passage(self, row: int, vector: Vectors, sentences: Vectors) -> EncodedPassage:
        """A passage as it was encoded, given its vectors from the stores."""
        segments = slice(int(self._first_segment[row]), int(self._first_segment[row + 1]))
        tokens = slice(int(self._starts[segments.start]), int(self._starts[segments.stop]))
        lengths = np.diff(self._starts[segments.start : segments.stop + 1])
        return EncodedPassage(vector, sentences, self._vectors[tokens], self._ids[tokens], lengths)

    def sizes(self, rows: Rows) -> Rows:
        """How many tokens each of some passages has, its context included."""
        return self._starts[self._first_segment[rows + 1]] - self._starts[self._first_segment[rows]]

    def match(self, question: Encoded, rows: Rows) -> Interaction:
        """Compare every token of a question with every token of some passages."""
        weights = self._rarity(question.ids)
        first, last = self._first_segment[rows], self._first_segment[rows + 1]
        counts = last - first
        segments = ranges(first, counts)
        lengths = self._starts[segments + 1] - self._starts[segments]
        bounds = zip(self._starts[first].tolist(), self._starts[last].tolist(), strict=True)
        tokens = np.concatenate([self._vectors[start:end] for start, end in bounds]).astype(np.float32)
        cosines = tokens @ (project(question.tokens, self.projection).T / SCALE)
        best = np.zeros((len(segments), len(weights)), dtype=np.float32)
        filled = np.flatnonzero(lengths)
        if len(filled):
            best[filled] = np.maximum.reduceat(cosines, (np.cumsum(lengths) - lengths)[filled], axis=0)
        is_context = np.zeros(len(segments), dtype=bool)
        is_context[np.cumsum(counts) - counts] = True
        return Interaction(best[is_context], best[~is_context], weights)

    def _rarity(self, ids: Rows) -> Vectors:
        """Inverse passage frequency of tokens, as BM25 has it, summing to 1."""
        known = ids < len(self.frequency)
        frequency = np.where(known, self.frequency[np.where(known, ids, 0)], 0)
        rarity = np.log1p((self._passages - frequency + 0.5) / (frequency + 0.5))
        weights: Vectors = (rarity / max(float(rarity.sum()), 1e-9)).astype(np.float32)
        return weights


def _count_passages(ids: Sequence[NDArray[np.int32]]) -> Rows:
    """In how many passages each token of the vocabulary occurs, ``(largest id + 1,)``."""
    present = [np.unique(passage) for passage in ids]
    return np.bincount(np.concatenate([np.zeros(0, np.int64), *present]))
