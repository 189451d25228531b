"""Question → candidates: three searches, a cut by their summed scores, and the ranking of what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from qa.analysis import analyze
from qa.features import Evidence, gather, standardised
from qa.followup import resolve
from qa.protocols import Embedder, Rows, Scores
from qa.query import Query, make_query
from qa.ranking import rank
from qa.snapshot import Snapshot
from qa.types import Candidate, Hit

DEPTH = 50  # candidates taken from each search, and candidates that are ranked


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found, best first, the evidence for it (None when nothing was found) and how long each stage took."""

    query: Query
    candidates: tuple[Candidate, ...]
    evidence: Evidence | None
    timings_ms: Mapping[str, float]


class Retriever:
    """The first stage, over whatever snapshot it is given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def retrieve(
        self, snapshot: Snapshot, question: str, rows: Rows | None = None, history: Sequence[str] = ()
    ) -> Retrieval:
        """Rank the passages (or, with ``rows``, these only) that any of the searches finds.

        A question that leans on the ones before it (``history``, oldest first) is searched for with their words.
        """
        started = perf_counter()
        query = self.query(snapshot, resolve(question, history))
        encoded = perf_counter()
        found = search(snapshot, query, rows)
        searched = perf_counter()
        evidence = gather(snapshot, query, found) if len(found) else None
        candidates = rank(evidence) if evidence else []
        timings = {
            "encode": 1000 * (encoded - started),
            "search": 1000 * (searched - encoded),
            "rank": 1000 * (perf_counter() - searched),
        }
        return Retrieval(query, tuple(candidates), evidence, timings)

    def query(self, snapshot: Snapshot, question: str) -> Query:
        """Make a question searchable in a snapshot."""
        return make_query(question, snapshot.lexical, self._embedder)

    def plain_query(self, question: str) -> Query:
        """A question as it was typed: what the baselines search for."""
        tokens = tuple(analyze(question))
        return Query(question, self._embedder.encode_question(question), tokens, {token.term: () for token in tokens})


def search(snapshot: Snapshot, query: Query, rows: Rows | None = None) -> Rows:
    """The rows, ascending, of the best ``DEPTH`` passages by summed cosine, sentence cosine and BM25."""
    vector = query.encoded.vector
    sentences = None if rows is None else np.flatnonzero(np.isin(snapshot.passage_of_sentence, rows))
    dense = snapshot.passage_vectors.search(vector, DEPTH, rows)
    lexical = snapshot.lexical.search(query.weights, DEPTH, rows)
    by_sentence = snapshot.sentence_vectors.search(vector, DEPTH, sentences)
    nearest = _by_passage(snapshot, by_sentence)
    found = np.unique([hit.row for hit in (*dense, *lexical)] + list(nearest)).astype(np.int64)
    if len(found) <= DEPTH:
        return found
    floor = min(nearest.values())
    total: Scores = (
        standardised(snapshot.passage_vectors.vectors(found) @ vector)
        + standardised(snapshot.lexical.scores(query.weights)[found])
        + standardised(np.asarray([nearest.get(row, floor) for row in found.tolist()], dtype=np.float32))
    )
    return np.sort(found[np.lexsort((found, -total))[:DEPTH]])


def _by_passage(snapshot: Snapshot, hits: Sequence[Hit]) -> dict[int, float]:
    """The best sentence score of each passage that has any."""
    best: dict[int, float] = {}
    for hit in hits:  # best first
        best.setdefault(int(snapshot.passage_of_sentence[hit.row]), hit.score)
    return best
