"""Connections to PostgreSQL: a pool, limits of time, and another try where a connection was lost.

The driver is asyncpg (Apache-2.0): psycopg's licence is the LGPL, and pg8000 reads binary columns as text.
"""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
import numpy as np

from qa.errors import EngineUnavailable, GenerationGone
from qa.index.engines.loop import Loop
from qa.protocols import Vectors

CONNECTIONS = 8
CONNECT_S, COMMAND_S = 5.0, 30.0
RETRY_S, PAUSE_S = 4.0, 0.05  # for so long a call is tried again after its connection was lost, so often

Result = TypeVar("Result")
Work = Callable[[asyncpg.Connection], Awaitable[Result]]

_LOST = (
    asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # a connection on which the server died in the midst of a statement
    asyncpg.SerializationError, asyncpg.DeadlockDetectedError, OSError, TimeoutError,
)  # fmt: skip


class NotPrepared(EngineUnavailable):
    """Nothing was ever published there."""


class Database:
    """A database at an address, for any number of threads."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._loop = Loop("postgres")
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    def rows(self, query: str, *arguments: object, generation: str = "") -> list[asyncpg.Record]:
        """The rows that a query gives; ``generation`` is whose tables it is about.

        Raises:
            GenerationGone: its tables are not there.
            EngineUnavailable: the server cannot be reached, or refuses.
        """
        return self.run(lambda connection: connection.fetch(query, *arguments), generation=generation)

    def value(self, query: str, *arguments: object) -> Any:
        """The first column of the first row that a query gives; None where it gives none."""
        rows = self.rows(query, *arguments)
        return rows[0][0] if rows else None

    def run(self, work: Work[Result], *, generation: str = "", again: bool = True) -> Result:
        """Do some work on a connection; ``again`` where the connection was lost meanwhile.

        Raises:
            GenerationGone: a table of the generation is not there.
            EngineUnavailable: the server cannot be reached, or refuses.
        """
        deadline = time.monotonic() + (RETRY_S if again else 0.0)
        while True:
            try:
                return self._loop.run(self._once(work))
            except asyncpg.UndefinedTableError as error:
                if not generation:
                    raise NotPrepared("nothing has been published to PostgreSQL; run: qa index") from error
                raise gone(generation) from error
            except _LOST as error:
                if time.monotonic() >= deadline:
                    raise EngineUnavailable(
                        f"PostgreSQL cannot be reached ({_words(error)}); start it, or check QA_ENGINE"
                    ) from error
            except asyncpg.PostgresError as error:
                raise EngineUnavailable(f"PostgreSQL refuses what is asked of it ({_words(error)})") from error
            time.sleep(PAUSE_S)

    async def _once(self, work: Work[Result]) -> Result:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._address, min_size=0, max_size=CONNECTIONS, timeout=CONNECT_S, command_timeout=COMMAND_S,
                    init=know_vectors,
                )  # fmt: skip
        async with self._pool.acquire() as connection:
            return await work(connection)

    def close(self) -> None:
        """Give back all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            self._loop.run(pool.close())


def gone(generation: str) -> GenerationGone:
    """What is raised where tables are no longer there."""
    return GenerationGone(f"generation {generation} is no longer held by PostgreSQL; a newer one answers")


async def know_vectors(connection: asyncpg.Connection) -> None:
    """Let a connection send vectors as bytes, if the extension is there."""
    schema = await connection.fetchval(
        "SELECT n.nspname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typname = 'vector'"
    )
    if schema is not None:
        await connection.set_type_codec("vector", schema=schema, format="binary", encoder=_encoded, decoder=_decoded)


def _encoded(vector: Vectors) -> bytes:
    """A vector as pgvector sends it: its dimension, two unused bytes, and big-endian float32."""
    return struct.pack(">HH", len(vector), 0) + np.asarray(vector, dtype=">f4").tobytes()


def _decoded(content: bytes) -> Vectors:
    return np.frombuffer(content, dtype=">f4", offset=4).astype(np.float32)


def _words(error: BaseException) -> str:
    """An error of the driver in a few words, without the address, which may hold a password."""
    return " ".join(str(error).split())[:200] or type(error).__name__
