"""A real server on a free port, in a thread of this process, so that one model serves every corpus of these tests."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from fastapi import FastAPI

from qa import compose
from qa.api.app import create_app
from qa.api.server import Server
from qa.config import Settings
from qa.protocols import Embedder
from qa.serving.jobs import Job
from qa.serving.service import Service

CORPUS = Path(__file__).parents[2] / "corpus"
START_S = 60


@dataclass(frozen=True, slots=True)
class Site:
    """A served corpus."""

    address: str
    service: Service
    index: Path
    corpus: Path
    app: FastAPI

    def jobs(self) -> list[Job]:
        """The builds that were asked for."""
        return list(self.app.state.jobs.all())


def write_corpus(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder; returns it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return folder


@contextmanager
def serving(corpus: Path, index: Path, embedder: Embedder, build: bool = True, **more: object) -> Iterator[Site]:
    """Index a corpus and serve it until the block ends; ``more`` are settings."""
    settings = Settings(corpus=corpus, index=index, **more)
    with patch.object(compose, "build_embedder", lambda *_, **__: embedder):  # the real one, loaded once
        if build:
            compose.build_indexer(settings).build()
        service = compose.build_service(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(service, settings, lambda: server.should_exit)
    server = Server(app, settings.model_copy(update={"log_level": "warning"}))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_for(lambda: service.ready or (server.started and not build))
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", service, index, corpus, app)
    finally:
        server.should_exit = True
        thread.join(START_S)
        listener.close()


def _wait_for(ready) -> None:
    deadline = time.monotonic() + START_S
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError("the service has not opened its snapshot")
        time.sleep(0.05)
