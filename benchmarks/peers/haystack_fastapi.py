"""Haystack: an in-memory document store, BM25 and embedding retrievers joined by reciprocal ranks, behind FastAPI."""

from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from peer import MODEL, Record, Search, main, save_texts, serve_with_fastapi

CPU = ComponentDevice.from_str("cpu")


def index(passages: list[Record], target: Path) -> None:
    """Embed the documents, write them into the store and the store to disk."""
    embedder = SentenceTransformersDocumentEmbedder(model=MODEL, device=CPU, progress_bar=False)
    embedder.warm_up()
    documents = [Document(content=record["text"], meta={"name": record["id"]}) for record in passages]
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(embedder.run(documents)["documents"])
    store.save_to_disk(str(target / "store.json"))
    save_texts(passages, target)


def open_search(target: Path) -> Search:
    """The pipeline of the tutorial on hybrid retrieval, without its ranker."""
    store = InMemoryDocumentStore.load_from_disk(str(target / "store.json"))
    pipeline = Pipeline()
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=MODEL, device=CPU, progress_bar=False))
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store))
    pipeline.add_component("bm25", InMemoryBM25Retriever(store))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    pipeline.connect("embedder.embedding", "dense.query_embedding")
    pipeline.connect("dense", "joiner")
    pipeline.connect("bm25", "joiner")
    pipeline.warm_up()

    def search(question: str) -> list[str]:
        found = pipeline.run({"embedder": {"text": question}, "bm25": {"query": question}})
        return [document.meta["name"] for document in found["joiner"]["documents"]]

    return search


if __name__ == "__main__":
    main(index, serve_with_fastapi(open_search))
