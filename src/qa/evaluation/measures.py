"""The measures of the field, each with its formula and source. All are better when higher, unless it says otherwise.

They are a line or two each, compared with scikit-learn's in the tests: a library of measures would come with a compiler
(ranx: numba) or with SciPy, which the image does without.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 1000
SEED = 20
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def hit(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """1 when any of the first ``k`` is relevant, else 0."""
    return float(any(relevant.get(name, 0) > 0 for name in ranked[:k]))


def recall(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Share of the relevant that is among the first ``k`` (Manning, Raghavan, Schütze 2008, section 8.3)."""
    wanted = {name for name, grade in relevant.items() if grade > 0}
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """1 / rank of the first relevant among the first ``k``, else 0 (Voorhees 1999, TREC-8)."""
    return next((1 / rank for rank, name in enumerate(ranked[:k], start=1) if relevant.get(name, 0) > 0), 0.0)


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Discounted gain over the best possible; gain = grade, discount = log2(rank + 1) (Järvelin, Kekäläinen 2002)."""
    best = sorted((grade for grade in relevant.values() if grade > 0), reverse=True)[:k]
    gains = [relevant.get(name, 0) for name in ranked[:k]]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, start=1))
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1)) / ideal if ideal else 0.0


def normalized(text: str) -> str:
    """Lower case, without punctuation, articles and repeated white space (Rajpurkar et al. 2016, SQuAD's scorer)."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether a text says any of the answers, whole words, both normalised."""
    padded = f" {normalized(text)} "
    return any(f" {answer} " in padded for answer in map(normalized, answers) if answer)


def span_f1(marked: Sequence[tuple[int, int]], gold: tuple[int, int]) -> float:
    """Harmonic mean of precision and recall of characters; spans are code points, end exclusive, and disjoint."""
    overlap = sum(max(0, min(end, gold[1]) - max(start, gold[0])) for start, end in marked)
    return 2 * overlap / (sum(end - start for start, end in marked) + gold[1] - gold[0]) if overlap else 0.0


def token_f1(text: str, answers: Sequence[str]) -> float:
    """The best F1 of the words of a text and of an answer, as bags, normalised (Rajpurkar et al. 2016, section 6.1)."""
    return max((_token_f1(normalized(text).split(), normalized(answer).split()) for answer in answers), default=0.0)


def _token_f1(words: Sequence[str], wanted: Sequence[str]) -> float:
    common = (Counter(words) & Counter(wanted)).total()
    return 2 * common / (len(words) + len(wanted)) if common else 0.0


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Probability that a positive scores above a negative, ties one half (Hanley, McNeil 1982)."""
    if not len(positives) or not len(negatives):
        return math.nan
    ordered = np.sort(np.asarray(negatives))
    below = np.searchsorted(ordered, positives, side="left")
    not_above = np.searchsorted(ordered, positives, side="right")
    return float((below + not_above).mean() / 2 / len(ordered))


def kept_at_refusals(answerable: Sequence[float], unanswerable: Sequence[float], refused: float = 0.8) -> float:
    """Share of answerable questions above the score below which ``refused`` of the unanswerable ones lie."""
    if not len(answerable) or not len(unanswerable):
        return math.nan
    return float((np.asarray(answerable) > np.quantile(unanswerable, refused)).mean())


def coverage_at_precision(scores: Sequence[float], right: Sequence[bool], precision: float = 0.95) -> float:
    """Largest share of questions that can be answered, most certain first, with at least that precision."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    precisions = np.cumsum(np.asarray(right)[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precisions >= precision)
    return float((good[-1] + 1) / len(order)) if len(good) else 0.0


def calibration_error(probabilities: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Mean distance of probability from precision over equal-width bins (Naeini et al. 2015); better when lower."""
    values, truth = np.asarray(probabilities), np.asarray(right, dtype=float)
    if not len(values):
        return math.nan
    bin_of = np.minimum((values * bins).astype(int), bins - 1)
    return float(sum(abs((values - truth)[bin_of == b].sum()) for b in range(bins)) / len(values))


def interval(values: Sequence[float], statistic: Callable[[Values], float] = np.mean) -> tuple[float, float]:
    """95 % percentile bootstrap interval over questions, with a fixed seed (Efron 1979)."""
    data = np.asarray(values, dtype=np.float64)
    if not len(data):
        return math.nan, math.nan
    generator = np.random.default_rng(SEED)
    resampled = [statistic(data[generator.integers(0, len(data), len(data))]) for _ in range(RESAMPLES)]
    low, high = np.quantile(resampled, [0.025, 0.975])
    return float(low), float(high)
