"""Engines that are asked through one joint: the index folder itself, and a real PostgreSQL."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import postgres_server
import pytest

from qa.index import snapshot as snapshots
from qa.index.engines import connect
from qa.index.engines.embedded import EmbeddedEngine
from qa.index.engines.publication import publish_snapshot
from qa.index.engines.remote import open_remote
from qa.index.snapshot import Snapshot
from qa.protocols import Engine


@pytest.fixture(scope="session")
def database(tmp_path_factory) -> Iterator[object]:
    """A server that nobody kills."""
    if postgres_server.binaries() is None:
        pytest.skip("no PostgreSQL is installed")
    server = postgres_server.Database(readable(tmp_path_factory.mktemp("postgres")))
    yield server
    server.stop()


@pytest.fixture
def mortal(tmp_path_factory) -> Iterator[object]:
    """A server of one test, which may kill it."""
    server = postgres_server.Database(readable(tmp_path_factory.mktemp("mortal")))
    yield server
    server.stop()


def readable(folder: Path) -> Path:
    """Let the server's user come through to its folder."""
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o711)
    return folder


@dataclass
class Held:
    """An engine that holds a snapshot, and the generation as a snapshot."""

    engine: Engine
    snapshot: Snapshot
    cache: Path

    @property
    def remote(self):
        return open_remote(self.engine, self.cache)


@pytest.fixture(scope="module", params=["embedded", "postgresql"])
def held(request, corpus_index, tmp_path_factory) -> Iterator[Held]:
    """Each engine with the index of ``corpus/``."""
    snapshot, _ = snapshots.open_current(corpus_index)
    if request.param == "embedded":
        engine = EmbeddedEngine(corpus_index)
    else:
        address = request.getfixturevalue("database").address
        engine = connect(f"{address}?qa_schema=held_{request.module.__name__.rpartition('.')[2]}")
        publish_snapshot(engine, snapshot, keep=2)
    yield Held(engine, snapshot, tmp_path_factory.mktemp("statistics"))
    engine.close()


@pytest.fixture
def address(database) -> str:
    """That of a schema of its own, to which nothing was published."""
    return f"{database.address}?qa_schema=s{time.monotonic_ns()}"


@pytest.fixture
def empty(address) -> Iterator[Engine]:
    """An engine to which nothing was published."""
    engine = connect(address)
    yield engine
    engine.close()
