"""PostgreSQL with pgvector: tables of a generation, and a row that names the one that answers.

Vectors are searched exactly up to ``EXACT_UP_TO`` passages, or admitted passages, and with ivfflat beyond: beside it,
HNSW found half of the true neighbours where many passages are nearly the same (docs/scale.md).
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import asyncpg
import numpy as np
from numpy.typing import NDArray

from qa.errors import EngineUnavailable, GenerationGone
from qa.index.engines import postgres_schema as sql
from qa.index.engines.cache import Recent
from qa.index.engines.impact import Block, best, blocks_needed
from qa.index.engines.postgres_connection import Database, NotPrepared, gone
from qa.index.engines.postgres_publication import point, publish
from qa.index.engines.postgres_schema import Tables, divided
from qa.index.stores import EXACT_UP_TO
from qa.protocols import Admitted, DocumentRecord, PassageRecord, Publication, Vectors
from qa.types import Hit

OLDEST_SERVER = 16
MASKS = 16  # filters whose admitted passages are remembered, one byte a passage
TERMS = 1_000  # terms whose postings are remembered, 64 kB each at most
_GENERATION = re.compile(r"[0-9a-f]{16}")


class PostgresEngine:
    """A schema of a database; ``?qa_schema=name`` in the address chooses another one than ``qa``."""

    def __init__(self, address: str) -> None:
        address, self._schema = divided(address)
        self._database = Database(address)
        self._masks: Recent[tuple[str, Admitted], NDArray[np.bool_]] = Recent(MASKS)
        self._blocks: Recent[tuple[str, int], Block] = Recent(TERMS)
        self._sizes: Recent[str, tuple[int, bool]] = Recent(MASKS)

    def check(self) -> str:
        server = str(self._database.value("SHOW server_version"))
        if int(re.split(r"\D", server)[0]) < OLDEST_SERVER:
            raise EngineUnavailable(f"PostgreSQL is {server}; {OLDEST_SERVER} or newer is needed")
        vector = self._database.value("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
        if vector is None:
            raise EngineUnavailable(
                "PostgreSQL has no pgvector; install its package, for example postgresql-17-pgvector"
            )
        return f"PostgreSQL {server.split(maxsplit=1)[0]}, pgvector {vector}, schema {self._schema}"

    def current(self) -> str | None:
        try:
            found: str | None = self._database.value(f'SELECT generation FROM "{self._schema}".pointer')
        except NotPrepared:
            return None
        return found

    def mark(self) -> int:
        try:
            return self._database.value(f'SELECT coalesce(max(number), 0)::int8 FROM "{self._schema}".withdrawals') or 0
        except NotPrepared:
            return 0

    def withdrawn(self, generation: str) -> frozenset[str]:
        query = f"""
            SELECT document_id FROM "{self._schema}".generations g
            LEFT JOIN "{self._schema}".withdrawals w ON w.generation = g.id WHERE g.id = $1
        """
        rows = self._database.rows(query, generation)
        if not rows:
            raise gone(generation)
        return frozenset(row["document_id"] for row in rows if row["document_id"] is not None)

    def statistics(self, generation: str, folder: Path) -> None:
        names = f'SELECT DISTINCT name FROM "{self._schema}".statistics WHERE generation = $1'
        parts = f'SELECT content FROM "{self._schema}".statistics WHERE generation = $1 AND name = $2 ORDER BY part'
        rows = self._database.rows(names, generation)
        if not rows:
            raise gone(generation)
        for row in rows:
            content = self._database.rows(parts, generation, row["name"])
            (folder / Path(row["name"]).name).write_bytes(b"".join(part["content"] for part in content))

    def dense(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        return self._nearest(generation, sql.EMBEDDING, vector, k, admitted)

    def multilingual(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        return self._nearest(generation, sql.MEANING, vector, k, admitted)

    def _nearest(self, generation: str, column: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        passages, exact = self._size(generation)
        mask = self._mask(generation, admitted)
        exact = exact or (mask is not None and int(mask.sum()) <= EXACT_UP_TO)
        query = sql.nearest(self._tables(generation), column, exact=exact, filtered=bool(admitted.filters))
        arguments = [vector, k, sorted(admitted.withdrawn), *(_filters(admitted) if admitted.filters else ())]

        async def work(connection: asyncpg.Connection) -> list[asyncpg.Record]:
            if exact:
                return list(await connection.fetch(query, *arguments))
            async with connection.transaction(readonly=True):
                await connection.execute(sql.probing(passages))
                return list(await connection.fetch(query, *arguments))

        rows = self._database.run(work, generation=generation)
        hits = [Hit(row["row"], row["score"]) for row in rows]
        return sorted(hits, key=lambda hit: (-hit.score, hit.row))

    def lexical(
        self, generation: str, weights: Mapping[int, float], k: int, admitted: Admitted, all_of: Sequence[int] = ()
    ) -> list[Hit]:
        passages, _ = self._size(generation)
        mask = self._mask(generation, admitted)
        depth = passages if all_of else blocks_needed(passages if mask is None else int(mask.sum()), passages)
        blocks = self._postings(generation, {*weights, *all_of}, depth)
        return best(blocks, weights, k, passages, mask, all_of)

    def fetch(self, generation: str, rows: Sequence[int], admitted: Admitted) -> list[PassageRecord]:
        tables = self._tables(generation)
        query = f"""
            SELECT p.row, p.document, d.id, p.content FROM {tables.passages} p
            JOIN {tables.documents} d ON d.row = p.document
            WHERE p.row = ANY($1) AND d.id <> ALL($2) ORDER BY p.row
        """
        found = self._database.rows(query, list(rows), sorted(admitted.withdrawn), generation=generation)
        return [PassageRecord(row["row"], row["document"], row["id"], row["content"]) for row in found]

    def documents(self, generation: str, rows: range, admitted: Admitted) -> list[DocumentRecord]:
        return self._documents(generation, "row >= $1 AND row < $2", admitted, rows.start, rows.stop)

    def named(self, generation: str, document_ids: Sequence[str], admitted: Admitted) -> list[DocumentRecord]:
        return self._documents(generation, "id = ANY($1) AND $2::int IS NULL", admitted, list(document_ids), None)

    def publish(self, publication: Publication) -> None:
        tables = self._tables(publication.generation)
        self._database.run(lambda connection: publish(connection, tables, publication), again=False)

    def point(self, generation: str, mark: int) -> None:
        self._size(generation)  # held, or gone
        self._database.run(lambda connection: point(connection, self._tables(generation), mark))

    def withdraw(self, document_ids: Sequence[str]) -> None:
        async def work(connection: asyncpg.Connection) -> None:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", sql.POINTER_LOCK)
                for row in await connection.fetch(f'SELECT id FROM "{self._schema}".generations'):
                    await connection.execute(sql.withdraw(self._tables(row["id"])), list(document_ids))

        with suppress(NotPrepared):
            self._database.run(work)

    def generations(self) -> list[str]:
        try:
            rows = self._database.rows(f'SELECT id FROM "{self._schema}".generations ORDER BY number DESC')
        except NotPrepared:
            return []
        return [row["id"] for row in rows]

    def drop(self, generation: str) -> None:
        tables = self._tables(generation)

        async def work(connection: asyncpg.Connection) -> None:
            async with connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '10s'")
                await connection.execute("SELECT pg_advisory_xact_lock($1)", sql.POINTER_LOCK)
                if await connection.fetchval(f'SELECT generation FROM "{self._schema}".pointer') == generation:
                    raise EngineUnavailable(f"generation {generation} answers; publish another before you drop it")
                await connection.execute(sql.drop(tables))
                await connection.execute(f'DELETE FROM "{self._schema}".generations WHERE id = $1', generation)
                for table in ("statistics", "withdrawals"):
                    await connection.execute(f'DELETE FROM "{self._schema}".{table} WHERE generation = $1', generation)

        self._database.run(work)

    def close(self) -> None:
        self._database.close()

    def _tables(self, generation: str) -> Tables:
        if not _GENERATION.fullmatch(generation):
            raise GenerationGone(f"{generation!r} is no generation: it has 16 hexadecimal digits")
        return Tables(self._schema, generation)

    def _size(self, generation: str) -> tuple[int, bool]:
        """How many passages a generation has, and whether its vectors are searched exactly."""

        def load() -> tuple[int, bool]:
            query = f'SELECT passages, exact FROM "{self._schema}".generations WHERE id = $1'
            rows = self._database.rows(query, generation)
            if not rows:
                raise gone(generation)
            return rows[0]["passages"], rows[0]["exact"]

        return self._sizes.get(generation, load)

    def _mask(self, generation: str, admitted: Admitted) -> NDArray[np.bool_] | None:
        """Which passages are admitted, ``(passages,)``; None for all of them."""
        if not admitted:
            return None

        def load() -> NDArray[np.bool_]:
            mask = np.zeros(self._size(generation)[0], dtype=np.bool_)
            query = f"""
                SELECT first, passages FROM {self._tables(generation).documents} WHERE id <> ALL($1) AND {sql.admits(2)}
            """
            withdrawn = sorted(admitted.withdrawn)
            for row in self._database.rows(query, withdrawn, *_filters(admitted), generation=generation):
                mask[row["first"] : row["first"] + row["passages"]] = True
            return mask

        return self._masks.get((generation, admitted), load)

    def _postings(self, generation: str, terms: set[int], depth: int) -> list[Block]:
        """The first ``depth`` blocks of some terms; first blocks are remembered."""
        query = f"""
            SELECT term, block, rows, weights FROM {self._tables(generation).postings}
            WHERE term = ANY($1) AND block >= $2 AND block < $3 ORDER BY term, block
        """

        def load(wanted: Sequence[int], first: int, last: int) -> list[Block]:
            rows = self._database.rows(query, wanted, first, last, generation=generation)
            return [Block(row["term"], row["block"], row["rows"], row["weights"]) for row in rows]

        known = [block for term in sorted(terms) if (block := self._blocks.peek((generation, term))) is not None]
        missing = sorted(terms - {block.term for block in known})
        loaded = load(missing, 0, 1) if missing else []
        for block in loaded:
            self._blocks.put((generation, block.term), block)
        return known + loaded + (load(sorted(terms), 1, depth) if depth > 1 else [])

    def _documents(
        self, generation: str, condition: str, admitted: Admitted, first: object, second: object
    ) -> list[DocumentRecord]:
        query = f"""
            SELECT row, id, first, passages, tags, published, content FROM {self._tables(generation).documents}
            WHERE {condition} AND id <> ALL($3) AND {sql.admits(4)} ORDER BY row
        """
        arguments = (first, second, sorted(admitted.withdrawn), *_filters(admitted))
        return [
            DocumentRecord(r["row"], r["id"], r["first"], r["passages"], tuple(r["tags"]), r["published"], r["content"])
            for r in self._database.rows(query, *arguments, generation=generation)
        ]


def _filters(admitted: Admitted) -> tuple[list[str] | None, list[str] | None, str | None, str | None]:
    """The arguments of ``postgres_schema.admits``."""
    filters = admitted.filters
    dated = bool(filters.date_from or filters.date_to)
    return (
        list(filters.document_ids) or None,
        list(filters.tags) or None,
        (filters.date_from or "") if dated else None,
        (filters.date_to or "9999-12-31") if dated else None,
    )
