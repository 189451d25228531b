"""Evidence → ranked candidates, by a weighted sum whose weights anyone can read.

The weights in ``ranking.json`` are fitted by ``benchmarks/train_ranking.py``: a conditional logit (McFadden 1974) over
the candidates of each question, that is, the weights under which the right passage is most probably the first. There
are two sets of weights for passages, for text in a language that the encoder speaks and for other text; a question's
candidates are ranked by both, mixed by their fluency.
"""

import json
from collections.abc import Mapping
from importlib.resources import files

import numpy as np

from qa.features import Evidence, standardised
from qa.protocols import Rows, Scores
from qa.types import Candidate

HEADING_PENALTY = np.float32(10)  # more than any evidence: a heading answers only where there is nothing else
WEIGHTS: Mapping[str, Mapping[str, float]] = json.loads(files("qa").joinpath("ranking.json").read_text("utf-8"))


def passage_features(evidence: Evidence) -> dict[str, Scores]:
    """The named features of each passage, ``(passages,)`` each."""
    match = evidence.interaction
    per_passage = np.maximum(np.maximum.reduceat(match.sentences, evidence.first), match.contexts)
    return {
        "dense": standardised(evidence.dense),
        "sentence_dense": standardised(evidence.best(evidence.sentence_dense)),
        "lexical": standardised(evidence.lexical),
        "sentence_lexical": standardised(evidence.best(evidence.sentence_lexical)),
        "token_match": standardised(per_passage @ match.weights),
        "sentence_match": standardised(evidence.best(match.sentences @ match.weights)),
        "window_match": standardised(evidence.best(evidence.windows(match.sentences) @ match.weights)),
        "phrase": evidence.phrase,
        "answer_type": evidence.of_type[_best_sentence(evidence)],
    }


def sentence_features(evidence: Evidence) -> dict[str, Scores]:
    """The named features of each sentence, ``(sentences,)`` each."""
    match = evidence.interaction
    return {
        "dense": standardised(evidence.sentence_dense),
        "lexical": standardised(evidence.sentence_lexical),
        "token_match": standardised(match.sentences @ match.weights),
        "coverage": evidence.has_term @ evidence.rarity,
        "answer_type": evidence.of_type,
    }


def rank(evidence: Evidence) -> list[Candidate]:
    """The passages as candidates, best first, ties by row."""
    features = passage_features(evidence)
    scores = evidence.fluency * weighted(features, WEIGHTS["fluent"])
    scores += (1 - evidence.fluency) * weighted(features, WEIGHTS["foreign"])
    by_sentence = weighted(sentence_features(evidence), WEIGHTS["sentence"]) - HEADING_PENALTY * evidence.is_heading
    order = np.lexsort((evidence.rows, -scores))
    named = np.stack(list(features.values()), axis=1)[order].tolist()
    first, last = evidence.first[order].tolist(), np.append(evidence.first, len(by_sentence))[order + 1].tolist()
    all_sentences = by_sentence.tolist()
    return [
        Candidate(row, score, dict(zip(features, values, strict=True)), tuple(all_sentences[start:end]))
        for row, score, values, start, end in zip(
            evidence.rows[order].tolist(), scores[order].tolist(), named, first, last, strict=True
        )
    ]


def weighted(features: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """The weighted sum of features; one without a weight counts nothing."""
    table = np.stack(list(features.values()), axis=1)
    total: Scores = table @ np.asarray([weights.get(name, 0.0) for name in features], dtype=np.float32)
    return total


def _best_sentence(evidence: Evidence) -> Rows:
    """The first row, per passage, of the sentence that by cosine and BM25 together is nearest to the question."""
    nearness = standardised(evidence.sentence_dense) + standardised(evidence.sentence_lexical)
    per_passage = np.diff(np.append(evidence.first, len(nearness)))
    is_best = np.flatnonzero(nearness == np.repeat(evidence.best(nearness), per_passage))
    return is_best[np.searchsorted(is_best, evidence.first)]
