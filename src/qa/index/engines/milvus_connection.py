"""Calls to Milvus: the address, limits of time, and what its errors mean.

The client is pymilvus (Apache-2.0), Milvus's own.
"""

import logging
import os
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pymilvus import MilvusClient
from pymilvus.exceptions import ErrorCode, MilvusException

from qa.errors import EngineUnavailable, GenerationGone, SettingsError

READ_S, LOAD_S, WRITE_S = 4.0, 60.0, 600.0
RETRY_S, PAUSE_S = 4.0, 0.1  # for so long a call is tried again after its connection was lost, so often
READS = ("get_server_version", "has_collection", "list_collections", "query", "search")
UNPREPARED = "nothing was published to Milvus yet; run: qa index"
CHANNEL = {  # each client connects for itself: those that share a connection wait longer with every failure
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
}
TOKEN = "MILVUS_TOKEN"  # noqa: S105  the name of the variable: USER:PASSWORD, or an API key
LITE = ".db"
_NOT_LOADED = 101
_LOST = (ErrorCode.UNEXPECTED_ERROR, 2)  # what the client says of itself, not of the server's answer
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs every error with a traceback before raising it


class NotPrepared(EngineUnavailable):
    """Nothing was ever published there."""


class Connection:
    """A Milvus at an address, for any number of threads; connected at the first call."""

    def __init__(self, address: str) -> None:
        self._options = _options(address)
        self._client: MilvusClient | None = None
        self._lock = threading.Lock()

    def call(self, method: str, *arguments: Any, generation: str = "", timeout: float = READ_S, **named: Any) -> Any:
        """What a method of the client returns; ``generation`` is whose collections it is about.

        Where the connection was lost, what only reads is tried again for ``RETRY_S``.

        Raises:
            GenerationGone: its collections are not there.
            NotPrepared: those that all generations share are not there.
            EngineUnavailable: the server cannot be reached, or refuses.
        """
        deadline = time.monotonic() + RETRY_S
        while True:
            client: MilvusClient | None = None
            try:
                client = self._connected()
                return getattr(client, method)(*arguments, timeout=timeout, **named)
            except MilvusException as error:
                if error.code == ErrorCode.COLLECTION_NOT_FOUND:
                    raise gone(generation) if generation else NotPrepared(UNPREPARED) from error
                if client and method in READS and _is_released(error) and time.monotonic() < deadline:
                    client.load_collection(arguments[0], timeout=LOAD_S)
                    continue
                if not _is_lost(error) or (client and method not in READS) or time.monotonic() > deadline:
                    raise _unavailable(error) from error
                self._forget(client)
            time.sleep(PAUSE_S)

    def client(self) -> MilvusClient:
        """The client itself, for what asks nothing of the server."""
        try:
            return self._connected()
        except MilvusException as error:
            raise _unavailable(error) from error

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                self._client = MilvusClient(**self._options, timeout=READ_S, dedicated=True, grpc_options=CHANNEL)
            return self._client

    def _forget(self, client: MilvusClient | None) -> None:
        """Connect anew at the next call: a client whose server went away does not always come back with it."""
        with self._lock:
            if self._client is client:
                self._client = None

    def close(self) -> None:
        """Give back the connection; the next call would open another."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()


def gone(generation: str) -> GenerationGone:
    """What is raised where collections are no longer there."""
    return GenerationGone(f"generation {generation} is no longer held by Milvus; a newer one answers")


def _unavailable(error: MilvusException) -> EngineUnavailable:
    words = " ".join(str(error.message).split())[:200]
    if _is_lost(error):
        return EngineUnavailable(f"Milvus cannot be reached ({words}); start it, or check QA_ENGINE")
    return EngineUnavailable(f"Milvus refuses what is asked of it ({words})")


def _is_released(error: MilvusException) -> bool:
    """Whether a collection must be loaded first: Milvus Lite forgets at its end that it was."""
    return error.code == _NOT_LOADED or "'released'" in str(error.message)


def _is_lost(error: MilvusException) -> bool:
    return not isinstance(error.code, int) or error.code in _LOST


def _options(address: str) -> dict[str, str]:
    """What the client is made with.

    Raises:
        SettingsError: the address names neither a server nor a file of Milvus Lite.
    """
    parts = urlsplit(address)
    if not parts.hostname:
        if Path(parts.path).suffix != LITE:
            raise SettingsError(f"QA_ENGINE names no Milvus: it is milvus://HOST:PORT, or milvus:///PATH{LITE}")
        return {"uri": unquote(parts.path)}
    protocol = "https" if parse_qs(parts.query).get("tls") == ["true"] else "http"
    token = os.environ.get(TOKEN, "")
    if parts.username:
        token = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    uri = f"{protocol}://{host}:{parts.port or 19530}"
    return {"uri": uri, "token": token, "db_name": parts.path.strip("/")}
