"""Publishing to PostgreSQL: everything in one transaction, whose last step lets the new generation answer."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import asyncpg

from qa.errors import EngineUnavailable
from qa.index.engines import postgres_schema as sql
from qa.index.engines.impact import blocks
from qa.index.engines.inverted_lists import lists_for
from qa.index.engines.postgres_connection import know_vectors
from qa.index.engines.postgres_schema import Tables
from qa.index.stores import EXACT_UP_TO
from qa.protocols import Publication

PART = 8 << 20  # bytes of a file in one row
MEMORY = "256MB"  # for finding the centres of an ivfflat index


async def publish(connection: asyncpg.Connection, tables: Tables, publication: Publication) -> None:
    """Fill the tables of a generation and point at it; where they are there already, only point.

    Raises:
        EngineUnavailable: what the tables hold is not what was to be published.
    """
    await _prepare(connection, tables.schema)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", sql.PUBLISH_LOCK)
        held = f'SELECT count(*) FROM "{tables.schema}".generations WHERE id = $1'
        if not await connection.fetchval(held, tables.generation):
            await connection.execute("SET LOCAL statement_timeout = 0")
            await connection.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
            await _fill(connection, tables, publication)
            await _compare(connection, tables, publication)
        await point(connection, tables, publication.mark)


async def point(connection: asyncpg.Connection, tables: Tables, mark: int) -> None:
    """Let a generation that is held answer, without what was withdrawn after a mark."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", sql.POINTER_LOCK)
        await connection.execute(sql.carry_over(tables.schema), tables.generation, mark)
        await connection.execute(sql.point(tables.schema), tables.generation)


async def _prepare(connection: asyncpg.Connection, schema: str) -> None:
    """Make what all generations share; whoever comes at the same time waits."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", sql.PUBLISH_LOCK)
        await connection.execute(sql.prepare(schema))
    await know_vectors(connection)


async def _fill(connection: asyncpg.Connection, tables: Tables, publication: Publication) -> None:
    passages = publication.passages
    lists = None if passages <= EXACT_UP_TO else lists_for(passages)
    dimensions = {sql.EMBEDDING: publication.dimension}
    blocks_of = [publication.vectors]
    if publication.multilingual_dimension is not None:
        dimensions[sql.MEANING] = publication.multilingual_dimension
        blocks_of.append(publication.multilingual_vectors)
    await connection.execute(sql.create(tables, dimensions))
    documents = (
        (d.row, d.id, d.first, d.passages, list(d.tags), d.published, d.content) for d in publication.document_records
    )
    vectors = [chain.from_iterable(of_column) for of_column in blocks_of]
    records = (
        (record.row, record.document_row, *of_row, record.content)
        for record, *of_row in zip(publication.passage_records, *vectors, strict=True)
    )
    postings = ((block.term, block.number, block.rows, block.weights) for block in blocks(publication.postings))
    await _copy(connection, tables.schema, f"documents_{tables.generation}", documents)
    await _copy(connection, tables.schema, f"passages_{tables.generation}", records)
    await _copy(connection, tables.schema, f"postings_{tables.generation}", postings)
    await _copy(connection, tables.schema, "statistics", _parts(tables.generation, publication.statistics))
    await connection.execute(sql.finish(tables, dimensions, lists), timeout=None)
    await connection.execute(
        f'INSERT INTO "{tables.schema}".generations (id, dimension, documents, passages, exact) '
        "VALUES ($1, $2, $3, $4, $5)",
        tables.generation, publication.dimension, publication.documents, passages, lists is None,
    )  # fmt: skip
    await connection.execute(f"ANALYZE {tables.documents}, {tables.passages}, {tables.postings}")


async def _copy(connection: asyncpg.Connection, schema: str, table: str, records: Iterable[tuple[object, ...]]) -> None:
    await connection.copy_records_to_table(table, schema_name=schema, records=records, timeout=None)


def _parts(generation: str, folder: Path) -> Iterator[tuple[str, str, int, bytes]]:
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            number = 0
            while (content := file.read(PART)) or not number:
                yield generation, path.name, number, content
                number += 1


async def _compare(connection: asyncpg.Connection, tables: Tables, publication: Publication) -> None:
    """Count what is held, before it may answer."""
    for table, expected in ((tables.documents, publication.documents), (tables.passages, publication.passages)):
        held = await connection.fetchval(f"SELECT count(*) FROM {table}")
        if held != expected:
            raise EngineUnavailable(f"PostgreSQL holds {held} rows of {expected}; nothing was published, run: qa index")
