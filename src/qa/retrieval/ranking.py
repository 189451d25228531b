"""Evidence → ranked candidates, by a weighted sum whose weights anyone can read.

The weights in ``ranking.json`` are fitted by ``training/ranking.py``: a conditional logit (McFadden 1974) over
the candidates of each question, that is, the weights under which the right passage is most probably the first.

There are several sets of weights. An index for English alone knows text that its embedder speaks (``fluent``) and other
text (``foreign``); a question's candidates are ranked by both, mixed by their fluency. Where the multilingual embedder
has a say, they are ranked by ``fluent`` or ``native``, as the question is English or not, and by ``across``, mixed by
how many candidates are in the question's language.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
MULTILINGUAL_FEATURES = ("coverage", "meaning", "sentence_meaning")  # of passages, beside the others


@dataclass(frozen=True, slots=True)
class WeightSet:
    """Which weights of ``ranking.json`` rank the candidates of a question, and how far."""

    name: str
    share: float


def passage_sets(evidence: Evidence) -> tuple[WeightSet, WeightSet]:
    """The weights for a question's passages; their shares sum to 1."""
    if evidence.meaning is None:
        return WeightSet("fluent", evidence.fluency), WeightSet("foreign", 1 - evidence.fluency)
    native = "fluent" if evidence.meaning.is_english else "native"
    share = float(evidence.meaning.is_native.mean())
    return WeightSet(native, share), WeightSet("across", 1 - share)


def passage_names(evidence: Evidence) -> tuple[str, ...]:
    """The names of the features that passages of a question have."""
    return PASSAGE_FEATURES if evidence.meaning is None else (*PASSAGE_FEATURES, *MULTILINGUAL_FEATURES)


def sentence_names(evidence: Evidence) -> tuple[str, ...]:
    """The names of the features that sentences of a question have."""
    return SENTENCE_FEATURES if evidence.meaning is None else (*SENTENCE_FEATURES, "meaning")


def passage_features(evidence: Evidence) -> Table:
    """The named features of each passage, ``(passages, len(passage_names(evidence)))``."""
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
    meaning = evidence.meaning
    if meaning is None:
        return _table(relative, absolute)
    coverage = np.maximum.reduceat(evidence.has_term, evidence.first) @ evidence.rarity
    return _table(relative, (*absolute, coverage), (meaning.passages, evidence.best(meaning.sentences)))


def sentence_features(evidence: Evidence) -> Table:
    """The named features of each sentence, ``(sentences, len(sentence_names(evidence)))``."""
    match = evidence.interaction
    relative = (evidence.sentence_dense, evidence.sentence_lexical, match.sentences @ match.weights)
    absolute = (evidence.has_term @ evidence.rarity, evidence.of_type)
    return _table(relative, absolute, () if evidence.meaning is None else (evidence.meaning.sentences,))


def _table(relative: Sequence[Scores], absolute: Sequence[Scores], meanings: Sequence[Scores] = ()) -> Table:
    """Features as columns: those that are standardised, those that are not, and those of meaning, standardised."""
    parts = [standardised(np.stack(relative, axis=1)), np.stack(absolute, axis=1)]
    return np.concatenate([*parts, standardised(np.stack(meanings, axis=1))] if meanings else parts, axis=1)


def rank(evidence: Evidence) -> list[Candidate]:
    """The passages as candidates, best first, ties by row."""
    features, names = passage_features(evidence), passage_names(evidence)
    first_set, second_set = passage_sets(evidence)
    scores = first_set.share * (features @ _weights(first_set.name, names))
    scores += second_set.share * (features @ _weights(second_set.name, names))
    kind = "sentence" if evidence.meaning is None else "foreign_sentence"
    by_sentence = sentence_features(evidence) @ _weights(kind, sentence_names(evidence))
    by_sentence -= HEADING_PENALTY * evidence.is_heading
    order = np.lexsort((evidence.rows, -scores))
    first, last = evidence.first[order].tolist(), np.append(evidence.first, len(by_sentence))[order + 1].tolist()
    all_sentences = by_sentence.tolist()
    return [
        Candidate(row, score, dict(zip(names, values, strict=True)), tuple(all_sentences[start:end]))
        for row, score, values, start, end in zip(
            evidence.rows[order].tolist(), scores[order].tolist(), features[order].tolist(), first, last, strict=True
        )
    ]


def _weights(kind: str, features: Sequence[str]) -> Scores:
    """One weight per feature; those for English text have none for the features of other languages.

    Raises:
        KeyError: a weight is of no feature, or a feature has none.
    """
    unknown = WEIGHTS[kind].keys() - set(features)
    if unknown:
        raise KeyError(f"ranking.json weighs what is no feature: {', '.join(sorted(unknown))}")
    spared = MULTILINGUAL_FEATURES if kind == "fluent" else ()
    return np.asarray([0.0 if name in spared else WEIGHTS[kind][name] for name in features], dtype=np.float32)


def _best_sentence(evidence: Evidence) -> Rows:
    """The first row, per passage, of the sentence that by cosine and BM25 together is nearest to the question."""
    nearness = standardised(np.stack([evidence.sentence_dense, evidence.sentence_lexical], axis=1)).sum(axis=1)
    per_passage = np.diff(np.append(evidence.first, len(nearness)))
    is_best = np.flatnonzero(nearness == np.repeat(evidence.best(nearness), per_passage))
    return is_best[np.searchsorted(is_best, evidence.first)]
