"""How sure the service is that its best sentence answers, and when it refuses.

The probability is that the documents speak of what is asked, times that the cited sentence then is the answer: two
logistic regressions over a few readable numbers. There is a pair of them for text in a language that the encoder speaks
and one for other text, whose numbers mean something else; the estimate is mixed from both by the candidates' fluency.
Where an extractor has read the passages, there are three: of the topic, that the documents say what is asked, and that
what is quoted says it; the lesser of the last two is stated.
Their coefficients, and the probabilities from which measured precision is high or medium, stand in ``confidence.json``,
made by ``training/confidence.py``.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from qa.analysis import terms
from qa.answering.contrast import NEGATION
from qa.answering.reading import SURE, Reading
from qa.answering.sentences import probabilities
from qa.index.snapshot import Snapshot
from qa.logits import logit, sigmoid
from qa.protocols import Scores
from qa.retrieval.answer_types import AnswerType
from qa.retrieval.evidence import Evidence
from qa.retrieval.followup import is_small_talk
from qa.retrieval.initials import initials
from qa.retrieval.query import Query
from qa.retrieval.ranking import WeightSet
from qa.retrieval.retriever import Retrieval
from qa.types import Band, Candidate, Confidence, Difference, Reason

Weights = Mapping[str, float]
MODEL: Mapping[str, Any] = json.loads(files("qa.answering").joinpath("confidence.json").read_text("utf-8"))
OTHER_LANGUAGES = ("native", "across")
TENTH = 10
LEAST = 0.001  # below the least probability of the middle band stays an answer whose document has another name
UNKNOWN_SHARE = 0.4  # of the question's rarity in words that occur nowhere: then that is named as a reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """How sure an answer is, and why it is refused (no reason: it is given).

    ``differences``: what the question says and the nearest sentence says otherwise.
    """

    confidence: Confidence
    reasons: tuple[Reason, ...] = ()
    differences: tuple[Difference, ...] = ()


def assess(
    snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate], reading: Reading | None = None
) -> Assessment:
    """Estimate the probability that what would be quoted answers; where it is too low, say why it is refused."""
    nothing_asked = not retrieval.query.tokens or is_small_talk(retrieval.query.text)
    if not candidates or retrieval.evidence is None or nothing_asked:
        return Assessment(Confidence(Band.LOW, 0.0), (Reason.NO_RELEVANT_PASSAGE,))
    if reading is not None:
        return _assess_reading(snapshot, retrieval, candidates, reading)
    ordinal = int(np.argmax(candidates[0].sentence_scores))
    features = confidence_features(snapshot, retrieval, candidates, candidates[0], ordinal)
    sets = confidence_sets(retrieval.evidence, candidates[0].row)
    probability = sum(weights.share * _probability(features, weights.name) for weights in sets)
    cuts = f"{sets[0].name}_bands" if sets[0].name in OTHER_LANGUAGES else "bands"
    if probability >= MODEL[cuts]["low"]:
        return Assessment(Confidence(_band(probability, cuts), probability))
    return Assessment(Confidence(Band.LOW, probability), (Reason.NO_RELEVANT_PASSAGE, *_unknown(features)))


def _assess_reading(
    snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate], reading: Reading
) -> Assessment:
    features = reading_features(snapshot, retrieval, candidates, reading)
    model, cuts = MODEL["read"], MODEL["read_bands"]
    answerable = _logistic(features, model["answerable"])
    probability = min(answerable, _logistic(features, model["right"]))
    contrast = reading.contrast
    if reading.tells_of_others:
        probability = min(probability, cuts["medium"] - LEAST)
    if reading.is_structured:
        answerable, probability = 1.0, max(probability, cuts["medium"])
    on_topic = reading.is_structured or _logistic(features, model["topic"]) >= cuts["topic"]
    likely = answerable >= cuts["answerable"] and probability >= cuts["low"]
    if on_topic and likely and not contrast.contradicts:
        return Assessment(Confidence(_band(probability, "read_bands"), probability))
    confidence = Confidence(Band.LOW, probability)
    if not on_topic:
        return Assessment(confidence, (Reason.NO_RELEVANT_PASSAGE, *_unknown(features)))
    if contrast.contradicts or contrast.negation:
        return Assessment(confidence, (Reason.NEGATED,), contrast.differences)
    if contrast.differences:
        return Assessment(confidence, (Reason.DIFFERS, *_unknown(features)), contrast.differences)
    return Assessment(confidence, (Reason.NOT_SAID, *_unknown(features)))


def _band(probability: float, cuts: str) -> Band:
    if probability >= MODEL[cuts]["high"]:
        return Band.HIGH
    return Band.MEDIUM if probability >= MODEL[cuts]["medium"] else Band.LOW


def _unknown(features: Mapping[str, float]) -> tuple[Reason, ...]:
    return (Reason.TERMS_NOT_IN_CORPUS,) if features["unknown"] >= UNKNOWN_SHARE else ()


def confidence_sets(evidence: Evidence, row: int) -> tuple[WeightSet, ...]:
    """The coefficients that tell how sure an answer from a passage is; their shares sum to 1."""
    if evidence.meaning is None:
        return WeightSet("fluent", evidence.fluency), WeightSet("foreign", 1 - evidence.fluency)
    if not evidence.meaning.is_native[position_of(evidence, row)]:
        return (WeightSet("across", 1.0),)
    return (WeightSet("fluent" if evidence.meaning.is_english else "native", 1.0),)


def position_of(evidence: Evidence, row: int) -> int:
    """Which of the ranked passages a row of the snapshot is."""
    return int(np.flatnonzero(evidence.rows == row)[0])


def _probability(features: Mapping[str, float], language: str) -> float:
    return _logistic(features, MODEL[language]["topic"]) * _logistic(features, MODEL[language]["right"])


def _logistic(features: Mapping[str, float], weights: Weights) -> float:
    weighted = sum(weights[name] * features[name] for name in weights if name != "intercept")
    return sigmoid(weights["intercept"] + weighted)


def reading_features(
    snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate], reading: Reading
) -> dict[str, float]:
    """What speaks for and against what would be quoted of a reading."""
    features = confidence_features(snapshot, retrieval, candidates, reading.candidate, reading.ordinal)
    lead = min(max(features["lead"], SURE), 1 - SURE)
    return features | {"lead_odds": logit(lead)} | reading.features(retrieval.query)


def confidence_features(
    snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate], best: Candidate, ordinal: int
) -> dict[str, float]:
    """What speaks for and against a sentence, given by its candidate and its number in the passage.

    See the comments for each.
    """
    evidence = retrieval.evidence
    assert evidence is not None
    position = position_of(evidence, best.row)
    first = int(evidence.first[position])
    sentence = first + ordinal
    sentences = slice(first, first + len(best.sentence_scores))
    match, weights = evidence.interaction, evidence.interaction.weights
    in_passage = np.maximum(match.sentences[sentences].max(axis=0), match.contexts[position])
    shares = _Terms.of(snapshot, retrieval.query, best.row)
    runner_up = candidates[1].score if len(candidates) > 1 else candidates[0].score - 1.0
    found = float(evidence.of_type[sentences].max())
    asks = retrieval.query.answer_type is not AnswerType.OTHER
    features = {
        "dense": float(evidence.dense[position]),  # cosine of question and passage
        "sentence_dense": float(evidence.sentence_dense[sentence]),  # and of question and sentence
        "token_match": float(in_passage @ weights),  # how well the passage matches the question's tokens
        "sentence_match": float(match.sentences[sentence] @ weights),  # how well the sentence does
        "worst_match": float(in_passage.min(initial=1.0)),  # the question's token that is matched worst
        "covered": shares.covered,  # share of the question's rarity that the passage or its title says
        "unknown": shares.unknown,  # share that no document says
        "missing_name": shares.missing_name,  # rarest name or number that the passage does not say, as a share
        "phrase": float(evidence.phrase[position]),  # word pairs of the question found side by side
        "margin": min(candidates[0].score - runner_up, 3.0),  # how far the second passage is behind
        "score": min(candidates[0].score, 20.0) / 10,  # how far the first is above what else was found
        "lead": probabilities([candidate.score for candidate in candidates])[0],  # among all that were ranked
        "lexical_gap": min(_above_the_tenth(evidence.lexical, position) / 10, 3.0),  # BM25 above the tenth best
        "type_found": found if asks else 0.0,
        "type_absent": 1 - found if asks else 0.0,
        "negated": float(bool(NEGATION.search(retrieval.query.text))),  # asks what is not so: hard to tell
        "length": math.log(1 + len(retrieval.query.tokens)),
    }
    if evidence.meaning is not None:
        meanings = evidence.meaning.passages
        features["meaning"] = float(meanings[position])  # as dense, across languages
        features["sentence_meaning"] = float(evidence.meaning.sentences[sentence])
        features["best_meaning"] = float(meanings[position] - meanings.max())  # 0 where no passage is nearer
        features["meaning_gap"] = _above_the_tenth(meanings, position)
    return features


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
        present = _terms_of(snapshot, row)
        short = initials(query.text)  # of given names, which the passage may spell out
        variants = {term: others for term, others in query.variants.items() if term not in short}
        rarity = {term: lexical.idf(term) for term in variants}
        total = sum(rarity.values()) or 1.0
        missing = {t for t, s in variants.items() if not any(lexical.vocabulary.get(x) in present for x in (t, *s))}
        unknown = {t for t in missing if not any(s in lexical.vocabulary for s in (t, *query.variants[t]))}
        return cls(
            covered=1 - sum(rarity[t] for t in missing) / total,
            unknown=sum(rarity[t] for t in unknown) / total,
            missing_name=max((rarity[t] for t in missing & query.names), default=0.0) / total,
        )


def _terms_of(snapshot: Snapshot, row: int) -> set[int | None]:
    """The ids of the terms that a passage or its context says."""
    context = terms(snapshot.passages[row].context)
    return {*snapshot.terms_of(row).tolist(), *(snapshot.lexical.vocabulary[term] for term in context)}
