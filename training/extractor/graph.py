"""A trained network → an ONNX graph of ONNX Runtime's fused operators, in float32 or with matrices of bytes.

A matrix of bytes has one scale for each of its columns and, at most, 63 levels to either side: products of 8 bits
overflow on processors without VNNI. What is multiplied with it is quantised at run time, with one scale a text. The
words' vectors keep the 256 levels that the published file has.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from training.extractor.model import HEADS, LAYERS, ExtractorNet

_FUSED = "com.microsoft"
_OPSET, _IR_VERSION = 18, 10
_EPSILON = 1e-12

Array = NDArray[Any]


@dataclass(slots=True)
class Graph:
    """Nodes and tensors, one after the other; an edge is named for the node that it leaves."""

    net: ExtractorNet
    levels: int | None  # of a byte, to either side; None for float32
    nodes: list[NodeProto] = field(default_factory=list)
    tensors: dict[str, Array] = field(default_factory=dict)

    def model(self, metadata: dict[str, str]) -> ModelProto:
        """The graph with inputs ``ids`` and ``segments`` ``(1, tokens)``, outputs ``tokens`` and ``nulls``."""
        edge = self._embeddings()
        for number in range(LAYERS):
            edge = self._layer(f"layers.{number}.", edge)
        self._heads(edge)
        graph = helper.make_graph(
            self.nodes,
            "extractor",
            [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "count"]) for name in ("ids", "segments")],
            [
                helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["count", 4]),
                helper.make_tensor_value_info("nulls", TensorProto.FLOAT, [3]),
            ],
            [numpy_helper.from_array(array, name) for name, array in self.tensors.items()],
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        helper.set_model_props(model, metadata)
        return model

    def _embeddings(self) -> str:
        words = self._words()
        count = self._node("Squeeze", "count", [self._node("Shape", "shape", ["ids"], start=1)])
        limits = [self._tensor("zero", np.asarray(0)), count, self._tensor("unit", np.asarray(1))]
        table = [self._weight("positions.weight"), self._node("Range", "range", limits)]
        kinds = self._node("Gather", "kinds", [self._weight("segments.weight"), "segments"])
        placed = self._node("Add", "placed", [words, self._node("Gather", "places", table)])
        summed = self._node("Add", "summed", [placed, kinds])
        inputs = [summed, self._weight("norm.weight"), self._weight("norm.bias")]
        return self._node("LayerNormalization", "embedded", inputs, epsilon=_EPSILON)

    def _words(self) -> str:
        table = self._array("words.weight")
        if self.levels is None:
            return self._node("Gather", "words", [self._tensor("words.weight", table), "ids"])
        low, high = min(0.0, float(table.min())), max(0.0, float(table.max()))
        scale = (high - low) / 255
        zero = round(-low / scale)
        bytes_ = np.clip(np.round(table / scale) + zero, 0, 255).astype(np.uint8)
        gathered = self._node("Gather", "words.bytes", [self._tensor("words.table", bytes_), "ids"])
        parts = [self._tensor("words.scale", np.float32(scale)), self._tensor("words.zero", np.uint8(zero))]
        return self._node("DequantizeLinear", "words", [gathered, *parts])

    def _layer(self, name: str, edge: str) -> str:
        projected = self._product(f"{name}attended", edge, has_bias=True)
        split = [f"{name}{part}" for part in ("query", "key", "value")]
        self.nodes.append(helper.make_node("Split", [projected], split, axis=2, num_outputs=3))
        mixed = self._fused("MultiHeadAttention", f"{name}heads", split, num_heads=HEADS)
        edge = self._joined(f"{name}attention_output", f"{name}attention_norm", mixed, edge)
        inner = self._product(f"{name}inner", edge, has_bias=False)
        active = self._fused("BiasGelu", f"{name}gelu", [inner, self._weight(f"{name}inner.bias")])
        return self._joined(f"{name}output", f"{name}output_norm", active, edge)

    def _joined(self, name: str, norm: str, edge: str, residual: str) -> str:
        product = self._product(name, edge, has_bias=False)
        parts = [self._weight(part) for part in (f"{norm}.weight", f"{norm}.bias", f"{name}.bias")]
        return self._fused("SkipLayerNormalization", norm, [product, residual, *parts], epsilon=_EPSILON)

    def _product(self, name: str, edge: str, *, has_bias: bool) -> str:
        matrix = np.ascontiguousarray(self._array(f"{name}.weight").T)
        if self.levels is None:
            product = self._node("MatMul", name, [edge, self._tensor(f"{name}.matrix", matrix)])
            return self._node("Add", f"{name}.sum", [product, self._weight(f"{name}.bias")]) if has_bias else product
        scale = np.maximum(np.abs(matrix).max(axis=0) / self.levels, np.finfo(np.float32).tiny)
        inputs = [
            edge,
            self._tensor(f"{name}.matrix", np.round(matrix / scale).astype(np.int8)),
            self._tensor(f"{name}.scale", scale.astype(np.float32)),
            self._tensor(f"{name}.zero", np.zeros(len(scale), np.int8)),
        ]
        return self._fused(
            "DynamicQuantizeMatMul", name, [*inputs, self._weight(f"{name}.bias")] if has_bias else inputs
        )

    def _heads(self, edge: str) -> None:
        states = self._node("Squeeze", "states", [edge, self._tensor("axis", np.asarray([0]))])
        self._node("Gemm", "tokens", [states, *self._linear("token_head")], transB=1)
        first = self._node("Gather", "first", [states, self._tensor("first.row", np.asarray([0]))])
        pooled = self._node("Gemm", "pooled", [first, *self._linear("pooler")], transB=1)
        active = self._node("Tanh", "active", [pooled])
        nulls = self._node("Gemm", "nulls.row", [active, *self._linear("null_head")], transB=1)
        self._node("Squeeze", "nulls", [nulls, "axis"])

    def _linear(self, name: str) -> list[str]:
        return [self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]

    def _array(self, name: str) -> Array:
        array: Array = self.net.state_dict()[name].numpy()
        return array

    def _weight(self, name: str) -> str:
        return self._tensor(name, self._array(name))

    def _tensor(self, name: str, array: Array) -> str:
        self.tensors[name] = array
        return name

    def _node(self, operator: str, name: str, inputs: list[str], **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def _fused(self, operator: str, name: str, inputs: list[str], **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=_FUSED, **attributes))
        return name
