"""Shards as rows of a table: a claim is a row's lock, which PostgreSQL takes from a worker that dies."""

from collections.abc import Collection, Coroutine, Iterator
from typing import Any, TypeVar

import asyncpg

from qa.errors import EngineUnavailable
from qa.index.engines.loop import Loop
from qa.index.engines.postgres_connection import CONNECT_S, Database, NotPrepared
from qa.index.engines.postgres_schema import divided

ALIVE = (  # a worker whose machine is gone is noticed within half a minute
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; "
    "SET idle_in_transaction_session_timeout = 0"
)
Result = TypeVar("Result")
_FAILED = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class PostgresWork:
    """The shards of one topic in a schema; ``build`` tells those of one index from another's."""

    def __init__(self, address: str, topic: str, build: str = "") -> None:
        self._address, self._schema = divided(address)
        self._database = Database(self._address)
        self._loop = Loop("postgres-work")
        self._topic = topic
        self._build = build
        self._connection: asyncpg.Connection | None = None
        self._prepared = False

    def put(self, name: str, content: bytes) -> None:
        if not self._prepared:
            self._prepare()
        query = f"""
            INSERT INTO "{self._schema}".work (name, topic, build, content) VALUES ($1, $2, $3, $4)
            ON CONFLICT (name, build) DO NOTHING
        """
        self._database.rows(query, name, self._topic, self._build, content)

    def _prepare(self) -> None:
        """Make the table, and remove what builds laid out that never came back."""
        self._database.rows(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
        self._database.rows(f"""
            CREATE TABLE IF NOT EXISTS "{self._schema}".work (
                name text NOT NULL, topic text NOT NULL, build text NOT NULL, content bytea NOT NULL, result bytea,
                laid_out timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (name, build))
        """)
        self._remove("laid_out < now() - interval '2 days'")
        self._prepared = True

    def claim(self) -> tuple[str, bytes] | None:
        return self._held(self._claim())

    async def _claim(self) -> tuple[str, bytes] | None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._address, timeout=CONNECT_S)
            await self._connection.execute(ALIVE)
        await self._connection.execute("BEGIN")
        query = f"""
            SELECT name, build, content FROM "{self._schema}".work WHERE topic = $1 AND result IS NULL
            ORDER BY laid_out LIMIT 1 FOR UPDATE SKIP LOCKED
        """
        try:
            row = await self._connection.fetchrow(query, self._topic)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            row = None  # nobody has laid anything out yet
        if row is None:
            await self._connection.execute("ROLLBACK")
            return None
        self._build = row["build"]
        return row["name"], row["content"]

    def beat(self, name: str) -> None:
        """The connection is the sign of life."""

    def finish(self, name: str, result: bytes) -> None:
        async def finish() -> None:
            assert self._connection is not None
            query = f'UPDATE "{self._schema}".work SET result = $3 WHERE name = $1 AND build = $2'
            await self._connection.execute(query, name, self._build, result)
            await self._connection.execute("COMMIT")

        self._held(finish())

    def give_back(self, name: str) -> None:
        self._disconnect()

    def take_back(self, dead: Collection[str]) -> None:
        """PostgreSQL does."""

    def results(self) -> Iterator[tuple[str, bytes]]:
        query = f'SELECT name FROM "{self._schema}".work WHERE build = $1 AND result IS NOT NULL'
        content = f'SELECT result FROM "{self._schema}".work WHERE name = $1 AND build = $2'
        try:
            names = [row["name"] for row in self._database.rows(query, self._build)]
        except NotPrepared:
            return
        for name in names:
            for row in self._database.rows(content, name, self._build):
                yield name, row["result"]
            self._database.rows(f'DELETE FROM "{self._schema}".work WHERE name = $1 AND build = $2', name, self._build)

    def clear(self) -> None:
        try:
            self._remove("build = $1 AND result IS NULL", self._build)
        except NotPrepared:
            return

    def _remove(self, condition: str, *arguments: object) -> None:
        """Remove rows, but for those that workers hold."""
        table = f'"{self._schema}".work'
        held = f"SELECT name, build FROM {table} WHERE {condition} FOR UPDATE SKIP LOCKED"
        self._database.rows(f"DELETE FROM {table} WHERE (name, build) IN ({held})", *arguments)

    def close(self) -> None:
        self._disconnect()
        self._database.close()

    def _held(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Do something on the connection that holds the claim."""
        try:
            return self._loop.run(coroutine)
        except _FAILED as error:
            self._disconnect()
            raise EngineUnavailable(f"PostgreSQL took a shard back ({' '.join(str(error).split())[:200]})") from error

    def _disconnect(self) -> None:
        """End the connection, which gives back what it holds."""
        connection, self._connection = self._connection, None
        if connection is not None:

            async def end() -> None:
                connection.terminate()

            self._loop.run(end())
