"""How sure the service is that the first passage answers, and when it refuses."""

from collections.abc import Sequence

from qa.retriever import Retrieval
from qa.snapshot import Snapshot
from qa.types import Band, Candidate, Confidence, Reason

HIGH, MEDIUM = 0.7, 0.35  # of the product of cosine and coverage
COVERED = 0.6


def assess(
    snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate]
) -> tuple[Confidence, tuple[Reason, ...]]:
    """Estimate the probability that the best sentence answers; below one half the reasons say why it is refused.

    A first, simple rule: the best sentence's cosine, and the share of the question's words, weighted by rarity,
    that occur in the corpus at all.
    """
    if not candidates or retrieval.evidence is None:
        return Confidence(Band.LOW, 0.0), (Reason.NO_RELEVANT_PASSAGE,)
    rarity = {term: snapshot.lexical.idf(term) for term in retrieval.query.weights}
    known = sum(value for term, value in rarity.items() if term in snapshot.lexical.vocabulary)
    coverage = known / sum(rarity.values()) if rarity else 0.0
    probability = max(0.0, min(1.0, float(retrieval.evidence.sentence_dense.max()))) * coverage**0.5
    reasons = []
    if probability < MEDIUM:
        reasons.append(Reason.NO_RELEVANT_PASSAGE)
        if coverage < COVERED:
            reasons.append(Reason.TERMS_NOT_IN_CORPUS)
    band = Band.HIGH if probability >= HIGH else Band.MEDIUM if probability >= MEDIUM else Band.LOW
    return Confidence(band, probability), tuple(reasons)
