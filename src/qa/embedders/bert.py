"""A BERT encoder as an ONNX graph: ONNX Runtime's fused operators, with the weights of a safetensors file.

Nothing is exported, cached or fetched: the graph, some fifty nodes, is made from the model's ``config.json`` at each
start, in a tenth of a second, and PyTorch is never imported. With ``int8`` the products run on bytes: the weights are
quantised per output channel to 7 bits (8 would overflow on processors without VNNI), the activations per text; the
products of the feed-forward layers, whose inputs have outliers, per block of 128 inputs.
Architecture: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers", section 3; post-norm layers
as in Vaswani et al. 2017, section 3.1.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper
from safetensors.numpy import load_file

from qa.embedders.bert_config import BertConfig
from qa.onnx_runtime import InferenceSession, OrtValue, SessionOptions
from qa.types import Precision

_FUSED = "com.microsoft"
_OPSET, _IR_VERSION = 18, 10
_CHANNEL_LEVELS, _BLOCK_LEVELS, _BLOCK_ZERO = 63, 127, 128
_BLOCK, _LEAST_BLOCK = 128, 16

Array = NDArray[Any]


class Bert:
    """A BERT that runs one call on one thread; calls from several threads run side by side."""

    def __init__(self, directory: Path, config: BertConfig, precision: Precision) -> None:
        """Load ``model.safetensors`` of a directory.

        Raises:
            OSError, KeyError, SafetensorError, RuntimeError: the files are not those of a BERT.
        """
        graph = _Graph(load_file(directory / "model.safetensors"), config, precision)
        graph.build()
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._tensors = graph.tensors  # the session reads them where they are
        values = [OrtValue.ortvalue_from_numpy(array) for array in self._tensors.values()]
        options.add_external_initializers(list(self._tensors), values)
        content = graph.model().SerializeToString()
        self._session = InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The last layer's vectors ``(tokens, hidden)`` of one text's tokens ``(tokens,)``."""
        inputs = {"ids": ids[None, :].astype(np.int32), "lengths": np.asarray([len(ids)], dtype=np.int32)}
        [output] = self._session.run(None, inputs)
        vectors: NDArray[np.float32] = output[0]
        return vectors


