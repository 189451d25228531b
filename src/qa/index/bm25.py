"""Terms → rows: BM25 over passages, and the term ids of every sentence for closer looks.

bm25s computes all weights when the index is built; they are kept as a sparse matrix, of which a search sums a few
columns. Against tantivy it was chosen because a snapshot is sealed (nothing to update in place), because plain arrays
are covered by a checksum and memory-mapped, and because they give the score of any passage, which fusion needs.
"""

import logging
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import bm25s
import numpy as np
from numpy.typing import NDArray

from qa.analysis import Token, analyze, terms, token_shapes
from qa.arrays import mapped, ranges
from qa.index.maxscore import WeightedTerm, WeightedTerms, Workspace
from qa.index.spelling import Lexicon
from qa.index.strings import Keys, Strings
from qa.protocols import Rows, Scores
from qa.types import Hit, Passage

K1 = 1.2  # the usual values: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.3
B = 0.75
logging.getLogger("bm25s").setLevel(logging.ERROR)  # it lets everything through when it is imported

Ids = NDArray[np.int32]
Shapes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """What is known of the terms of a whole corpus, however little of it is at hand.

    Attributes:
        vocabulary: every term of the corpus and its id.
        lexicon: its words as they are spelled.
        frequencies: ``(terms,)`` how many passages say each term.
        passages: how many passages there are.
    """

    vocabulary: Mapping[str, int]
    lexicon: Lexicon
    frequencies: Rows
    passages: int

    def save(self, folder: Path) -> None:
        """Write files that are mapped, not read, when they are loaded."""
        Strings.of([*self.vocabulary]).save(folder, "terms")
        np.save(folder / "frequencies.npy", self.frequencies, allow_pickle=False)
        self.lexicon.save(folder)

    @classmethod
    def load(cls, folder: Path, passages: int) -> Self:
        """Map what ``save`` wrote of a corpus of so many passages."""
        vocabulary = Keys(Strings.load(folder, "terms"))
        return cls(vocabulary, Lexicon.load(folder), mapped(folder / "frequencies.npy"), passages)

    def frequency(self, term: str) -> int:
        """How many passages say a term."""
        number = self.vocabulary.get(term)
        return 0 if number is None else int(self.frequencies[number])

    def idf(self, term: str) -> float:
        """How rare a term is: ``ln(1 + (N - df + 0.5) / (df + 0.5))``; highest for a term that occurs nowhere."""
        frequency = self.frequency(term)
        return float(np.log1p((self.passages - frequency + 0.5) / (frequency + 0.5)))


@dataclass(frozen=True, slots=True)
class Postings:
    """Which rows say a term, and with which BM25 weight.

    Attributes:
        bounds: ``(terms + 1,)`` where each term's postings begin in the arrays below.
        rows, weights: ``(postings,)``; the rows of a term ascend.
        terms: ``(terms,)`` the ids of the terms that have postings here, ascending; None where every term has.
        largest: ``(terms,)`` the largest weight of each term; None where it is to be looked for.
    """

    bounds: NDArray[np.integer[Any]]
    rows: Ids
    weights: Scores
    terms: Rows | None = None
    largest: Scores | None = None

    def largest_of(self, term: int) -> float:
        """The largest weight of a term."""
        if self.largest is not None:
            return float(self.largest[term])
        return float(self.of(term)[1].max(initial=0.0))

    def of(self, term: int) -> tuple[Ids, Scores]:
        """The rows that say a term, and its weight in each."""
        index = term
        if self.terms is not None:
            index = int(np.searchsorted(self.terms, term))
            if index == len(self.terms) or self.terms[index] != term:
                return self.rows[:0], self.weights[:0]
        first, last = self.bounds[index : index + 2]
        return self.rows[first:last], self.weights[first:last]

    def transposed(self, rows: int) -> "Postings":
        """The terms of each row with their weights, each by its row; every term must have postings here."""
        order = np.argsort(self.rows, kind="stable")
        counts = np.diff(self.bounds)
        terms = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        bounds = np.searchsorted(self.rows[order], np.arange(rows + 1))
        return Postings(bounds, terms[order], np.asarray(self.weights)[order])


