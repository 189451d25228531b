"""Name → vector store: the one place to add an engine."""

from collections.abc import Mapping

from qa.protocols import VectorStore
from qa.stores.exact import ExactStore
from qa.stores.faiss import FaissFlatStore

STORES: Mapping[str, type[VectorStore]] = {
    "faiss-flat": FaissFlatStore,
    "exact": ExactStore,
}
