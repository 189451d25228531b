"""Name → vector store: the one place to add an engine, and which one serves how many vectors."""

from collections.abc import Mapping

from qa.index.stores.exact import ExactStore
from qa.index.stores.faiss import FaissFlatStore
from qa.index.stores.inverted import FaissIVFStore
from qa.protocols import VectorStore

STORES: Mapping[str, type[VectorStore]] = {
    "faiss-flat": FaissFlatStore,
    "faiss-ivf-sq8": FaissIVFStore,
    "exact": ExactStore,
}

EXACT_UP_TO = 20_000  # vectors; exact search takes a millisecond there, see docs/performance.md


def choose_store(vectors: int) -> str:
    """The engine for so many vectors: exact while that is fast, then approximate."""
    return "faiss-flat" if vectors <= EXACT_UP_TO else "faiss-ivf-sq8"
