"""Question → candidates: two searches, a cut by their summed scores, and the ranking of what is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from qa.index.maxscore import LexicalScores
from qa.index.snapshot import Snapshot
from qa.protocols import Embedder, MultilingualEmbedder, Rows
from qa.retrieval.evidence import Evidence, gather, standardised
from qa.retrieval.named import holders
from qa.retrieval.query import Query, make_query, plain_query
from qa.retrieval.ranking import rank
from qa.retrieval.translation import translate
from qa.types import Candidate, Filters

NO_FILTERS = Filters()
DEPTH = 50  # candidates taken from each search, and candidates that are ranked


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found, best first, the evidence for it (None when nothing was found) and how long each stage took.

    The candidates are rows of ``snapshot``, which may hold no more than what a question needs; ``excluded`` says that
    the filters admit nothing.
    """

    snapshot: Snapshot
    query: Query
    candidates: tuple[Candidate, ...]
    evidence: Evidence | None
    timings_ms: Mapping[str, float]
    excluded: bool = False


class Retriever:
    """The first stage, over whatever snapshot it is given."""

    def __init__(self, embedder: Embedder, multilingual: MultilingualEmbedder | None = None) -> None:
        self._embedder = embedder
        self._multilingual = multilingual

    def retrieve(
        self, snapshot: Snapshot, question: str, rows: Rows | None = None, filters: Filters = NO_FILTERS
    ) -> Retrieval:
        """Rank the passages that any of the searches finds; with ``rows`` these only, else those that are admitted."""
        started = perf_counter()
        query = self.query(snapshot, question)
        encoded = perf_counter()
        if rows is None:
            meaning = query.translation.vector if query.translation else None
            snapshot, rows = snapshot.near(query.encoded.vector, query.weights, query.named, filters, meaning)
        if not snapshot.passages or (rows is not None and not len(rows)):
            return Retrieval(snapshot, query, (), None, {"encode": 1000 * (encoded - started)}, excluded=True)
        lexical = snapshot.lexical.weighted(query.weights)
        candidate_rows = search(snapshot, query, lexical, rows)
        searched = perf_counter()
        evidence = gather(snapshot, query, candidate_rows, lexical.at(candidate_rows)) if len(candidate_rows) else None
        candidates = rank(evidence) if evidence else []
        timings = {
            "encode": 1000 * (encoded - started),
            "search": 1000 * (searched - encoded),
            "rank": 1000 * (perf_counter() - searched),
        }
        return Retrieval(snapshot, query, tuple(candidates), evidence, timings)

    def query(self, snapshot: Snapshot, question: str) -> Query:
        """Make a question searchable in a snapshot."""
        translation = translate(question, snapshot, self._multilingual) if self._multilingual else None
        return make_query(question, snapshot.lexical, self._embedder, translation)

    def plain_query(self, question: str) -> Query:
        """A question as it was typed: what the baselines search for."""
        return plain_query(question, self._embedder)


def search(snapshot: Snapshot, query: Query, lexical: LexicalScores, rows: Rows | None = None) -> Rows:
    """The rows, ascending, of the best ``DEPTH`` passages by summed cosine, best sentence's cosine and BM25.

    Those that say what the question quotes or rarely names are among them, or beside them.
    """
    vector = query.encoded.vector
    hits = [*snapshot.passage_vectors.search(vector, DEPTH, rows), *lexical.best(DEPTH, rows)]
    corpus, translation = snapshot.multilingual, query.translation
    if corpus is not None and translation is not None:
        hits += corpus.search(translation.vector, DEPTH, rows)
    named = holders(snapshot, query, lexical, rows)
    candidate_rows = np.union1d(np.asarray([hit.row for hit in hits], dtype=np.int64), named)
    if len(candidate_rows) <= DEPTH:
        return candidate_rows
    sentences, first = snapshot.sentences_of(candidate_rows)
    scores = [
        snapshot.passage_vectors.vectors(candidate_rows) @ vector,
        np.maximum.reduceat(snapshot.sentence_vectors.vectors(sentences) @ vector, first),
        lexical.at(candidate_rows),
    ]
    if corpus is not None and translation is not None:
        scores.append(corpus.passages.vectors(candidate_rows) @ translation.vector)
        scores.append(np.maximum.reduceat(corpus.sentences.vectors(sentences) @ translation.vector, first))
    total = standardised(np.stack(scores, axis=1)).sum(axis=1)
    best = candidate_rows[np.lexsort((candidate_rows, -total))[:DEPTH]]
    return np.union1d(best, named)
