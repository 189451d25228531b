"""Tiny models made on the spot: real architectures, real files, random weights."""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, pre_tokenizers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    BertTokenizerFast,
    PreTrainedTokenizerFast,
)

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *"abcdefghijklmnopqrstuvwxyz0123456789.,?!",
    "bread",
    "wine",
    "the",
]
WORDS += [f"##{word}" for word in WORDS[5:]]


def make_cross_encoder(folder: Path, pickled: bool = False) -> Path:
    """A cross-encoder with one output; ``pickled`` saves the weights as pytorch_model.bin only."""
    return _save(BertForSequenceClassification, folder, pickled)


def make_encoder(folder: Path, pickled: bool = False, blanks: bool = False) -> Path:
    """A bi-encoder that sentence-transformers loads by itself (mean pooling); ``blanks`` makes every blank a token."""
    _save(BertModel, folder, pickled)
    if blanks:
        path = folder / "tokenizer.json"
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.normalizer = None
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\s|\S+"), "isolated")
        tokenizer.save(str(path))
        PreTrainedTokenizerFast(
            tokenizer_file=str(path), model_max_length=64, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
            sep_token="[SEP]", mask_token="[MASK]",
        ).save_pretrained(folder)  # fmt: skip
    return folder


def _save(kind: type, folder: Path, pickled: bool) -> Path:
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64, num_labels=1, initializer_range=1.0,
    )  # fmt: skip
    model = kind(config).eval()
    config.architectures = [kind.__name__]
    config.save_pretrained(folder)
    if pickled:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    else:
        save_file(
            {k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors", {"format": "pt"}
        )
    return folder


def add_code(folder: Path, witness: Path) -> Path:
    """Let a model directory bring code of its own that leaves a witness when it is run, as ``auto_map`` allows."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    base = config["architectures"][0]
    auto = "AutoModelForSequenceClassification" if "Sequence" in base else "AutoModel"
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig", auto: "own.OwnModel"}}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "own.py").write_text(
        f"import pathlib\npathlib.Path({str(witness)!r}).write_text('ran')\n"
        f"from transformers import BertConfig, {base}\n"
        "class OwnConfig(BertConfig):\n    model_type = 'own'\n"
        f"class OwnModel({base}):\n    config_class = OwnConfig\n",
        "utf-8",
    )
    return folder


def add_own_module(folder: Path, witness: Path) -> Path:
    """The other way in: ``modules.json`` names a class in a file of the model directory."""
    modules = [{"idx": 0, "name": "0", "path": "", "type": "own_module.Own"}]
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    (folder / "own_module.py").write_text(
        f"import pathlib\npathlib.Path({str(witness)!r}).write_text('ran')\n"
        "from sentence_transformers.sentence_transformer.modules import Transformer\n"
        "class Own(Transformer):\n    pass\n",
        "utf-8",
    )
    return folder


def make_span_model(folder: Path, vocabulary: int = len(WORDS)) -> tuple[Path, Path, NDArray[np.float32]]:
    """A tokenizer, an extractor's ONNX file, and what it looks up: seven numbers for each word piece.

    The first four are the token's logits; the means of the last three over all tokens are the no-answer logits.
    """
    tokenizer = make_encoder(folder / "encoder") / "tokenizer.json"
    table = np.random.default_rng(3).normal(0, 2, (vocabulary, 7)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["found"]),
        helper.make_node("Squeeze", ["found", "axis"], ["rows"]),
        helper.make_node("Split", ["rows", "parts"], ["tokens", "rest"], axis=1),
        helper.make_node("ReduceMean", ["rest", "axis"], ["nulls"], keepdims=0),
    ]
    arrays = {"table": table, "axis": np.asarray([0]), "parts": np.asarray([4, 3])}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "count"]) for name in ("ids", "segments")],
        [
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["count", 4]),
            helper.make_tensor_value_info("nulls", TensorProto.FLOAT, [3]),
        ],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    metadata = {"max_tokens": "64", "null": "[0.5, 0.25, 0.25]", "null_shift": "-1", "sentence": "[1, 0.5]"}
    helper.set_model_props(model, metadata)
    path = folder / "tiny.onnx"
    path.write_bytes(model.SerializeToString())
    return tokenizer, path, table
