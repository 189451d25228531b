"""A snapshot → what an engine is to hold of it."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np

from qa.index.bm25 import Postings
from qa.index.engines.records import records_of
from qa.index.engines.statistics import write_statistics
from qa.index.sentence_vectors import SentenceVectors
from qa.index.snapshot import Snapshot, open_snapshot
from qa.protocols import DocumentRecord, Engine, PassageRecord, Publication, Rows, Scores, Vectors, VectorStore

VECTORS = 4_096  # vectors that are handed over at once


def publish_from(engine: Engine, index: Path, snapshot_id: str, keep: int, mark: int) -> None:
    """The same for a snapshot of an index folder."""
    snapshot = open_snapshot(index, snapshot_id)
    publish_snapshot(engine, snapshot, keep, mark)
    snapshot.release()


def publish_snapshot(engine: Engine, snapshot: Snapshot, keep: int, mark: int = 0) -> None:
    """Let an engine answer from a snapshot, and drop all generations but the newest ``keep``.

    Raises:
        EngineUnavailable: the engine cannot be reached; what answered before still does.
    """
    if snapshot.manifest.id in engine.generations():
        engine.point(snapshot.manifest.id, mark)
    else:
        with publication_of(snapshot, mark) as publication:
            engine.publish(publication)
    current = engine.current()
    older = [generation for generation in engine.generations() if generation != current]
    for generation in older[max(keep - 1, 0) :]:
        engine.drop(generation)


@contextmanager
def publication_of(snapshot: Snapshot, mark: int = 0) -> Iterator[Publication]:
    """What to publish; its statistics are in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="qa-statistics-") as folder:
        write_statistics(snapshot, Path(folder))
        yield Publication(
            generation=snapshot.manifest.id,
            dimension=snapshot.manifest.dimension,
            documents=len(snapshot.documents),
            passages=len(snapshot.passages),
            statistics=Path(folder),
            document_records=document_records(snapshot),
            passage_records=passage_records(snapshot),
            vectors=_vectors(snapshot.passage_vectors),
            multilingual_dimension=snapshot.multilingual.passages.dimension if snapshot.multilingual else None,
            multilingual_vectors=_vectors(snapshot.multilingual.passages) if snapshot.multilingual else (),
            postings=postings_of(snapshot.lexical.postings),
            mark=mark,
        )


def document_records(snapshot: Snapshot) -> Iterator[DocumentRecord]:
    """The records of all documents, in the order of their rows."""
    first = 0
    for row, document in enumerate(snapshot.documents):
        rows = snapshot.rows_of_document.get(document.id, range(first, first))
        content = json.dumps(asdict(document), ensure_ascii=False).encode("utf-8", "surrogatepass")
        yield DocumentRecord(
            row, document.id, rows.start, len(rows), document.tags, document.published, content
        )  # fmt: skip
        first = rows.stop


def passage_records(snapshot: Snapshot, rows: Sequence[int] | None = None) -> Iterator[PassageRecord]:
    """The records of all passages, or of some, in the order of their rows."""
    chosen = range(len(snapshot.passages)) if rows is None else rows
    for row, content in zip(chosen, records_of(snapshot, chosen), strict=True):
        number = int(snapshot.passages.document_rows[row])
        yield PassageRecord(row, number, snapshot.documents[number].id, content)


def _vectors(store: VectorStore | SentenceVectors) -> Iterator[Vectors]:
    for first in range(0, len(store), VECTORS):
        yield store.vectors(np.arange(first, min(first + VECTORS, len(store))))


def postings_of(postings: Postings) -> Iterator[tuple[int, Rows, Scores]]:
    """Each term that occurs, the rows that say it, ascending, and its weight in each."""
    terms = range(len(postings.bounds) - 1) if postings.terms is None else postings.terms.tolist()
    for term in terms:
        rows, weights = postings.of(term)
        order = np.argsort(rows)
        yield term, np.asarray(rows, dtype=np.int64)[order], np.asarray(weights, dtype=np.float32)[order]
