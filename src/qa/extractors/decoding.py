"""Token logits → spans, sentence scores and the log-odds of no answer.

The spans' probabilities are those of Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers",
section 4.3: a start logit and an end logit are added, and no answer counts as a span of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.logits import logsumexp, softmax

LONGEST = 30  # tokens of an exact answer
MOST_SPANS = 5
START, END, GATE, VALUE = range(4)
_NEVER = -1e9  # a logit that gets no weight, and that stays finite

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mixture:
    """How the heads are mixed, as fitted on questions that the model has not seen.

    Attributes:
        null: weights of the three no-answer log-odds: by spans, by sentences, by itself.
        null_shift: added to their weighted sum, so that it is the log-odds of no answer.
        sentence: weights of a sentence's log-probability by spans and by its own head.
    """

    null: tuple[float, float, float]
    null_shift: float
    sentence: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Decoded:
    """One passage.

    Attributes:
        spans: first and last token of the best spans, best first; no two overlap.
        span_scores: the log-probability of each, given that the passage holds an answer.
        sentence_scores: the log-probability of each sentence, given that the passage holds an answer.
        no_answer: the log-odds that it holds none.
    """

    spans: tuple[tuple[int, int], ...]
    span_scores: tuple[float, ...]
    sentence_scores: tuple[float, ...]
    no_answer: float


def decode(tokens: Floats, nulls: Floats, sentences: Sequence[tuple[int, int]], mixture: Mixture) -> Decoded:
    """Decode a passage.

    Args:
        tokens: ``(tokens, 4)``: start, end, gate and value of each token of the passage.
        nulls: ``(3,)``: the no-answer logit beside the spans, beside the sentences, and by itself.
        sentences: each sentence's tokens, first and end (exclusive); in order, not empty, together all tokens.
        mixture: of the heads.
    """
    pairs = _pairs(tokens, sentences)
    in_all = logsumexp(pairs)
    by_span = np.asarray([logsumexp(pairs[first:end]) for first, end in sentences]) - in_all
    by_head = np.asarray([_sentence_logit(tokens[first:end]) for first, end in sentences])
    log_odds = (2 * nulls[0] - in_all, nulls[1] - logsumexp(by_head), nulls[2])
    mixed = mixture.sentence[0] * by_span + mixture.sentence[1] * by_head
    spans = _best_spans(pairs)
    return Decoded(
        spans=tuple(spans),
        span_scores=tuple(float(pairs[start, end - start] - in_all) for start, end in spans),
        sentence_scores=tuple((mixed - logsumexp(mixed)).tolist()),
        no_answer=float(np.dot(mixture.null, log_odds) + mixture.null_shift),
    )


def _pairs(tokens: Floats, sentences: Sequence[tuple[int, int]]) -> Floats:
    """``(tokens, LONGEST)``: the logit of a span that starts at a token and has 1, 2, … tokens, inside a sentence."""
    pairs = np.full((len(tokens), LONGEST), _NEVER)
    for first, end in sentences:
        for length in range(1, min(LONGEST, end - first) + 1):
            last = tokens[first + length - 1 : end, END]
            pairs[first : end - length + 1, length - 1] = tokens[first : end - length + 1, START] + last
    return pairs


def _sentence_logit(tokens: Floats) -> float:
    """The mean of the values, weighted by the softmax of the gates."""
    return float(softmax(tokens[:, GATE]) @ tokens[:, VALUE])


def _best_spans(pairs: Floats) -> list[tuple[int, int]]:
    """First and last tokens of the best spans that do not overlap, best first."""
    left = pairs.copy()
    spans: list[tuple[int, int]] = []
    while len(spans) < MOST_SPANS:
        start, length = divmod(int(left.argmax()), LONGEST)
        if left[start, length] <= _NEVER / 2:
            break
        end = start + length
        spans.append((start, end))
        left[start : end + 1] = _NEVER
        for earlier in range(max(0, start - LONGEST + 1), start):
            left[earlier, start - earlier :] = _NEVER
    return spans
