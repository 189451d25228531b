"""Make the projection of token vectors that ships with the default model.

Usage: python training/projection.py DIR…

Each DIR holds texts in the layout of ``qa eval``. The projection is spanned by the first right singular vectors of the
token vectors of a sample of passages (uncentred, so that inner products are kept as far as possible).
"""

import argparse
from pathlib import Path

import numpy as np

from qa import compose
from qa.config import load_settings
from qa.embedders import model_files
from qa.evaluation.datasets import load_datasets
from qa.indexing.splitter import SentenceSplitter

DIMENSIONS = 96
PASSAGES_PER_SET = 400
SEED = 7


def sample_passages(folders, splitter):
    """The same number of passages from every set, drawn with a fixed seed."""
    generator = np.random.default_rng(SEED)
    for folder in folders:
        documents = load_datasets(folder)[0].documents
        chosen = generator.permutation(len(documents))[:PASSAGES_PER_SET]
        yield from (splitter(documents[i])[0].embedded_text for i in chosen)


def main():
    """Write the projection beside the embedders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    embedder = compose.build_embedder(load_settings(), threads=2)
    texts = list(sample_passages(options.folders, SentenceSplitter(embedder, embedder.max_tokens)))
    tokens = np.concatenate([encoded.tokens for encoded in embedder.encode_passages(texts)])
    _, strengths, axes = np.linalg.svd(tokens.T @ tokens)
    projection = axes[:DIMENSIONS].T.astype(np.float16)
    path = Path(model_files.__file__).with_name(f"{model_files.DEFAULT_NAME}.projection.npy")
    np.save(path, projection)
    kept = strengths[:DIMENSIONS].sum() / strengths.sum()
    print(f"{len(tokens)} tokens of {len(texts)} passages; {DIMENSIONS} dimensions keep {kept:.1%} of the energy")


if __name__ == "__main__":
    main()