@dataclass(frozen=True, slots=True)
class SentenceTokens:
    """The tokens of all sentences, one after the other.

    Attributes:
        ids: ``(tokens,)`` terms.
        shapes: ``(tokens,)`` ``TokenShape`` bits.
        spans: ``(tokens, 2)`` start and end, in code points from the sentence's start.
        starts: ``(sentences + 1,)`` where each sentence's tokens begin.
    """

    ids: Ids
    shapes: Shapes
    spans: NDArray[np.integer[Any]]
    starts: Rows


class BM25Index:
    """BM25 (Lucene's variant) over passages with their context; rows are the passages in the order given."""

    def __init__(self, statistics: TermStatistics, postings: Postings, tokens: SentenceTokens, rows: int) -> None:
        """Hold the arrays; ``rows`` is how many passages are at hand."""
        self.statistics = statistics
        self.postings = postings
        self.tokens = tokens
        self._rows = rows
        self._workspace = Workspace(rows)

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Self:
        """Index the passages: context and text for the passage scores, each sentence's terms for closer looks."""
        read = _Sentences()
        lexicon = Lexicon.build(read.read(passages))
        contexts = [terms(passage.context) for passage in passages]
        vocabulary = sorted(set[str]().union(*read.terms, *contexts))
        ids = {term: number for number, term in enumerate(vocabulary)}
        rows = [[ids[term] for term in sentence] for sentence in read.terms]
        following = iter(rows)
        bags = [
            [ids[term] for term in context] + [i for _ in passage.sentences for i in next(following)]
            for passage, context in zip(passages, contexts, strict=True)
        ]
        postings = _postings(bags, ids)
        tokens = SentenceTokens(
            np.fromiter((i for row in rows for i in row), dtype=np.int32),
            np.asarray(read.shapes, dtype=np.uint8),
            _smallest(read.spans),
            np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64),
        )
        statistics = TermStatistics(ids, lexicon, np.diff(postings.bounds).astype(np.int64), len(passages))
        return cls(statistics, postings, tokens, len(passages))

    def save(self, folder: Path) -> None:
        folder.mkdir()
        self.statistics.save(folder)
        for name, values in self._arrays().items():
            np.save(folder / f"{name}.npy", values, allow_pickle=False)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        postings = self.postings
        whole = (
            postings
            if postings.largest is not None
            else postings_by_term(postings.bounds, postings.rows, postings.weights)
        )
        return {
            "data": whole.weights, "indices": whole.rows, "indptr": whole.bounds, "largest": np.asarray(whole.largest),
            "tokens": self.tokens.ids, "token_starts": self.tokens.starts, "shapes": self.tokens.shapes,
            "places": self.tokens.spans,
        }  # fmt: skip

    @classmethod
    def load(cls, folder: Path, passages: int) -> Self:
        """Map what ``save`` wrote of so many passages."""
        names = ("data", "indices", "indptr", "largest", "tokens", "token_starts", "shapes", "places")
        weights, rows, bounds, largest, ids, starts, shapes, spans = (mapped(folder / f"{name}.npy") for name in names)
        statistics = TermStatistics.load(folder, passages)
        tokens = SentenceTokens(ids.astype(np.int32, copy=False), shapes, spans, starts.astype(np.int64, copy=False))
        return cls(statistics, Postings(bounds, rows, weights, largest=largest), tokens, passages)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Every term of the corpus and its id."""
        return self.statistics.vocabulary

    @property
    def lexicon(self) -> Lexicon:
        return self.statistics.lexicon

    def idf(self, term: str) -> float:
        """How rare a term is in the whole corpus, as ``TermStatistics.idf`` has it."""
        return self.statistics.idf(term)

    def frequency(self, term: str) -> int:
        """How many passages of the whole corpus say a term."""
        return self.statistics.frequency(term)

    @cached_property
    def by_row(self) -> Postings:
        """The terms that each row says, its context included, with their weights; ascending."""
        return self.postings.transposed(self._rows)

    def rows_with(self, term: str) -> Ids:
        """The rows that say a term, ascending."""
        number = self.vocabulary.get(term)
        return np.zeros(0, dtype=np.int32) if number is None else self.postings.of(number)[0]

    def weighted(self, weights: Mapping[str, float]) -> WeightedTerms:
        """The BM25 scores of terms with weights above 0."""
        return self.weighted_ids({self.vocabulary[t]: weight for t, weight in weights.items() if t in self.vocabulary})

    def weighted_ids(self, weights: Mapping[int, float]) -> WeightedTerms:
        """The same for the ids of terms."""
        postings = self.postings
        terms = [WeightedTerm(*postings.of(i), postings.largest_of(i), weight) for i, weight in weights.items()]
        return WeightedTerms(terms, self._workspace)

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The BM25 score of every row, ``(rows,)`` float32, for terms with weights."""
        return self.weighted(weights).at(np.arange(self._rows))

    def search(self, weights: Mapping[str, float], k: int, rows: Rows | None = None) -> list[Hit]:
        """The ``k`` best rows, as ``LexicalScores.best`` has it."""
        return self.weighted(weights).best(k, rows)

    def sentence_tokens(self, sentences: Rows) -> tuple[Ids, Shapes, Rows]:
        """The tokens of some sentences (rows of the snapshot), one after the other.

        Returns:
            term ids ``(tokens,)``, their ``TokenShape`` bits ``(tokens,)``, and how many tokens each sentence has.
        """
        rows, counts = self._token_rows(sentences)
        return self.tokens.ids[rows], self.tokens.shapes[rows], counts

    def token_places(self, sentences: Rows) -> Rows:
        """Start and end of the tokens of some sentences, in code points from the sentence's start; ``(tokens, 2)``."""
        return self.tokens.spans[self._token_rows(sentences)[0]].astype(np.int64)

    def _token_rows(self, sentences: Rows) -> tuple[Rows, Rows]:
        first = self.tokens.starts[sentences]
        counts = self.tokens.starts[sentences + 1] - first
        return ranges(first, counts), counts


