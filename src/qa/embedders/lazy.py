"""An embedder that is imported when it is first asked: a build that has nothing to encode loads none."""

from collections.abc import Callable, Sequence
from functools import cached_property

from qa.errors import ModelError
from qa.protocols import Embedder, Encoded, Vectors


class LazyEmbedder:
    """Knows its fingerprint, and makes the embedder that has it when anything else is wanted."""

    def __init__(self, fingerprint: str, make: Callable[[], Embedder]) -> None:
        self._fingerprint = fingerprint
        self._make = make

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    @property
    def projection(self) -> Vectors | None:
        return self._embedder.projection

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return self._embedder.encode_passages(texts)

    def encode_question(self, text: str) -> Encoded:
        return self._embedder.encode_question(text)

    @cached_property
    def _embedder(self) -> Embedder:
        embedder = self._make()
        if embedder.fingerprint != self._fingerprint:
            raise ModelError(f"the model {self._fingerprint} has become {embedder.fingerprint}; start again")
        return embedder
