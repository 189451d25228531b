"""LlamaIndex: FAISS and BM25 retrievers fused by reciprocal ranks, behind FastAPI."""

from pathlib import Path

import faiss
from llama_index.core import Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore
from peer import MODEL, Record, Search, main, save_texts, serve_with_fastapi

DIMENSION = 384
CANDIDATES = 10


def _configure() -> None:
    Settings.embed_model = HuggingFaceEmbedding(model_name=MODEL, device="cpu")
    Settings.llm = MockLLM()  # a fusion without generated queries asks it nothing


def index(passages: list[Record], target: Path) -> None:
    """One node a passage, in a flat FAISS index and in BM25's."""
    _configure()
    nodes = [TextNode(id_=record["id"], text=record["text"]) for record in passages]
    storage = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(DIMENSION)))
    VectorStoreIndex(nodes, storage_context=storage).storage_context.persist(str(target / "storage"))
    BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=CANDIDATES).persist(str(target / "bm25"))
    save_texts(passages, target)


def open_search(target: Path) -> Search:
    """Both retrievers behind the fusion retriever, which generates no further queries."""
    _configure()
    folder = str(target / "storage")
    storage = StorageContext.from_defaults(vector_store=FaissVectorStore.from_persist_dir(folder), persist_dir=folder)
    dense = load_index_from_storage(storage).as_retriever(similarity_top_k=CANDIDATES)
    bm25 = BM25Retriever.from_persist_dir(str(target / "bm25"))
    fusion = QueryFusionRetriever(
        [dense, bm25], num_queries=1, mode="reciprocal_rerank", similarity_top_k=CANDIDATES, use_async=False
    )

    def search(question: str) -> list[str]:
        return [found.node.node_id for found in fusion.retrieve(question)]

    return search


if __name__ == "__main__":
    main(index, serve_with_fastapi(open_search))
