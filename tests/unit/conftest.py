"""A corpus of a few lines, indexed in memory with an embedder that knows each word by a vector of its own."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from qa.analysis import analyze
from qa.arrays import unit
from qa.index.snapshot import Snapshot
from qa.indexing.indexer import Indexer
from qa.indexing.splitter import SentenceSplitter
from qa.protocols import Encoded
from qa.types import Document

DIMENSION = 16


class WordEmbedder:
    """Equal words have equal vectors, others are nearly orthogonal; a text is the mean of its words."""

    fingerprint, dimension, max_tokens, projection = "words", DIMENSION, 64, None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(analyze(text)) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self.encode_question(text) for text in texts]

    def encode_question(self, text: str) -> Encoded:
        tokens = analyze(text)
        vectors = np.stack([word_vector(token.term) for token in tokens] or [word_vector("")])
        ids = np.asarray([int.from_bytes(digest(token.term)[:2]) for token in tokens] or [0], dtype=np.int64)
        spans = np.asarray([(token.start, token.end) for token in tokens] or [(0, len(text))], dtype=np.int64)
        return Encoded(unit(vectors.mean(axis=0)), vectors, ids, spans)


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def word_vector(word: str) -> np.ndarray:
    generator = np.random.default_rng(int.from_bytes(digest(word)[:8]))
    return unit(generator.normal(size=DIMENSION).astype(np.float32))


@pytest.fixture(scope="session")
def words() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(scope="session")
def snapshot_of(words, tmp_path_factory) -> Callable[..., Snapshot]:
    """Indexes texts by their document's name, in memory."""

    def make(**texts: str) -> Snapshot:
        folder = tmp_path_factory.mktemp("unit")
        indexer = Indexer(folder / "corpus", folder / "index", words, SentenceSplitter(words, 64), "recipe", 1)
        return indexer.assemble([Document(f"{name}.txt", "", text) for name, text in texts.items()])

    return make
