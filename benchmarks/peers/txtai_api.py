"""txtai with its own API service; hybrid (dense and BM25) with stored texts."""

import os
from pathlib import Path

import yaml
from peer import MODEL, Record, main


def index(passages: list[Record], target: Path) -> None:
    """Index what the configuration describes, and write it for the service."""
    from txtai import Embeddings  # noqa: PLC0415  the service imports it for itself

    settings = {"path": MODEL, "hybrid": True, "content": True}
    embeddings = Embeddings(settings)
    embeddings.index([(record["id"], record["text"], None) for record in passages])
    embeddings.save(str(target / "index"))
    (target / "config.yml").write_text(yaml.safe_dump({"path": str(target / "index"), "embeddings": settings}), "utf-8")


def serve(target: Path, port: int) -> None:
    """``CONFIG=config.yml uvicorn txtai.api:app``."""
    import uvicorn  # noqa: PLC0415

    os.environ["CONFIG"] = str(target / "config.yml")
    uvicorn.run("txtai.api:app", port=port, log_level="warning")


if __name__ == "__main__":
    main(index, serve)
