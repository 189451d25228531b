"""Publishing to Milvus: collections beside those that answer, loaded and counted, and then a row of the journal."""

import json
import re
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from pymilvus import FieldSchema

from qa.errors import EngineUnavailable
from qa.index.engines import milvus_schema as schema
from qa.index.engines.milvus_connection import WRITE_S, Connection
from qa.index.engines.milvus_schema import Collections
from qa.index.engines.records import unpack
from qa.index.stores import EXACT_UP_TO
from qa.protocols import PassageRecord, Publication, Vectors

ABANDONED_S = 6 * 3600  # after so long, collections that no row of the journal names are of a publisher that died
FILE_PART = 4 << 20  # bytes of a file in one row
BATCH = 8 << 20  # bytes that are sent at once, about
VECTOR_BYTES = 4_096  # of a row beside its content, about

Row = dict[str, Any]


class Publisher:
    """Fills the collections of one publication."""

    def __init__(self, connection: Connection, collections: Collections, publication: Publication) -> None:
        self._connection = connection
        self._collections = collections
        self._publication = publication
        self._filters: list[tuple[tuple[str, ...], str | None]] = []  # tags and date of each document

    def run(self) -> None:
        """Make all collections, and let them be searched; where that fails, nothing stays.

        Raises:
            EngineUnavailable: what they hold is not what was to be published.
        """
        publication, names = self._publication, self._collections
        try:
            self._fill(names.documents, schema.document_fields(), self._documents())
            self._fill(names.passages, self.passage_fields(), self._passages())
            self._fill(names.files, schema.numbered_fields(), _files(publication))
            for name, expected in ((names.documents, publication.documents), (names.passages, publication.passages)):
                self._compare(name, expected)
        except BaseException:
            drop(self._connection, names)
            raise

    def passage_fields(self) -> list[FieldSchema]:
        return schema.passage_fields(dimensions_of(self._publication))

    def _fill(self, name: str, fields: list[FieldSchema], rows: Iterable[Row]) -> None:
        """Rows are sealed before the collection is loaded, so that whoever searches it finds all of them."""
        call = self._connection.call
        call("create_collection", name, schema=schema.schema_of(fields), consistency_level="Bounded")
        for batch in _batches(rows):
            call("insert", name, batch, timeout=WRITE_S)
        call("flush", name, timeout=WRITE_S)
        parameters = self._connection.client().prepare_index_params()
        for field in filter(schema.is_vector, fields):
            parameters.add_index(field.name, **schema.index_of(field, self._publication.passages, EXACT_UP_TO))
        call("create_index", name, parameters, timeout=WRITE_S)
        call("load_collection", name, timeout=WRITE_S)

    def _compare(self, name: str, expected: int) -> None:
        counted = self._connection.call(
            "query", name, filter="", output_fields=["count(*)"], consistency_level="Strong", timeout=WRITE_S
        )
        held = counted[0]["count(*)"]
        if held != expected:
            raise EngineUnavailable(f"Milvus holds {held} rows of {expected}; nothing was published, run: qa index")

    def _passages(self) -> Iterator[Row]:
        """The rows of all passages; their terms are in their records."""
        columns = [chain.from_iterable(blocks) for blocks in _vectors(self._publication)]
        names = dimensions_of(self._publication)
        for record, *vectors in zip(self._publication.passage_records, *columns, strict=True):
            yield {
                "row": record.row, "document": record.document_row,
                **schema.filtered(record.document_id, *self._filters[record.document_row]),
                "content": schema.framed(record.document_id, record.content), **_terms(record),
                **dict(zip(names, vectors, strict=True)),
            }  # fmt: skip

    def _documents(self) -> Iterator[Row]:
        for record in self._publication.document_records:
            self._filters.append((record.tags, record.published))
            head = json.dumps([record.id, record.tags, record.published])
            yield {
                "row": record.row, "first": record.first, "passages": record.passages,
                **schema.filtered(record.id, record.tags, record.published),
                "content": schema.framed(head, zlib.compress(record.content)), **schema.UNUSED,
            }  # fmt: skip


def attempt() -> str:
    """The name of an attempt to publish, which says when it began."""
    return f"{int(time.time()):x}_{secrets.token_hex(4)}"


def drop(connection: Connection, names: Collections) -> None:
    for name in names.all:
        connection.call("drop_collection", name, timeout=60.0)


def sweep(connection: Connection, prefix: str, named: set[str]) -> None:
    """Drop what publishers that died left behind; ``named`` are the stems of collections that the journal names."""
    oldest = time.time() - ABANDONED_S
    made = re.compile(rf"({prefix}_[0-9a-f]{{16}}_([0-9a-f]+)_[0-9a-f]{{8}})_[a-z]+")
    for name in connection.call("list_collections"):
        parts = made.fullmatch(name)
        if parts and parts[1] not in named and int(parts[2], 16) < oldest:
            connection.call("drop_collection", name, timeout=60.0)


def dimensions_of(publication: Publication) -> dict[str, int]:
    """The dense vectors of each passage."""
    dimensions = {schema.EMBEDDING: publication.dimension}
    if publication.multilingual_dimension is not None:
        dimensions[schema.MEANING] = publication.multilingual_dimension
    return dimensions


def _vectors(publication: Publication) -> list[Iterable[Vectors]]:
    of_meaning = [] if publication.multilingual_dimension is None else [publication.multilingual_vectors]
    return [publication.vectors, *of_meaning]


def _terms(record: PassageRecord) -> Row:
    fields, _ = unpack([record.content])
    weights = dict(zip(fields["terms"].tolist(), fields["weights"].tolist(), strict=True))
    return {"term_ids": [*weights], schema.TERMS: weights or {schema.EMPTY_TERM: 1.0}}


def _files(publication: Publication) -> Iterator[Row]:
    """The files of the statistics in parts."""
    number = 0
    for path in sorted(publication.statistics.iterdir()):
        with path.open("rb") as file:
            first = True
            while (content := file.read(FILE_PART)) or first:
                number += 1
                parts = schema.framed(path.name, zlib.compress(content))
                yield {"number": number, "content": parts, **schema.UNUSED}
                first = False


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(map(len, row["content"])) + VECTOR_BYTES
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
