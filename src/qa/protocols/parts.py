"""What reads, divides, embeds, stores, ranks and extracts: the exchangeable parts that work in one process."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa.types import Candidate, Document, Hit, Passage, Span, Unreadable

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What an encoder makes of one text in one pass; special tokens and the tokens of a prompt are left out.

    Attributes:
        vector: ``(dimension,)`` float32, unit length.
        tokens: ``(tokens, dimension)`` float32, each of unit length.
        ids: ``(tokens,)`` int64, the tokens' numbers in the model's vocabulary.
        spans: ``(tokens, 2)`` int64, start and end of each token in the text, code points, end exclusive.
    """

    vector: Vectors
    tokens: Vectors
    ids: Rows
    spans: Rows


class Reader(Protocol):
    """Turns the bytes of one file into its documents: one with the id given, or several with ids below it."""

    def __call__(self, document_id: str, content: bytes) -> Sequence[Document | Unreadable]:
        """Read a file; what is unreadable in it stands among the documents and stops none of them.

        ``document.text`` holds words, and every offset of the product counts into it.

        Raises:
            UnreadableFile: nothing of the file can be read, with a reason that its owner can act on.
        """
        ...


class Splitter(Protocol):
    """Cuts a document into passages that the embedder reads whole."""

    def __call__(self, document: Document) -> list[Passage]:
        """Split a document; passages are disjoint, in order, and cover every non-blank character."""
        ...


class Embedder(Protocol):
    """Turns texts into unit vectors, one for the text and one for each token, whose inner product is the cosine."""

    @property
    def fingerprint(self) -> str:
        """Names the model, its weights (SHA-256) and prompts: equal fingerprints give equal vectors."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """The longest text, in the model's own tokens with its special ones, that is read to its end."""
        ...

    @property
    def projection(self) -> Vectors | None:
        """``(dimension, k)``: keeps most of what tells token vectors apart in fewer dimensions; None to keep all."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as a passage, with special tokens and without truncation."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts of the corpus, in the order given.

        Raises:
            PassageTooLong: if a text has more than ``max_tokens`` tokens.
        """
        ...

    def encode_question(self, text: str) -> Encoded:
        """Encode one question; what is beyond ``max_tokens`` is not read."""
        ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a multilingual embedder makes of a passage, ``(dimension,)``, and of its sentences; all of unit length."""

    vector: Vectors
    sentences: Vectors


class MultilingualEmbedder(Protocol):
    """Turns texts of many languages into unit vectors of one space: what means the same is near, in any of them."""

    @property
    def fingerprint(self) -> str:
        """Names the model and its weights (SHA-256): equal fingerprints give equal vectors."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def word_dimension(self) -> int:
        """Of the vectors of single words, which are compared with each other alone."""
        ...

    def encode_passages(self, passages: Sequence[Passage]) -> list[Meaning]:
        """What each passage with its context means, and each of its sentences, in the order given."""
        ...

    def encode_question(self, text: str) -> Vectors:
        """The vector of a question, ``(dimension,)``."""
        ...

    def encode_words(self, words: Sequence[str]) -> Vectors:
        """The vectors of single words, ``(words, word_dimension)``."""
        ...


class VectorStore(Protocol):
    """Nearest neighbours by cosine over unit vectors; row ``i`` is the ``i``-th vector given to ``build``.

    A store is immutable: it is built once, written, read and searched, never changed.
    """

    exact: bool

    @classmethod
    def build(cls, vectors: Vectors) -> "VectorStore": ...

    @classmethod
    def load(cls, path: Path) -> "VectorStore": ...

    def save(self, path: Path) -> None: ...

    def __len__(self) -> int: ...

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> list[Hit]:
        """The ``k`` nearest rows, best first, ties by row; with ``rows``, among these only."""
        ...

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows, ``(n, dimension)``."""
        ...


class Reranker(Protocol):
    """Second stage: puts the candidates for a question into a better order."""

    def __call__(self, question: str, candidates: Sequence[Candidate], texts: Sequence[str]) -> list[Candidate]:
        """Return the same candidates, best first, with ``score`` set to the new score.

        ``texts[i]`` is what ``candidates[i]`` says, title first.
        """
        ...


@dataclass(frozen=True, slots=True)
class ExactSpan:
    """Words that may answer a question: a span of the document, inside a sentence of the passage.

    ``score`` is the log-probability that it is the answer, given that the passage holds one.
    """

    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Extraction:
    """What an extractor makes of a question and one passage.

    Attributes:
        spans: the best exact answers, best first; no two overlap.
        sentence_scores: for each sentence of the passage the log-probability that it holds the answer, given that
            one of them does.
        no_answer: the log-odds that the passage holds no answer; 0 is even, higher is less answerable.
    """

    spans: tuple[ExactSpan, ...]
    sentence_scores: tuple[float, ...]
    no_answer: float


class Extractor(Protocol):
    """Finds the exact answer to a question in a passage, or says how surely there is none."""

    def __call__(self, question: str, passages: Sequence[Passage]) -> list[Extraction]:
        """One extraction for each passage, in their order; each is judged by itself, whatever stands beside it.

        Raises:
            ModelError: the extractor's weights are missing or damaged.
        """
        ...
