"""The joints of the product: what each exchangeable part promises.

A new implementation is one file in the family's folder and one line in its registry; the contract suites in
``tests/contracts`` then hold it to these promises.
"""

from qa.protocols.engine import Admitted, DocumentRecord, Engine, PassageRecord, Publication
from qa.protocols.parts import (
    Embedder,
    Encoded,
    ExactSpan,
    Extraction,
    Extractor,
    Meaning,
    MultilingualEmbedder,
    Reader,
    Reranker,
    Rows,
    Scores,
    Splitter,
    Vectors,
    VectorStore,
)
from qa.protocols.work import WorkQueue

__all__ = [
    "Admitted",
    "DocumentRecord",
    "Embedder",
    "Encoded",
    "Engine",
    "ExactSpan",
    "Extraction",
    "Extractor",
    "Meaning",
    "MultilingualEmbedder",
    "PassageRecord",
    "Publication",
    "Reader",
    "Reranker",
    "Rows",
    "Scores",
    "Splitter",
    "VectorStore",
    "Vectors",
    "WorkQueue",
]
