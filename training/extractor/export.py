"""A trained network → the ONNX file that ships, with the mixture of its heads in its metadata; prints its SHA-256.

    python -m training.extractor.export run/weights.safetensors extractor.onnx --set training/data --hold "A title"

The held groups have to be those of the training; the mixture is fitted on them.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from training.extractor.data import MAX_TOKENS
from training.extractor.examples import load_examples
from training.extractor.graph import Graph
from training.extractor.measures import measure, predict
from training.extractor.mixture import fit_mixture
from training.extractor.model import ExtractorNet, averaged


def main() -> None:
    """Fit the mixture on the held groups and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+", help="weights of one run, or of several to be averaged")
    parser.add_argument("file", type=Path)
    parser.add_argument("--set", type=Path, action="append", required=True)
    parser.add_argument("--hold", action="append", default=[])
    parser.add_argument("--levels", type=int, default=63, help="of a byte to either side; 0 for float32")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    net = ExtractorNet(frozen=0)
    net.load_state_dict(averaged(arguments.weights))
    _, held = load_examples(arguments.set, arguments.hold, seed=1)
    predicted = predict(net, held)
    print(json.dumps(measure(held, predicted)))
    mixture = fit_mixture(held, predicted)
    print(mixture)
    metadata = {
        "max_tokens": str(MAX_TOKENS),
        "null": json.dumps(mixture.null),
        "null_shift": str(mixture.null_shift),
        "sentence": json.dumps(mixture.sentence),
    }
    content = Graph(net, arguments.levels or None).model(metadata).SerializeToString()
    arguments.file.write_bytes(content)
    print(f"{arguments.file}: {len(content) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
