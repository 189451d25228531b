"""Evidence → ranked candidates, by a weighted sum whose weights anyone can read.

The weights in ``ranking.json`` are fitted by ``training/ranking.py``: a conditional logit (McFadden 1974) over
the candidates of each question, that is, the weights under which the right passage is most probably the first. There
are two sets of weights for passages, for text in a language that the encoder speaks and for other text; a question's
candidates are ranked by both, mixed by their fluency.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files

import numpy as np

from qa.protocols import Rows, Scores
from qa.retrieval.evidence import Evidence, Table, standardised
from qa.types import Candidate

HEADING_PENALTY = np.float32(10)  # more than any evidence: a heading answers only where there is nothing else
WEIGHTS: Mapping[str, Mapping[str, float]] = json.loads(
    files("qa.retrieval").joinpath("ranking.json").read_text("utf-8")
)


PASSAGE_FEATURES = (
    "dense", "sentence_dense", "lexical", "sentence_lexical", "token_match", "sentence_match", "window_match",
    "phrase", "answer_type",
)  # fmt: skip
SENTENCE_FEATURES = ("dense", "lexical", "token_match", "coverage", "answer_type")


def passage_features(evidence: Evidence) -> Table:
    """The named features of each passage, ``(passages, len(PASSAGE_FEATURES))``."""
    match = evidence.interaction
    per_passage = np.maximum(np.maximum.reduceat(match.sentences, evidence.first), match.contexts)
    by_sentence = (
        evidence.sentence_dense,
        evidence.sentence_lexical,
        match.sentences @ match.weights,
        evidence.windows(match.sentences) @ match.weights,
    )
    dense, lexical, matched, windows = evidence.best(np.stack(by_sentence, axis=1)).T
    relative = (evidence.dense, dense, evidence.lexical, lexical, per_passage @ match.weights, matched, windows)
    absolute = (evidence.phrase, evidence.of_type[_best_sentence(evidence)])
    return np.concatenate([standardised(np.stack(relative, axis=1)), np.stack(absolute, axis=1)], axis=1)


def sentence_features(evidence: Evidence) -> Table:
    """The named features of each sentence, ``(sentences, len(SENTENCE_FEATURES))``."""
    match = evidence.interaction
    relative = (evidence.sentence_dense, evidence.sentence_lexical, match.sentences @ match.weights)
    absolute = (evidence.has_term @ evidence.rarity, evidence.of_type)
    return np.concatenate([standardised(np.stack(relative, axis=1)), np.stack(absolute, axis=1)], axis=1)


def rank(evidence: Evidence) -> list[Candidate]:
    """The passages as candidates, best first, ties by row."""
    features = passage_features(evidence)
    scores = evidence.fluency * (features @ _weights("fluent", PASSAGE_FEATURES))
    scores += (1 - evidence.fluency) * (features @ _weights("foreign", PASSAGE_FEATURES))
    by_sentence = sentence_features(evidence) @ _weights("sentence", SENTENCE_FEATURES)
    by_sentence -= HEADING_PENALTY * evidence.is_heading
    order = np.lexsort((evidence.rows, -scores))
    first, last = evidence.first[order].tolist(), np.append(evidence.first, len(by_sentence))[order + 1].tolist()
    all_sentences = by_sentence.tolist()
    return [
        Candidate(row, score, dict(zip(PASSAGE_FEATURES, values, strict=True)), tuple(all_sentences[start:end]))
        for row, score, values, start, end in zip(
            evidence.rows[order].tolist(), scores[order].tolist(), features[order].tolist(), first, last, strict=True
        )
    ]


def _weights(kind: str, features: Sequence[str]) -> Scores:
    """One weight per feature.

    Raises:
        KeyError: a weight is of no feature, or a feature has none.
    """
    unknown = WEIGHTS[kind].keys() - set(features)
    if unknown:
        raise KeyError(f"ranking.json weighs what is no feature: {', '.join(sorted(unknown))}")
    return np.asarray([WEIGHTS[kind][name] for name in features], dtype=np.float32)


def _best_sentence(evidence: Evidence) -> Rows:
    """The first row, per passage, of the sentence that by cosine and BM25 together is nearest to the question."""
    nearness = standardised(np.stack([evidence.sentence_dense, evidence.sentence_lexical], axis=1)).sum(axis=1)
    per_passage = np.diff(np.append(evidence.first, len(nearness)))
    is_best = np.flatnonzero(nearness == np.repeat(evidence.best(nearness), per_passage))
    return is_best[np.searchsorted(is_best, evidence.first)]