@dataclass(slots=True)
class _Graph:
    """Nodes and tensors, one layer after the other; an edge is named for the node that it leaves."""

    weights: dict[str, Array]
    config: BertConfig
    precision: Precision
    nodes: list[NodeProto] = field(default_factory=list)
    tensors: dict[str, Array] = field(default_factory=dict)

    def build(self) -> None:
        edge = self._embeddings()
        for number in range(self.config.layers):
            edge = self._layer(f"encoder.layer.{number}.", edge)
        self._node("Identity", "output", [edge])

    def model(self) -> ModelProto:
        inputs = [("ids", TensorProto.INT32, ["batch", "tokens"]), ("lengths", TensorProto.INT32, ["batch"])]
        graph = helper.make_graph(
            self.nodes,
            "bert",
            [helper.make_tensor_value_info(*described) for described in inputs],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", "tokens", self.config.hidden])],
            [_external(name, array) for name, array in self.tensors.items()],
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def _embeddings(self) -> str:
        word, place, segment = (f"embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type"))
        places = self._tensor("places", self.weights[place] + self.weights[segment][0])  # a text is one segment
        norm = [self._weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        inputs = ["ids", "", self._weight(word), places, "", *norm]
        return self._fused("EmbedLayerNormalization", "embeddings", inputs, more=1, epsilon=self.config.epsilon)

    def _layer(self, name: str, edge: str) -> str:
        attended = self._attention(f"{name}attention.self.", edge)
        edge = self._joined(f"{name}attention.output.", attended, edge)
        inner = self._product(
            f"{name}inner", edge, self._transposed(f"{name}intermediate.dense.weight"), has_outliers=True
        )
        active = self._fused("BiasGelu", f"{name}gelu", [inner, self._weight(f"{name}intermediate.dense.bias")])
        return self._joined(f"{name}output.", active, edge, has_outliers=True)

    def _attention(self, name: str, edge: str) -> str:
        parts = ("query", "key", "value")
        matrix = np.concatenate([self._transposed(f"{name}{part}.weight") for part in parts], axis=1)
        bias = self._tensor(f"{name}bias", np.concatenate([self.weights[f"{name}{part}.bias"] for part in parts]))
        if self.precision is Precision.FLOAT32:
            inputs = [edge, self._tensor(f"{name}matrix", matrix), bias, "lengths"]
            return self._fused("Attention", f"{name}heads", inputs, num_heads=self.config.heads)
        projected = self._product(f"{name}projected", edge, matrix)
        split = [f"{name}{part}" for part in parts]
        self.nodes.append(helper.make_node("Split", [projected], split, axis=2, num_outputs=len(parts)))
        return self._fused("MultiHeadAttention", f"{name}heads", [*split, bias, "lengths"], num_heads=self.config.heads)

    def _joined(self, name: str, edge: str, residual: str, has_outliers: bool = False) -> str:
        """The product with a layer's weights, added to what went in before, normalised."""
        product = self._product(f"{name}product", edge, self._transposed(f"{name}dense.weight"), has_outliers)
        parts = [self._weight(f"{name}{part}") for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
        inputs = [product, residual, *parts]
        return self._fused("SkipLayerNormalization", f"{name}sum", inputs, epsilon=self.config.epsilon)

    def _product(self, name: str, edge: str, matrix: Array, has_outliers: bool = False) -> str:
        block = math.gcd(len(matrix), _BLOCK)
        if self.precision is Precision.FLOAT32:
            return self._node("MatMul", name, [edge, self._tensor(f"{name}.matrix", matrix)])
        if has_outliers and block >= _LEAST_BLOCK:
            return self._product_by_blocks(name, edge, matrix, block)
        scale = np.maximum(np.abs(matrix).max(axis=0) / _CHANNEL_LEVELS, np.finfo(np.float32).tiny)
        quantised = np.round(matrix / scale).astype(np.int8)
        inputs = [
            self._tensor(f"{name}.matrix", quantised),
            self._tensor(f"{name}.scale", scale.astype(np.float32)),
            self._tensor(f"{name}.zero", np.zeros(len(scale), np.int8)),
        ]
        return self._fused("DynamicQuantizeMatMul", name, [edge, *inputs])

    def _product_by_blocks(self, name: str, edge: str, matrix: Array, block: int) -> str:
        rows, columns = matrix.shape
        blocks = matrix.T.reshape(columns, rows // block, block)
        scale = np.maximum(np.abs(blocks).max(axis=2) / _BLOCK_LEVELS, np.finfo(np.float32).tiny)
        quantised = (np.round(blocks / scale[..., None]) + _BLOCK_ZERO).astype(np.uint8)
        inputs = [
            self._tensor(f"{name}.matrix", quantised),
            self._tensor(f"{name}.scale", scale.reshape(-1).astype(np.float32)),
        ]
        sizes = {"K": rows, "N": columns, "bits": 8, "block_size": block, "accuracy_level": 4}  # 4: products of int8
        return self._fused("MatMulNBits", name, [edge, *inputs], **sizes)

    def _transposed(self, name: str) -> Array:
        return np.ascontiguousarray(self.weights[name].T)

    def _weight(self, name: str) -> str:
        return self._tensor(name, self.weights[name])

    def _tensor(self, name: str, array: Array) -> str:
        self.tensors[name] = np.ascontiguousarray(array)
        return name

    def _node(self, kind: str, name: str, inputs: list[str]) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name]))
        return name

    def _fused(self, kind: str, name: str, inputs: list[str], more: int = 0, **attributes: Any) -> str:
        outputs = [name, *(f"{name}.{number}" for number in range(more))]
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=_FUSED, **attributes))
        return name


def _external(name: str, array: Array) -> TensorProto:
    """A tensor that is described here and given to the session beside the graph."""
    tensor = TensorProto(name=name, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype))
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="given")
    return tensor
