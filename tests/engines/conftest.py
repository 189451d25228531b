"""Engines that are asked through one joint: the index folder itself, a real PostgreSQL, and Milvus Lite as a
server (QATEST_ENGINES names both; ``make engines`` does)."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import milvus_server
import postgres_server
import pytest

from qa.index import snapshot as snapshots
from qa.index.engines import connect
from qa.index.engines.embedded import EmbeddedEngine
from qa.index.engines.publication import publish_snapshot
from qa.index.engines.remote import open_remote
from qa.index.snapshot import Snapshot
from qa.protocols import Engine

SERVERS = os.environ.get("QATEST_ENGINES", "postgresql").split()


def server_of(name: str, folder: Path) -> "postgres_server.Database | milvus_server.Milvus":
    """A new server, or a skip where its programs are not installed."""
    if name == "milvus":
        if not milvus_server.is_installed():
            pytest.skip("Milvus Lite is not installed")
        return milvus_server.Milvus(folder)
    if postgres_server.binaries() is None:
        pytest.skip("no PostgreSQL is installed")
    return postgres_server.Database()


@pytest.fixture(scope="session")
def servers(tmp_path_factory) -> Iterator["Servers"]:
    """Servers that nobody kills, each started when it is first asked for."""
    servers = Servers(tmp_path_factory)
    yield servers
    servers.stop()


class Servers:
    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._running: dict[str, postgres_server.Database | milvus_server.Milvus] = {}

    def address(self, name: str, part: str) -> str:
        """That of a part of a server, to which nothing was published."""
        if name not in self._running:
            self._running[name] = server_of(name, self._folders.mktemp(name))
        option = "qa_prefix" if name == "milvus" else "qa_schema"
        return f"{self._running[name].address}?{option}={part}"

    def stop(self) -> None:
        for server in self._running.values():
            server.stop()


@pytest.fixture(params=SERVERS)
def mortal(request, tmp_path_factory) -> Iterator[object]:
    """A server of one test, which may kill it."""
    server = server_of(request.param, tmp_path_factory.mktemp("mortal"))
    yield server
    server.stop()


@dataclass
class Held:
    """An engine that holds a snapshot, and the generation as a snapshot."""

    engine: Engine
    snapshot: Snapshot
    cache: Path

    @property
    def remote(self):
        return open_remote(self.engine, self.cache)


@pytest.fixture(scope="module", params=["embedded", *SERVERS])
def held(request, corpus_index, tmp_path_factory, servers) -> Iterator[Held]:
    """Each engine with the index of ``corpus/``."""
    snapshot, _ = snapshots.open_current(corpus_index)
    if request.param == "embedded":
        engine = EmbeddedEngine(corpus_index)
    else:
        part = f"held{request.module.__name__.rpartition('.')[2]}".replace("_", "")
        engine = connect(servers.address(request.param, part))
        publish_snapshot(engine, snapshot, keep=2)
    yield Held(engine, snapshot, tmp_path_factory.mktemp("statistics"))
    engine.close()


@pytest.fixture(params=SERVERS)
def address(request, servers) -> str:
    """That of a part of a server's own, to which nothing was published."""
    return servers.address(request.param, f"s{time.monotonic_ns()}")


@pytest.fixture
def empty(address) -> Iterator[Engine]:
    """An engine to which nothing was published."""
    engine = connect(address)
    yield engine
    engine.close()
