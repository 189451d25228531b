"""The network: a BERT cross-encoder with four values a token and three a passage.

A token has a logit to start the answer, one to end it, and two that its sentence is scored with (a gate and a value:
the sentence's score is the mean of the values, weighted by the softmax of the gates). A passage has the logits that it
holds no answer, beside its spans, beside its sentences and by itself; they start from the cross-encoder's pooler and
classifier, whose relevance they invert.
Architecture: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers", sections 3 and 4.3.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

HIDDEN, HEADS, INNER, LAYERS, EPSILON = 384, 12, 1536, 12, 1e-12
START, END, GATE, VALUE = range(4)
SPAN, SENTENCE, PLAIN = range(3)
NULL_SCALE, NULL_SHIFT = -0.5, -1.0  # relevance of the cross-encoder, about -11 to 11, to the first no-answer logit


class _Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.attended = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.attention_output = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.inner = nn.Linear(HIDDEN, INNER)
        self.output = nn.Linear(INNER, HIDDEN)
        self.output_norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.dropout = dropout

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """``(texts, tokens, HIDDEN)`` → the same shape; ``mask`` is added to the attention's logits."""
        texts, tokens, _ = states.shape
        query, key, value = (
            part.view(texts, tokens, HEADS, HIDDEN // HEADS).transpose(1, 2)
            for part in self.attended(states).chunk(3, dim=-1)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self.attention_output(mixed.transpose(1, 2).reshape(texts, tokens, HIDDEN))
        states = self.attention_norm(states + self._dropped(mixed))
        inner = self.output(functional.gelu(self.inner(states)))
        normalised: Tensor = self.output_norm(states + self._dropped(inner))
        return normalised

    def _dropped(self, states: Tensor) -> Tensor:
        return functional.dropout(states, self.dropout, self.training)


class ExtractorNet(nn.Module):
    """``lower`` turns tokens into the states that ``upper`` starts from, so that frozen layers run once a text."""

    def __init__(self, frozen: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.frozen = frozen
        self.words = nn.Embedding(30522, HIDDEN)
        self.positions = nn.Embedding(512, HIDDEN)
        self.segments = nn.Embedding(2, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.layers = nn.ModuleList(_Layer(dropout) for _ in range(LAYERS))
        self.token_head = nn.Linear(HIDDEN, 4)
        self.pooler = nn.Linear(HIDDEN, HIDDEN)
        self.null_head = nn.Linear(HIDDEN, 3)

    def lower(self, ids: Tensor, segments: Tensor, mask: Tensor | None) -> Tensor:
        """Token numbers and segments ``(texts, tokens)`` → states after the frozen layers."""
        places = torch.arange(ids.shape[1])
        states: Tensor = self.norm(self.words(ids) + self.positions(places) + self.segments(segments))
        for layer in self.layers[: self.frozen]:
            states = layer(states, mask)
        return states

    def upper(self, states: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """The four logits of each token ``(texts, tokens, 4)`` and the no-answer logits of each text ``(texts, 3)``."""
        for layer in self.layers[self.frozen :]:
            states = layer(states, mask)
        pooled = torch.tanh(self.pooler(states[:, 0]))
        return self.token_head(states), self.null_head(pooled)


def from_cross_encoder(weights: Path, frozen: int, dropout: float = 0.1) -> ExtractorNet:
    """The network with a cross-encoder's weights; its token head is small and random."""
    net = ExtractorNet(frozen, dropout)
    tensors = load_file(weights)
    state = {
        "words.weight": tensors["embeddings.word_embeddings.weight"],
        "positions.weight": tensors["embeddings.position_embeddings.weight"],
        "segments.weight": tensors["embeddings.token_type_embeddings.weight"],
        "norm.weight": tensors["embeddings.LayerNorm.weight"],
        "norm.bias": tensors["embeddings.LayerNorm.bias"],
        "pooler.weight": tensors["pooler.dense.weight"],
        "pooler.bias": tensors["pooler.dense.bias"],
        "null_head.weight": (tensors["classifier.weight"] * NULL_SCALE).expand(3, HIDDEN),
        "null_head.bias": (tensors["classifier.bias"] * NULL_SCALE + NULL_SHIFT).expand(3),
        "token_head.weight": net.token_head.weight.detach() * 0.3,
        "token_head.bias": torch.zeros(4),
    }
    for number in range(LAYERS):
        state |= _layer_state(tensors, f"encoder.layer.{number}.", f"layers.{number}.")
    net.load_state_dict(state)
    return net


def averaged(files: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of several runs' weights: better than each where they began at one point (Wortsman et al. 2022)."""
    states = [load_file(path) for path in files]
    return {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}


def _layer_state(tensors: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    renamed = {
        "attention.output.dense": "attention_output",
        "attention.output.LayerNorm": "attention_norm",
        "intermediate.dense": "inner",
        "output.dense": "output",
        "output.LayerNorm": "output_norm",
    }
    state = {}
    for kind in ("weight", "bias"):
        parts = [tensors[f"{source}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
        state[f"{target}attended.{kind}"] = torch.cat(parts)
        state |= {f"{target}{new}.{kind}": tensors[f"{source}{old}.{kind}"] for old, new in renamed.items()}
    return state


def attention_mask(lengths: Tensor, tokens: int, dtype: torch.dtype = torch.float32) -> Tensor | None:
    """``(texts, 1, 1, tokens)``: 0 where a token is, minus infinity in the padding; None without padding."""
    padding = torch.arange(tokens)[None, :] >= lengths[:, None]
    if not padding.any():
        return None
    return torch.zeros(padding.shape, dtype=dtype).masked_fill(padding, float("-inf"))[:, None, None, :]
