"""The stack of most tutorials: sentence-transformers, a flat FAISS index, FastAPI; dense only."""

import json
from pathlib import Path

import faiss
from peer import MODEL, TOP_K, Record, Search, main, save_texts, serve_with_fastapi
from sentence_transformers import SentenceTransformer


def index(passages: list[Record], target: Path) -> None:
    """Encode all passages and add them to a flat index."""
    model = SentenceTransformer(MODEL, device="cpu")
    vectors = model.encode([record["text"] for record in passages], normalize_embeddings=True)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(target / "vectors.faiss"))
    save_texts(passages, target)


def open_search(target: Path) -> Search:
    """Encode the question, take the nearest."""
    faiss.omp_set_num_threads(1)
    model = SentenceTransformer(MODEL, device="cpu")
    flat = faiss.read_index(str(target / "vectors.faiss"))
    ids = list(json.loads((target / "texts.json").read_text("utf-8")))

    def search(question: str) -> list[str]:
        _, found = flat.search(model.encode([question], normalize_embeddings=True), TOP_K)
        return [ids[row] for row in found[0]]

    return search


if __name__ == "__main__":
    main(index, serve_with_fastapi(open_search))
