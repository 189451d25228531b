"""The measures against other people's code, and by hand where there is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score, roc_auc_score

from qa.evaluation.measures import (
    auroc,
    calibration_error,
    coverage_at_precision,
    hit,
    holds,
    interval,
    kept_at_refusals,
    ndcg,
    normalized,
    recall,
    reciprocal_rank,
    span_f1,
    token_f1,
)

scores = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12)


@given(scores, scores)
def test_auroc(positives: list[float], negatives: list[float]) -> None:
    """The area that scikit-learn integrates, with ties."""
    truth = [1] * len(positives) + [0] * len(negatives)
    assert auroc(positives, negatives) == pytest.approx(roc_auc_score(truth, positives + negatives))


@given(st.lists(st.integers(0, 3), min_size=2, max_size=8))
def test_ndcg(grades: list[int]) -> None:
    """What scikit-learn gives for the grades in the order in which they are ranked."""
    ranked = [f"d{index}" for index in range(len(grades))]
    relevant = dict(zip(ranked, grades, strict=True))
    expected = ndcg_score([grades], [list(range(len(grades), 0, -1))], k=5) if any(grades) else 0.0
    assert ndcg(ranked, relevant, 5) == pytest.approx(expected)


def test_ranks() -> None:
    """Hit, recall and reciprocal rank of a list whose second and fourth are relevant, of three."""
    ranked, relevant = ["a", "b", "c", "d"], {"b": 1, "d": 2, "e": 1, "a": 0}
    assert [hit(ranked, relevant, k) for k in (1, 2)] == [0.0, 1.0]
    assert [recall(ranked, relevant, k) for k in (1, 2, 4)] == [0.0, 1 / 3, 2 / 3]
    assert reciprocal_rank(ranked, relevant, 10) == 0.5
    assert reciprocal_rank(ranked, relevant, 1) == 0.0
    assert recall(ranked, {}, 4) == ndcg(ranked, {}, 4) == 0.0


def test_what_nobody_graded() -> None:
    """It is not relevant, and takes a rank."""
    ranked, relevant = ["z", "b"], {"b": 1}
    assert [hit(ranked, relevant, 1), hit(ranked, relevant, 2)] == [0.0, 1.0]
    assert reciprocal_rank(ranked, relevant, 2) == 0.5
    assert ndcg(ranked, relevant, 2) == pytest.approx(1 / math.log2(3))


@pytest.mark.parametrize(
    ("text", "answers", "is_held"),
    [
        ("He left on May 1, 1990.", ["may 1 1990"], True),
        ("He left on the 1st.", ["1"], False),
        ("An Apple fell.", ["the apple"], True),
        ("It fell.", [""], False),
        ("It fell.", [], False),
    ],
)
def test_words_of_an_answer(text: str, answers: list[str], is_held: bool) -> None:
    """Whole words, without case, punctuation and articles; an empty answer is held by nothing."""
    assert holds(text, answers) is is_held


def test_normalized() -> None:
    """The normal form of SQuAD's scorer."""
    assert normalized("  The Cat's, a DOG! ") == "cats dog"


@pytest.mark.parametrize(
    ("text", "answers", "f1"),
    [("May 1 1990", ["May 1, 1990"], 1.0), ("on May 1", ["May 1 1990"], 2 / 3), ("June", ["May"], 0.0), ("x", [], 0.0),
     ("b b", ["b"], 2 / 3), ("", [""], 0.0), ("May", ["June", "the May"], 1.0)],
)  # fmt: skip
def test_token_f1(text: str, answers: list[str], f1: float) -> None:
    """Words as bags; the best of several answers."""
    assert token_f1(text, answers) == pytest.approx(f1)


def test_span_f1() -> None:
    """Half of the gold and a third of what is marked: twice their product by their sum."""
    assert span_f1([(0, 15)], (10, 20)) == pytest.approx(2 * (5 / 15) * (5 / 10) / (5 / 15 + 5 / 10))
    assert span_f1([(0, 10), (15, 20)], (10, 20)) == pytest.approx(2 * 5 / 25)
    assert span_f1([], (5, 5)) == 0.0
    assert span_f1([], (0, 5)) == span_f1([(5, 9)], (0, 5)) == 0.0


def test_calibration_error() -> None:
    """In one bin the difference of means; over bins the mean weighted by their size."""
    assert calibration_error([0.6, 0.6, 0.6, 0.6], [True, True, False, False]) == pytest.approx(0.1)
    assert calibration_error([0.05, 0.95, 1.0], [False, True, True]) == pytest.approx((0.05 + 0.05 + 0.0) / 3)
    assert math.isnan(calibration_error([], []))


def test_bins() -> None:
    """Ten of equal width, unless told otherwise; a probability of 1 is in the last, with what is just below it."""
    assert calibration_error([0.11, 0.19], [False, True]) == pytest.approx(abs(0.11 + 0.19 - 1) / 2)
    assert calibration_error([0.11, 0.19], [False, True], bins=100) == pytest.approx((0.11 + 0.81) / 2)
    assert calibration_error([0.95, 1.0], [True, False]) == pytest.approx(0.95 / 2)
    assert calibration_error([0.85, 0.95], [True, False]) == pytest.approx((0.15 + 0.95) / 2)


def test_coverage_and_refusals() -> None:
    """The largest share from the top with the precision; the share above most of the unanswerable."""
    assert coverage_at_precision([0.9, 0.8, 0.7, 0.6], [True, True, False, True], 0.75) == 1.0
    assert coverage_at_precision([0.9, 0.8, 0.7, 0.6], [True, True, False, True], 0.95) == 0.5
    assert coverage_at_precision([0.9], [False], 0.95) == 0.0
    assert coverage_at_precision([0.9, 0.8], [True, True]) == 1.0
    assert coverage_at_precision([0.5] * 40, [True] * 20 + [False] * 20, 1.0) == 0.5  # ties in their order
    assert kept_at_refusals([3.0, 3.5], [0.0, 1.0, 2.0, 3.0], 1.0) == 0.5  # not what equals it
    assert kept_at_refusals([0.5, 0.95], [0.1, 0.2, 0.3, 0.4, 1.0]) == 0.5
    assert math.isnan(kept_at_refusals([], [1.0]))
    assert math.isnan(auroc([1.0], []))


def test_interval() -> None:
    """The 2.5th and 97.5th percentile of resampled means: about two standard errors around the mean."""
    values = np.random.default_rng(1).normal(5, 2, 400)
    low, high = interval(values)
    assert low == pytest.approx(values.mean() - 1.96 * values.std() / 20, abs=0.03)
    assert high == pytest.approx(values.mean() + 1.96 * values.std() / 20, abs=0.03)
    assert interval([3.0, 3.0]) == (3.0, 3.0)
    assert interval(values) == (low, high)
    assert interval([9.0, 0.0, 0.0])[1] > 0  # the first is drawn too
    assert interval([1.0, 2.0, 9.0], np.median)[1] == 9.0
    assert all(math.isnan(bound) for bound in interval([]))
