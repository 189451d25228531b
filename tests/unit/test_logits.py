"""Probabilities and log-odds, against SciPy's."""

import numpy as np
import pytest
from scipy import special

from qa.logits import LARGEST, logit, logsumexp, sigmoid, softmax

VALUES = (-50.0, -3.25, -1e-9, 0.0, 0.5, 2.0, 49.0)


@pytest.mark.parametrize("value", VALUES)
def test_sigmoid_and_logit_undo_each_other(value) -> None:
    """Both are the library's, and one is the inverse of the other where a probability has digits for it."""
    assert sigmoid(value) == pytest.approx(float(special.expit(value)), rel=1e-12)
    if abs(value) < 30:
        assert logit(sigmoid(value)) == pytest.approx(value, abs=1e-4 if value > 15 else 1e-9)
    assert logit(0.2) == pytest.approx(float(special.logit(0.2)), rel=1e-12)


def test_log_odds_without_bounds_give_a_probability() -> None:
    """What would overflow is held within bounds."""
    assert sigmoid(-1e6) == sigmoid(-LARGEST) > 0
    assert sigmoid(1e6) == 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_is_the_library_s(dtype) -> None:
    """In proportion to the exponentials, also where these are too large for a float."""
    logits = np.array([1000.0, 999.0, -1000.0, 998.5], dtype=dtype)
    ours = softmax(logits)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, special.softmax(logits), rtol=1e-6)


def test_logsumexp_is_the_library_s() -> None:
    """Of a table too, and where one exponential is too large for a float."""
    logits = np.array([[1000.0, -5.0], [3.0, 999.5]])
    assert logsumexp(logits) == pytest.approx(float(special.logsumexp(logits)), rel=1e-12)
