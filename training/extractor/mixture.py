"""How the heads are mixed: fitted on examples of groups that the network has not learned from."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from training.extractor.data import Example
from training.extractor.measures import Predicted

from qa.extractors.decoding import Mixture

_DECAY = 1e-3


def fit_mixture(examples: Sequence[Example], predicted: Sequence[Predicted]) -> Mixture:
    """Weights of the no-answer heads by logistic regression, none below 0; of the sentence scores by likelihood."""
    labels = np.asarray([0.0 if e.answerable else 1.0 for e in examples])
    columns = np.asarray([p.nulls for p in predicted])

    def loss(weights: np.ndarray) -> float:
        probability = expit(columns @ weights[:3] + weights[3])
        likelihood = labels * np.log(probability + 1e-12) + (1 - labels) * np.log(1 - probability + 1e-12)
        return float(-likelihood.mean() + _DECAY * (weights[:3] ** 2).sum())

    fitted = minimize(loss, np.asarray([0.3, 0.3, 0.3, 0.0]), bounds=[(0, None)] * 3 + [(None, None)]).x
    return Mixture(
        null=tuple(round(float(weight), 4) for weight in fitted[:3]),
        null_shift=round(float(fitted[3]), 4),
        sentence=_sentence_weights(examples, predicted),
    )


def _sentence_weights(examples: Sequence[Example], predicted: Sequence[Predicted]) -> tuple[float, float]:
    pairs = [(e, p) for e, p in zip(examples, predicted, strict=True) if e.answerable]

    def likelihood(weights: np.ndarray) -> float:
        scores = [log_softmax(weights[0] * p.by_span + weights[1] * p.by_head) for _, p in pairs]
        return float(-np.mean([np.logaddexp.reduce(s[list(e.gold)]) for s, (e, _) in zip(scores, pairs, strict=True)]))

    fitted = minimize(likelihood, np.asarray([0.5, 0.5]), bounds=[(0, None)] * 2).x
    return round(float(fitted[0]), 4), round(float(fitted[1]), 4)
