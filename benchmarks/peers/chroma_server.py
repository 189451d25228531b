"""Chroma: its server in a process of its own, asked by its HTTP client behind FastAPI; dense only."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import chromadb
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction
from peer import MODEL, TOP_K, Record, Search, main, save_texts, serve_with_fastapi

BATCH = 128


@contextmanager
def chroma(target: Path, port: int) -> Iterator[chromadb.ClientAPI]:
    """``chroma run`` and a client of it."""
    program = Path(sys.executable).with_name("chroma")
    command = [str(program), "run", "--path", str(target / "chroma"), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _connect(port)
    finally:
        server.terminate()
        server.wait()


def _connect(port: int) -> chromadb.ClientAPI:
    for _ in range(200):
        try:
            return chromadb.HttpClient(host="127.0.0.1", port=port)
        except ValueError:
            time.sleep(0.05)
    raise TimeoutError(port)


def _embedding() -> SentenceTransformerEmbeddingFunction:
    return SentenceTransformerEmbeddingFunction(model_name=MODEL, device="cpu", normalize_embeddings=True)


def index(passages: list[Record], target: Path) -> None:
    """Add all passages to a collection in batches."""
    with chroma(target, port=free_port()) as client:
        collection = client.create_collection(
            "passages", embedding_function=_embedding(), configuration={"hnsw": {"space": "cosine"}}
        )
        for start in range(0, len(passages), BATCH):
            batch = passages[start : start + BATCH]
            collection.add(ids=[r["id"] for r in batch], documents=[r["text"] for r in batch])
    save_texts(passages, target)


def free_port() -> int:
    """A port that nothing listens on."""
    import socket  # noqa: PLC0415

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def serve(target: Path, port: int) -> None:
    """The application: it embeds the question, the server searches."""
    with chroma(target, free_port()) as client:
        collection = client.get_collection("passages", embedding_function=_embedding())

        def open_search(_target: Path) -> Search:
            return lambda question: collection.query(query_texts=[question], n_results=TOP_K)["ids"][0]

        serve_with_fastapi(open_search)(target, port)


if __name__ == "__main__":
    main(index, serve)
