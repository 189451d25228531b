"""How sure the service is that its best sentence answers, and when it refuses.

The probability is that the documents speak of what is asked, times that the cited sentence then is the answer: two
logistic regressions over a few readable numbers. There is a pair of them for text in a language that the encoder speaks
and one for other text, whose numbers mean something else; the estimate is mixed from both by the candidates' fluency.
Their coefficients, and the probabilities from which measured precision is high or medium, stand in ``confidence.json``,
made by ``training/confidence.py``.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from qa.analysis import TokenShape, terms, token_shapes
from qa.answering.reading import Reading
from qa.answering.sentences import probabilities
from qa.index.snapshot import Snapshot
from qa.protocols import Scores
from qa.retrieval.evidence import AnswerType, answer_type
from qa.retrieval.query import Query
from qa.retrieval.retriever import Retrieval
from qa.types import Band, Candidate, Confidence, Reason

Weights = Mapping[str, float]
MODEL: Mapping[str, Any] = json.loads(files("qa.answering").joinpath("confidence.json").read_text("utf-8"))
TENTH = 10
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|neither|nor|without|except|cannot|unable|fail\w*|non)\b|n['’]t\b", re.IGNORECASE
)
UNKNOWN_SHARE = 0.4  # of the question's rarity in words that occur nowhere: then that is named as a reason


def assess(
    snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate], reading: Reading | None = None
) -> tuple[Confidence, tuple[Reason, ...]]:
    """Estimate the probability that the best sentence answers; below the least accepted one, say why it is refused."""
    if not candidates or retrieval.evidence is None or not retrieval.query.tokens:
        return Confidence(Band.LOW, 0.0), (Reason.NO_RELEVANT_PASSAGE,)
    features = confidence_features(snapshot, retrieval, candidates)
    fluency = retrieval.evidence.fluency
    fluent = _probability(features, "fluent") if reading is None else _probability(features | reading.features, "read")
    probability = fluency * fluent + (1 - fluency) * _probability(features, "foreign")
    cuts = MODEL["bands" if reading is None else "read_bands"]
    if probability >= cuts["low"]:
        band = Band.HIGH if probability >= cuts["high"] else Band.MEDIUM if probability >= cuts["medium"] else Band.LOW
        return Confidence(band, probability), ()
    reasons = [Reason.NO_RELEVANT_PASSAGE]
    if features["unknown"] >= UNKNOWN_SHARE:
        reasons.append(Reason.TERMS_NOT_IN_CORPUS)
    return Confidence(Band.LOW, probability), tuple(reasons)


def _probability(features: Mapping[str, float], language: str) -> float:
    return _logistic(features, MODEL[language]["topic"]) * _logistic(features, MODEL[language]["right"])


def _logistic(features: Mapping[str, float], weights: Weights) -> float:
    logit = weights["intercept"] + sum(weights[name] * value for name, value in features.items())
    return 1 / (1 + math.exp(-min(max(logit, -50.0), 50.0)))


def confidence_features(snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate]) -> dict[str, float]:
    """What speaks for and against the best candidate; see the comments for each."""
    evidence = retrieval.evidence
    assert evidence is not None
    best = candidates[0]
    place = int(np.flatnonzero(evidence.rows == best.row)[0])
    first = int(evidence.first[place])
    sentence = first + int(np.argmax(best.sentence_scores))
    own = slice(first, first + len(best.sentence_scores))
    match, weights = evidence.interaction, evidence.interaction.weights
    in_passage = np.maximum(match.sentences[own].max(axis=0), match.contexts[place])
    shares = _Terms.of(snapshot, retrieval.query, best.row)
    runner_up = candidates[1].score if len(candidates) > 1 else best.score - 1.0
    wanted = answer_type(retrieval.query.text)
    return {
        "dense": float(evidence.dense[place]),  # cosine of question and passage
        "sentence_dense": float(evidence.sentence_dense[sentence]),  # and of question and sentence
        "token_match": float(in_passage @ weights),  # how well the passage matches the question's tokens
        "sentence_match": float(match.sentences[sentence] @ weights),  # how well the sentence does
        "worst_match": float(in_passage.min(initial=1.0)),  # the question's token that is matched worst
        "covered": shares.covered,  # share of the question's rarity that the passage or its title says
        "unknown": shares.unknown,  # share that no document says
        "missing_name": shares.missing_name,  # rarest name or number that the passage does not say, as a share
        "phrase": float(evidence.phrase[place]),  # word pairs of the question found side by side
        "margin": min(best.score - runner_up, 3.0),  # how far the second passage is behind
        "score": min(best.score, 20.0) / 10,  # how far the first is above what else was found
        "lead": probabilities([candidate.score for candidate in candidates])[0],  # among all that were ranked
        "lexical_gap": min(_above_the_tenth(evidence.lexical, place) / 10, 3.0),  # BM25 above the tenth best
        "type_found": float(evidence.of_type[own].max()) if wanted is not AnswerType.OTHER else 0.0,
        "type_absent": float(1 - evidence.of_type[own].max()) if wanted is not AnswerType.OTHER else 0.0,
        "negated": float(bool(_NEGATION.search(retrieval.query.text))),  # asks what is not so: hard to tell
        "length": math.log(1 + len(retrieval.query.tokens)),
    }


def _above_the_tenth(values: Scores, place: int) -> float:
    return float(values[place] - np.sort(values)[-min(TENTH, len(values))])


class _Terms:
    """Shares of the question's rarity."""

    def __init__(self, covered: float, unknown: float, missing_name: float) -> None:
        self.covered = covered
        self.unknown = unknown
        self.missing_name = missing_name

    @classmethod
    def of(cls, snapshot: Snapshot, query: Query, row: int) -> "_Terms":
        lexical = snapshot.lexical
        said = _said(snapshot, row)
        rarity = {term: lexical.idf(term) for term in query.variants}
        total = sum(rarity.values()) or 1.0
        missing = {t for t, s in query.variants.items() if not any(lexical.vocabulary.get(x) in said for x in (t, *s))}
        unknown = {t for t in missing if not any(s in lexical.vocabulary for s in (t, *query.variants[t]))}
        return cls(
            covered=1 - sum(rarity[t] for t in missing) / total,
            unknown=sum(rarity[t] for t in unknown) / total,
            missing_name=max((rarity[t] for t in missing & _names(query)), default=0.0) / total,
        )


def _said(snapshot: Snapshot, row: int) -> set[int | None]:
    """The ids of the terms that a passage or its context says."""
    context = terms(snapshot.passages[row].context)
    return {*snapshot.terms_of(row).tolist(), *(snapshot.lexical.vocabulary[term] for term in context)}


def _names(query: Query) -> set[str]:
    """Terms of the question that are written with a capital (but its first word) or hold a digit."""
    shapes = token_shapes(query.text, query.tokens)
    is_name = [s & TokenShape.DIGIT or (s & TokenShape.CAPITAL and not s & TokenShape.INITIAL) for s in shapes]
    return {token.term for token, named in zip(query.tokens, is_name, strict=True) if named}