@dataclass(slots=True)
class _Sentences:
    """What sentences say, gathered as they are read: a million tokens at once would take a fifth of a gigabyte."""

    terms: list[list[str]] = field(default_factory=list)
    shapes: "array[int]" = field(default_factory=lambda: array("B"))
    spans: "array[int]" = field(default_factory=lambda: array("q"))

    def read(self, passages: Sequence[Passage]) -> Iterator[tuple[str, list[Token]]]:
        """The sentences of the passages, in order, and their tokens."""
        for passage in passages:
            for span in passage.sentences:
                text = passage.document_text(span)
                tokens = analyze(text)
                self.terms.append([token.term for token in tokens])
                self.shapes.extend(token_shapes(text, tokens))
                self.spans.extend(offset for token in tokens for offset in (token.start, token.end))
                yield text, tokens


def _smallest(spans: "array[int]") -> NDArray[np.unsignedinteger[Any]]:
    """Start and end of each token, one after the other, as ``(tokens, 2)`` in the least bytes that hold them."""
    wide = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
    return wide.astype(np.min_scalar_type(wide.max(initial=0)))


def _postings(bags: list[list[int]], ids: dict[str, int]) -> Postings:
    """BM25's weights of the terms of each passage; by term."""
    if not ids:
        return postings_by_term(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    index.index((bags, ids), create_empty_token=False, show_progress=False)
    return postings_by_term(index.scores["indptr"], index.scores["indices"], index.scores["data"])


def postings_by_term(bounds: NDArray[np.integer[Any]], rows: Ids, weights: Scores) -> Postings:
    """The postings of every term, whose rows ascend."""
    filled = np.flatnonzero(np.diff(bounds))
    largest = np.zeros(len(bounds) - 1, dtype=np.float32)
    largest[filled] = np.maximum.reduceat(weights, bounds[filled]) if len(filled) else 0.0
    return Postings(bounds, rows, weights, largest=largest)
