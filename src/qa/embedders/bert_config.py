"""What the settings files of a model directory say of a BERT, and whether ours can run it; loads no heavy library."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from qa.embedders.model_files import ModelSource

_FILES = ("config.json", "tokenizer.json", "model.safetensors")
_MEAN, _FIRST = "mean", "cls"
_POOLINGS = {"pooling_mode_mean_tokens": _MEAN, "pooling_mode_cls_token": _FIRST}  # as versions before 6 wrote it
_SIZES = ("num_hidden_layers", "num_attention_heads", "hidden_size")
_USUAL_LENGTH = 512


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The sizes of a BERT, how many tokens it reads, and whether a text's vector is its first token's or the mean."""

    layers: int
    heads: int
    hidden: int
    epsilon: float
    max_tokens: int
    pools_first: bool

    @classmethod
    def read(cls, directory: Path) -> Self | None:
        """Read a model directory; None for a model of another kind, or one that brings code of its own."""
        if not all((directory / name).is_file() for name in _FILES):
            return None
        config = _read(directory / "config.json")
        pooling = _pooling(directory)
        kind = (config.get("model_type"), config.get("hidden_act"), config.get("position_embedding_type", "absolute"))
        if kind != ("bert", "gelu", "absolute") or not config.keys() >= set(_SIZES):
            return None
        if "auto_map" in config or pooling is None:
            return None
        return cls(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            hidden=config["hidden_size"],
            epsilon=config.get("layer_norm_eps", 1e-12),
            max_tokens=_max_tokens(directory, config),
            pools_first=pooling == _FIRST,
        )


def is_bert(source: ModelSource) -> bool:
    """Whether a model is a BERT in a directory that ``BertConfig`` can read."""
    return source.directory is not None and BertConfig.read(source.directory) is not None


def _max_tokens(directory: Path, config: dict[str, Any]) -> int:
    """As sentence-transformers reads it: its own setting, or else the least of the model's and the tokenizer's."""
    own = _read(directory / "sentence_bert_config.json").get("max_seq_length")
    tokenizers = _read(directory / "tokenizer_config.json").get("model_max_length", _USUAL_LENGTH)
    return int(own or min(tokenizers, config.get("max_position_embeddings", _USUAL_LENGTH)))


def _pooling(directory: Path) -> str | None:
    """The one pooling mode of a model, mean where it states none; None for a kind that is not supported."""
    if not (directory / "modules.json").is_file():
        return _MEAN
    modules: list[dict[str, Any]] = json.loads((directory / "modules.json").read_text("utf-8"))
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    settings = _read(directory / "1_Pooling" / "config.json")
    older = [name for name, value in settings.items() if name.startswith("pooling_mode_") and value is True]
    mode = settings.get("pooling_mode") or (_POOLINGS.get(older[0]) if len(older) == 1 else None)
    known = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    return mode if known and mode in (_MEAN, _FIRST) and settings.get("include_prompt", True) else None


def _read(path: Path) -> dict[str, Any]:
    """A settings file; empty where there is none, or one that is damaged: the reference then says what is wrong."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return {}
