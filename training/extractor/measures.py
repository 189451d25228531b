"""How well a network finds sentences, spans and what is not answered, on examples that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from training.extractor.data import Example
from training.extractor.model import PLAIN, SENTENCE, SPAN, ExtractorNet
from training.extractor.objective import Batch, sentence_logits, span_logits

LONGEST = 30  # tokens of an answer
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Predicted:
    """One example's best span (tokens, both ends included), log-odds of no answer and scores of its sentences.

    ``nulls`` are by spans, by sentences and by itself; ``by_span`` is the log of the probability mass of the spans that
    start in a sentence, ``by_head`` the sentence head's logit.
    """

    start: int
    end: int
    nulls: tuple[float, float, float]
    by_span: NDArray[np.float64]
    by_head: NDArray[np.float64]


def predict(net: ExtractorNet, examples: Sequence[Example]) -> list[Predicted]:
    """What a network says of examples, in their order."""
    net.eval()
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids))
    predicted: dict[int, Predicted] = {}
    for first in range(0, len(order), _BATCH):
        rows = order[first : first + _BATCH]
        batch = Batch.of([examples[i] for i in rows])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            tokens, nulls = net.upper(net.lower(batch.ids, batch.segments, batch.mask), batch.mask)
        for position, row in enumerate(rows):
            predicted[row] = _predicted(tokens.float(), nulls.float(), batch, position)
    return [predicted[i] for i in range(len(examples))]


def _predicted(tokens: Tensor, nulls: Tensor, batch: Batch, row: int) -> Predicted:
    starts, ends = (part[row].double() for part in span_logits(tokens, nulls, batch))
    pairs = starts[1:, None] + ends[None, 1:]
    allowed = torch.ones_like(pairs, dtype=torch.bool).triu() & ~torch.ones_like(pairs, dtype=torch.bool).triu(LONGEST)
    pairs = pairs.masked_fill(~allowed, -1e9)
    start, end = divmod(int(pairs.argmax()), pairs.shape[1])
    members = batch.members[row]
    members = members[members.any(dim=-1)]
    starting = pairs.logsumexp(1)
    by_span = torch.stack([starting[member[1:]].logsumexp(0) for member in members])
    by_head = sentence_logits(tokens, batch)[row, : len(members)].double()
    null = nulls[row].double()
    log_odds = (
        float(2 * null[SPAN] - pairs.flatten().logsumexp(0)),
        float(null[SENTENCE] - by_head.logsumexp(0)),
        float(null[PLAIN]),
    )
    return Predicted(start + 1, end + 1, log_odds, (by_span - by_span.logsumexp(0)).numpy(), by_head.numpy())


def measure(examples: Sequence[Example], predicted: Sequence[Predicted]) -> dict[str, float]:
    """Shares of answerable ones whose sentence is right, the spans' token F1, and AUROC of what tempts."""
    answerable = [(e, p) for e, p in zip(examples, predicted, strict=True) if e.answerable]
    labels = [not e.answerable for e in examples]
    nulls = np.asarray([p.nulls for p in predicted])
    result = {
        "questions": len(examples),
        "sentence by span": _share(answerable, lambda p: p.by_span),
        "sentence by head": _share(answerable, lambda p: p.by_head),
        "sentence": _share(answerable, lambda p: p.by_span + p.by_head),
        "span F1": float(np.mean([_overlap(e, p) for e, p in answerable])),
    }
    if any(labels) and not all(labels):
        for name, values in zip(("span", "sentence", "plain"), nulls.T, strict=True):
            result[f"AUROC by {name}"] = float(roc_auc_score(labels, values))
        result["AUROC"] = float(roc_auc_score(labels, nulls.sum(axis=1)))
    return {name: round(value, 4) for name, value in result.items()}


def _share(pairs: Sequence[tuple[Example, Predicted]], scores) -> float:  # type: ignore[no-untyped-def]
    return float(np.mean([int(np.argmax(scores(p))) in e.gold for e, p in pairs]))


def _overlap(example: Example, predicted: Predicted) -> float:
    """F1 over the tokens' positions."""
    common = min(example.end, predicted.end) - max(example.start, predicted.start) + 1
    total = example.end - example.start + 1 + predicted.end - predicted.start + 1
    return max(0.0, 2 * common / total)
