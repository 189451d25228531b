"""Question → candidates: dense and lexical candidates, scored on both by passage and by sentence, and fused.

Fusion adds standardised scores: each score minus its mean over the candidates, divided by their standard deviation.
Ranks would throw away how far the best is ahead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qa.analysis import Token, analyze
from qa.lexical import K1, B
from qa.protocols import Embedder, Rows, Scores, Vectors
from qa.snapshot import Snapshot
from qa.types import Candidate, Hit

EQUAL = 1e-6  # scores that differ by less are rounding
DEPTH = 50  # candidates taken from each of the three searches

Counts = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Query:
    """A question made searchable: its vector, and its terms with their weights."""

    text: str
    vector: Vectors
    tokens: tuple[Token, ...]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found, best first, and how long each stage took."""

    query: Query
    candidates: tuple[Candidate, ...]
    timings_ms: Mapping[str, float]


class Retriever:
    """The first stage, over whatever snapshot it is given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def retrieve(self, snapshot: Snapshot, question: str, rows: Rows | None = None) -> Retrieval:
        """Rank the passages (or, with ``rows``, these only) that any of the searches finds."""
        started = perf_counter()
        query = self._query(question)
        encoded = perf_counter()
        found = _search(snapshot, query, rows)
        searched = perf_counter()
        candidates = _score(snapshot, query, found)
        timings = {
            "encode": 1000 * (encoded - started),
            "search": 1000 * (searched - encoded),
            "rank": 1000 * (perf_counter() - searched),
        }
        return Retrieval(query, tuple(candidates), timings)

    def _query(self, question: str) -> Query:
        tokens = tuple(analyze(question))
        weights = dict.fromkeys((token.term for token in tokens), 1.0)
        return Query(question, self._embedder.embed_question(question), tokens, weights)


def _search(snapshot: Snapshot, query: Query, rows: Rows | None) -> Rows:
    """The rows of the union of the three searches, ascending."""
    sentences = None if rows is None else _sentences_of(snapshot, rows)
    dense = snapshot.passage_vectors.search(query.vector, DEPTH, rows)
    lexical = snapshot.lexical.search(query.weights, DEPTH, rows)
    by_sentence = _rows(snapshot.sentence_vectors.search(query.vector, DEPTH, sentences))
    passages = snapshot.passage_of_sentence[by_sentence] if len(by_sentence) else by_sentence
    return np.unique(np.concatenate([_rows(dense), _rows(lexical), passages]))


def _rows(hits: Sequence[Hit]) -> Rows:
    return np.asarray([hit.row for hit in hits], dtype=np.int64)


def _sentences_of(snapshot: Snapshot, rows: Rows) -> Rows:
    return np.concatenate([np.asarray(snapshot.sentence_rows(int(row)), np.int64) for row in rows] or [rows])


def _score(snapshot: Snapshot, query: Query, rows: Rows) -> list[Candidate]:
    if not len(rows):
        return []
    sentences = _sentences_of(snapshot, rows)
    first = np.cumsum([0, *(len(snapshot.sentence_rows(int(row))) for row in rows)])[:-1]
    sentence_dense = snapshot.sentence_vectors.vectors(sentences) @ query.vector
    sentence_lexical = _sentence_bm25(snapshot, query, sentences)
    scores = {
        "dense": snapshot.passage_vectors.vectors(rows) @ query.vector,
        "sentence_dense": np.maximum.reduceat(sentence_dense, first),
        "lexical": snapshot.lexical.scores(query.weights)[rows],
        "sentence_lexical": np.maximum.reduceat(sentence_lexical, first),
    }
    fused = sum(map(standardised, scores.values()), start=np.zeros(len(rows), np.float32))
    sentence_scores = np.split(standardised(sentence_dense) + standardised(sentence_lexical), first[1:])
    order = np.lexsort((rows, -fused))
    return [
        Candidate(
            row=int(rows[i]),
            score=float(fused[i]),
            scores={name: float(values[i]) for name, values in scores.items()},
            sentence_scores=tuple(map(float, sentence_scores[i])),
        )
        for i in order
    ]


def standardised(scores: Scores) -> Scores:
    """Scores on a common scale: mean 0, standard deviation 1 (all 0 where they do not differ)."""
    deviation = float(scores.std())
    centred: Scores = (scores - scores.mean()).astype(np.float32)
    return centred / np.float32(deviation) if deviation > EQUAL else np.zeros_like(centred)


def _sentence_bm25(snapshot: Snapshot, query: Query, sentences: Rows) -> Scores:
    """BM25 of each sentence for the question's terms, with the passages' document frequencies."""
    lexical = snapshot.lexical
    known = sorted(lexical.vocabulary[term] for term in query.weights if term in lexical.vocabulary)
    if not known:
        return np.zeros(len(sentences), dtype=np.float32)
    names = {number: term for term, number in lexical.vocabulary.items() if number in set(known)}
    weights = np.asarray([query.weights[names[i]] * lexical.idf(names[i]) for i in known], dtype=np.float32)
    counts, lengths = _term_counts(snapshot, sentences, np.asarray(known))
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
    saturated = counts * (K1 + 1) / (counts + norm[:, None])
    result: Scores = (saturated @ weights).astype(np.float32)
    return result


def _term_counts(snapshot: Snapshot, sentences: Rows, known: Rows) -> tuple[Counts, Counts]:
    """How often each known term (ascending ids) occurs in each sentence, and how many terms each sentence has."""
    slices = [snapshot.lexical.sentence_terms(int(sentence)) for sentence in sentences]
    lengths = np.asarray([len(ids) for ids in slices], dtype=np.float32)
    flat = np.concatenate(slices)
    owner = np.repeat(np.arange(len(slices)), lengths.astype(np.int64))
    place = np.searchsorted(known, flat).clip(max=len(known) - 1)
    hit = known[place] == flat
    counts = np.zeros((len(slices), len(known)), dtype=np.float32)
    np.add.at(counts, (owner[hit], place[hit]), 1)
    return counts, lengths
