"""What people install today, over the same snapshot: BM25 alone, vectors alone, and both merged by rank."""

from collections.abc import Mapping, Sequence

from qa.evaluation.run import Ranking
from qa.index.snapshot import Snapshot
from qa.retrieval.retriever import Retriever
from qa.types import Hit

POOL = 100
RRF_K = 60  # Cormack, Clarke, Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet"


def baselines(retriever: Retriever) -> Mapping[str, Ranking]:
    """Name → ranking: the one place to add a baseline."""

    def bm25(snapshot: Snapshot, question: str) -> Sequence[int]:
        return [hit.row for hit in snapshot.lexical.search(retriever.plain_query(question).weights, POOL)]

    def dense(snapshot: Snapshot, question: str) -> Sequence[int]:
        vector = retriever.plain_query(question).encoded.vector
        return [hit.row for hit in snapshot.passage_vectors.search(vector, POOL)]

    def rrf(snapshot: Snapshot, question: str) -> Sequence[int]:
        query = retriever.plain_query(question)
        return fuse_ranks(
            snapshot.lexical.search(query.weights, POOL),
            snapshot.passage_vectors.search(query.encoded.vector, POOL),
        )

    return {"bm25": bm25, "dense": dense, "rrf": rrf}


def fuse_ranks(*rankings: Sequence[Hit]) -> list[int]:
    """Reciprocal rank fusion: the sum of ``1 / (60 + rank)`` over the rankings; ties by row."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.row] = scores.get(hit.row, 0.0) + 1 / (RRF_K + rank)
    return sorted(scores, key=lambda row: (-scores[row], row))
