"""What the training brings down, and a batch of examples as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional
from training.extractor.data import Example
from training.extractor.model import END, GATE, PLAIN, SENTENCE, SPAN, START, VALUE, attention_mask

_NEVER = -1e4  # a logit that no softmax gives weight to, and that stays finite


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples padded to one length.

    ``members`` is ``(texts, sentences, tokens)``: whether a token is in a sentence. ``gold`` is ``(texts, 1 +
    sentences)``: whether a sentence touches the answer, the first column whether there is none.
    """

    ids: Tensor
    segments: Tensor
    mask: Tensor | None
    members: Tensor
    start: Tensor
    end: Tensor
    gold: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Self:
        """Pad examples."""
        longest = max(len(e.ids) for e in examples)
        lengths = torch.tensor([len(e.ids) for e in examples])
        sentence = _padded([e.sentence for e in examples], longest, -1)
        count = int(sentence.max()) + 1
        gold = torch.zeros(len(examples), 1 + count, dtype=torch.bool)
        for row, example in enumerate(examples):
            gold[row, [1 + number for number in example.gold] or [0]] = True
        return cls(
            ids=_padded([e.ids for e in examples], longest, 0),
            segments=_padded([e.segments for e in examples], longest, 0),
            mask=attention_mask(lengths, longest),
            members=sentence[:, None, :] == torch.arange(count)[None, :, None],
            start=torch.tensor([e.start for e in examples]),
            end=torch.tensor([e.end for e in examples]),
            gold=gold,
        )


def losses(tokens: Tensor, nulls: Tensor, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """The mean losses of spans, sentences and no answer of a batch's logits."""
    starts, ends = span_logits(tokens, nulls, batch)
    span = (functional.cross_entropy(starts, batch.start) + functional.cross_entropy(ends, batch.end)) / 2
    scores = torch.cat([nulls[:, SENTENCE, None], sentence_logits(tokens, batch)], dim=1)
    chosen = scores.masked_fill(~batch.gold, _NEVER).logsumexp(1)
    sentence = (scores.logsumexp(1) - chosen).mean()
    plain = functional.binary_cross_entropy_with_logits(nulls[:, PLAIN], batch.gold[:, 0].float())
    return span, sentence, plain


def span_logits(tokens: Tensor, nulls: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Start and end logits ``(texts, tokens)`` of the passage's tokens; the first token's is the no-answer logit."""
    inside = batch.members.any(dim=1)
    starts, ends = (tokens[..., part].masked_fill(~inside, _NEVER) for part in (START, END))
    null = nulls[:, SPAN, None]
    return torch.cat([null, starts[:, 1:]], dim=1), torch.cat([null, ends[:, 1:]], dim=1)


def sentence_logits(tokens: Tensor, batch: Batch) -> Tensor:
    """``(texts, sentences)``; never chosen where a text has no such sentence."""
    gates = tokens[:, None, :, GATE].masked_fill(~batch.members, _NEVER).softmax(dim=-1)
    scores = (gates * tokens[:, None, :, VALUE]).sum(dim=-1)
    return scores.masked_fill(~batch.members.any(dim=-1), _NEVER)


def _padded(rows: Sequence[Sequence[int]], length: int, value: int) -> Tensor:
    return torch.tensor([(*row, *(value,) * (length - len(row))) for row in rows])
