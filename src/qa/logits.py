"""Probabilities and their log-odds.

Four formulas of a line each: SciPy has them, and would be a fifth of what a server installs; on as few numbers as one
question has, its functions also take ten times as long.
"""

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

LARGEST = 50.0  # log-odds beyond which a probability is 0 or 1 all the same

Floats = NDArray[np.float64]
Float = TypeVar("Float", np.float32, np.float64)


def sigmoid(log_odds: float) -> float:
    """The probability that has these log-odds."""
    return 1 / (1 + math.exp(-min(max(log_odds, -LARGEST), LARGEST)))


def logit(probability: float) -> float:
    """The log-odds of a probability.

    Raises:
        ValueError, ZeroDivisionError: it is 0 or 1, or no probability.
    """
    return math.log(probability / (1 - probability))


def softmax(logits: NDArray[Float]) -> NDArray[Float]:
    """Probabilities in proportion to the exponentials of finite logits, ``(n,)``, of the same type."""
    exponentials = np.exp(logits - logits.max())
    return np.asarray(exponentials / exponentials.sum(), dtype=logits.dtype)


def logsumexp(logits: Floats) -> float:
    """The logarithm of the sum of the exponentials of finite logits, of any shape."""
    most = logits.max()
    return float(most + np.log(np.exp(logits - most).sum()))
