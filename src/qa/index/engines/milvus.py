"""Milvus: collections of a generation, and a journal whose last word names the one that answers.

Vectors are searched exactly up to ``EXACT_UP_TO`` passages and by inverted lists beyond, BM25 as the inner product
with our own weights, which Milvus holds as sparse vectors: its own statistics are those of a segment.
"""

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from qa.errors import EngineUnavailable, GenerationGone, SettingsError
from qa.index.engines import milvus_schema as schema
from qa.index.engines.inverted_lists import probes_for
from qa.index.engines.milvus_connection import WRITE_S, Connection
from qa.index.engines.milvus_journal import Dropped, Journal, Pointed, State, Withdrawn
from qa.index.engines.milvus_publication import Publisher, attempt, drop, sweep
from qa.index.engines.milvus_schema import Collections
from qa.index.stores import EXACT_UP_TO
from qa.protocols import Admitted, DocumentRecord, PassageRecord, Publication, Vectors
from qa.types import Hit

OLDEST_SERVER = (2, 5)
LEAST = 1e-6  # a weight that changes no order
AT_ONCE = 256  # rows that are fetched by one call
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,40}")
_GENERATION = re.compile(r"[0-9a-f]{16}")
_DOCUMENT = ["row", "first", "passages", "content"]


class MilvusEngine:
    """Collections of a database; ``?qa_prefix=name`` in the address begins their names otherwise than ``qa``."""

    publisher = Publisher

    def __init__(self, address: str) -> None:
        self._prefix = parse_qs(urlsplit(address).query).get("qa_prefix", ["qa"])[0]
        if not _PREFIX.fullmatch(self._prefix):
            raise SettingsError(f"qa_prefix cannot be {self._prefix!r}: it consists of small letters and digits")
        self._connection = Connection(address)
        self._journal = Journal(self._connection, self._prefix)
        self._state = State({})

    def check(self) -> str:
        version = str(self._connection.call("get_server_version"))
        numbers = tuple(map(int, re.findall("[0-9]+", version)[:2]))
        if numbers < OLDEST_SERVER:
            oldest = ".".join(map(str, OLDEST_SERVER))
            raise EngineUnavailable(f"Milvus is {version}; {oldest} or newer is needed")
        return f"Milvus {version}, collections {self._prefix}_…"

    def current(self) -> str | None:
        self._state = self._journal.read()
        return self._state.current

    def mark(self) -> int:
        return self._journal.read(newest=True).last

    def withdrawn(self, generation: str) -> frozenset[str]:
        self._state = self._journal.read()
        return self._state.withdrawn(generation)

    def statistics(self, generation: str, folder: Path) -> None:
        name = self._collections(generation).files
        number = 1
        while rows := self._query(generation, name, schema.among("number", [number]), ["content"]):
            file, content = schema.unframed(rows[0]["content"])
            with (folder / Path(file).name).open("ab") as target:
                target.write(zlib.decompress(content))
            number += 1

    def dense(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        return self._search(generation, schema.EMBEDDING, vector, k, admitted)

    def multilingual(self, generation: str, vector: Vectors, k: int, admitted: Admitted) -> list[Hit]:
        return self._search(generation, schema.MEANING, vector, k, admitted)

    def lexical(
        self, generation: str, weights: Mapping[int, float], k: int, admitted: Admitted, all_of: Sequence[int] = ()
    ) -> list[Hit]:
        asked = dict.fromkeys(all_of, LEAST) | dict(weights)  # what has none of the asked terms is not found
        if not asked:
            self._collections(generation)  # held, or gone
            return []
        conditions = [schema.all_terms(all_of)] if all_of else []
        return self._search(generation, schema.TERMS, asked, k, admitted, conditions)

    def _search(
        self, generation: str, field: str, vector: Vectors | dict[int, float], k: int, admitted: Admitted,
        conditions: Sequence[str] = (),
    ) -> list[Hit]:  # fmt: skip
        pointed = self._pointed(generation)
        inverted = pointed.passages > EXACT_UP_TO and field != schema.TERMS
        parameters = {"nprobe": probes_for(pointed.passages)} if inverted else {}
        found = self._connection.call(
            "search", self._collections(generation).passages, data=[vector], anns_field=field, limit=k,
            filter=" and ".join([*conditions, *schema.admits(admitted)]), output_fields=["row"],
            search_params={"metric_type": schema.METRIC, "params": parameters}, generation=generation,
        )  # fmt: skip
        hits = [Hit(int(row.get("row")), float(row["distance"])) for row in found[0]]
        return sorted(hits, key=lambda hit: (-hit.score, hit.row))

    def fetch(self, generation: str, rows: Sequence[int], admitted: Admitted) -> list[PassageRecord]:
        name = self._collections(generation).passages
        records = []
        for first in range(0, len(rows), AT_ONCE):
            among = schema.among("row", rows[first : first + AT_ONCE])
            condition = " and ".join([among, *schema.admits(admitted)])
            for row in self._query(generation, name, condition, ["row", "document", "content"]):
                document_id, content = schema.unframed(row["content"])
                records.append(PassageRecord(row["row"], row["document"], document_id, content))
        return sorted(records, key=lambda record: record.row)

    def documents(self, generation: str, rows: range, admitted: Admitted) -> list[DocumentRecord]:
        return [
            record
            for first in range(rows.start, rows.stop, AT_ONCE)
            for record in self._documents(
                generation, f"row >= {first} and row < {min(first + AT_ONCE, rows.stop)}", admitted
            )
        ]

    def named(self, generation: str, document_ids: Sequence[str], admitted: Admitted) -> list[DocumentRecord]:
        return self._documents(generation, schema.among("key", map(schema.digest, document_ids)), admitted)

    def _documents(self, generation: str, condition: str, admitted: Admitted) -> list[DocumentRecord]:
        name = self._collections(generation).documents
        rows = self._query(generation, name, " and ".join([condition, *schema.admits(admitted)]), _DOCUMENT)
        return sorted(map(_document, rows), key=lambda record: record.row)

    def publish(self, publication: Publication) -> None:
        generation = publication.generation
        self._journal.prepare()
        state = self._journal.read(newest=True)
        sweep(self._connection, self._prefix, self._stems(state))
        if generation not in state.held:
            names = Collections(self._prefix, generation, attempt())
            self.publisher(self._connection, names, publication).run()
            pointed = Pointed(generation, names.attempt, publication.passages, publication.mark)
            self._state = self._journal.add(lambda _: pointed)
            return
        self.point(generation, publication.mark)

    def point(self, generation: str, mark: int) -> None:
        def pointed(state: State) -> Pointed:
            before = state.holding(generation)
            return Pointed(generation, before.attempt, before.passages, max(mark, before.mark))

        self._state = self._journal.add(pointed)

    def withdraw(self, document_ids: Sequence[str]) -> None:
        def withdrawn(state: State) -> Withdrawn | None:
            held: set[str] = set()
            for generation, pointed in state.held.items():
                name = Collections(self._prefix, generation, pointed.attempt).documents
                rows = self._query(generation, name, schema.of_names(document_ids), _DOCUMENT)
                held |= {_document(row).id for row in rows}
            return Withdrawn(tuple(sorted(held))) if held else None

        self._state = self._journal.add(withdrawn)

    def generations(self) -> list[str]:
        return [*self._journal.read(newest=True).held]

    def drop(self, generation: str) -> None:
        held = self._journal.read(newest=True).holding(generation)

        def dropped(state: State) -> Dropped:
            if state.current == generation:
                raise EngineUnavailable(f"generation {generation} answers; publish another before you drop it")
            state.holding(generation)  # held, or gone
            return Dropped(generation)

        state = self._journal.add(dropped)
        drop(self._connection, Collections(self._prefix, generation, held.attempt))
        self._journal.forget(state)

    def close(self) -> None:
        self._connection.close()

    def _pointed(self, generation: str) -> Pointed:
        """How a generation was published, as the journal had it when it was last read, or has it now."""
        if not _GENERATION.fullmatch(generation):
            raise GenerationGone(f"{generation!r} is no generation: it has 16 hexadecimal digits")
        if generation not in self._state.held:
            self._state = self._journal.read()
        return self._state.holding(generation)

    def _collections(self, generation: str) -> Collections:
        return Collections(self._prefix, generation, self._pointed(generation).attempt)

    def _stems(self, state: State) -> set[str]:
        return {Collections(self._prefix, name, pointed.attempt).stem for name, pointed in state.held.items()}

    def _query(self, generation: str, name: str, condition: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._connection.call(
            "query", name, filter=condition, output_fields=[*fields], generation=generation, timeout=WRITE_S / 20
        )
        return rows


def _document(row: Mapping[str, Any]) -> DocumentRecord:
    head, content = schema.unframed(row["content"])
    document_id, tags, published = json.loads(head)
    return DocumentRecord(
        row["row"], document_id, row["first"], row["passages"], tuple(tags), published, zlib.decompress(content)
    )
