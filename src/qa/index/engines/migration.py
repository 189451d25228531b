"""A generation that one engine holds → another engine, or an index folder."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from qa.errors import IndexMissing
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from qa.index.bm25 import BM25Index, Postings, postings_by_term
from qa.index.engines.fetched import assemble
from qa.index.engines.publication import postings_of
from qa.index.engines.records import gathered, unpack
from qa.index.engines.remote import parsed
from qa.index.engines.statistics import Statistics, read_statistics
from qa.index.passages import Passages
from qa.index.snapshot import Snapshot
from qa.index.stores import STORES
from qa.protocols import Admitted, DocumentRecord, Engine, PassageRecord, Publication, Rows, Vectors

BLOCK = 1_000  # passages or documents that are fetched at once
ALL = Admitted()


def migrate(source: Engine, target: Engine) -> Statistics:
    """Let an engine hold and answer from what another one answers from; returns what it is.

    Raises:
        IndexMissing: the first engine holds nothing.
        EngineUnavailable: one of them cannot be reached.
    """
    with _statistics(source) as (statistics, folder):
        generation = statistics.manifest.id
        if generation in target.generations():
            target.point(generation, target.mark())
        else:
            target.publish(_publication(source, statistics, folder, target.mark()))
    return statistics


def migrate_to_folder(source: Engine, index: Path) -> Statistics:
    """Write what an engine answers from into an index folder, and let it answer there.

    Raises:
        IndexMissing, EngineUnavailable: as ``migrate`` does.
        IndexLocked: another process is building.
    """
    with _statistics(source) as (statistics, _), index_folder.exclusive(index):
        if (index / statistics.manifest.id).is_dir():
            index_folder.check(index, statistics.manifest.id)
            index_folder.publish(index, statistics.manifest.id)
        else:
            snapshots.write(index, _whole(source, statistics))
    return statistics


@contextmanager
def _statistics(source: Engine) -> Iterator[tuple[Statistics, Path]]:
    generation = source.current()
    if generation is None:
        raise IndexMissing("there is nothing to copy: the first engine holds no generation")
    with tempfile.TemporaryDirectory(prefix="qa-statistics-") as folder:
        source.statistics(generation, Path(folder))
        yield read_statistics(Path(folder)), Path(folder)


def _publication(source: Engine, statistics: Statistics, folder: Path, mark: int) -> Publication:
    manifest = statistics.manifest
    return Publication(
        generation=manifest.id,
        dimension=manifest.dimension,
        documents=manifest.documents,
        passages=manifest.passages,
        statistics=folder,
        document_records=_documents(source, statistics),
        passage_records=_passages(source, statistics),
        vectors=_vectors(source, statistics),
        multilingual_dimension=statistics.multilingual.passages.dimension if statistics.multilingual else None,
        multilingual_vectors=_multilingual_vectors(source, statistics) if statistics.multilingual else (),
        postings=postings_of(_postings(source, statistics)),
        mark=mark,
    )


def _blocks(count: int) -> Iterator[range]:
    return (range(first, min(first + BLOCK, count)) for first in range(0, count, BLOCK))


def _documents(source: Engine, statistics: Statistics) -> Iterator[DocumentRecord]:
    for rows in _blocks(statistics.manifest.documents):
        yield from source.documents(statistics.manifest.id, rows, ALL)


def _passages(source: Engine, statistics: Statistics) -> Iterator[PassageRecord]:
    for rows in _blocks(statistics.manifest.passages):
        yield from source.fetch(statistics.manifest.id, rows, ALL)


def _vectors(source: Engine, statistics: Statistics) -> Iterator[Vectors]:
    for rows in _blocks(statistics.manifest.passages):
        fields, _ = unpack([record.content for record in source.fetch(statistics.manifest.id, rows, ALL)])
        yield fields["vector"].reshape(len(rows), -1)


def _multilingual_vectors(source: Engine, statistics: Statistics) -> Iterator[Vectors]:
    for rows in _blocks(statistics.manifest.passages):
        fields, _ = unpack([record.content for record in source.fetch(statistics.manifest.id, rows, ALL)])
        yield fields["meaning"].reshape(len(rows), -1) * fields["meaning_scale"][:, None]


def _postings(source: Engine, statistics: Statistics) -> Postings:
    """The postings of all terms, gathered from the records."""
    terms: list[Rows] = [np.zeros(0, np.int32)]
    weights: list[Vectors] = [np.zeros(0, np.float32)]
    counts: list[Rows] = [np.zeros(0, np.int64)]
    for rows in _blocks(statistics.manifest.passages):
        fields, sizes = unpack([record.content for record in source.fetch(statistics.manifest.id, rows, ALL)])
        terms.append(fields["terms"])
        weights.append(fields["weights"])
        counts.append(sizes["terms"])
    return gathered(np.concatenate(terms), np.concatenate(weights), np.concatenate(counts))


def _whole(source: Engine, statistics: Statistics) -> Snapshot:
    """All that an engine holds of a generation, at hand."""
    documents = [parsed(record) for record in _documents(source, statistics)]
    by_id = {document.id: document for document in documents}
    fetched = assemble(statistics, list(_passages(source, statistics)), by_id.__getitem__)
    vectors = fetched.passage_vectors.vectors(np.arange(len(fetched.passages)))
    lexical = fetched.lexical
    frequencies = np.zeros(len(statistics.terms.frequencies), np.int64)
    if lexical.postings.terms is not None:
        frequencies[lexical.postings.terms] = np.diff(lexical.postings.bounds)
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(frequencies)])
    postings = postings_by_term(bounds, lexical.postings.rows, lexical.postings.weights)
    return Snapshot(
        statistics.manifest,
        documents,
        Passages.of(documents, list(fetched.passages)),
        STORES[statistics.manifest.store].build(vectors),
        fetched.sentence_vectors,
        fetched.tokens,
        BM25Index(statistics.terms, postings, lexical.tokens, len(fetched.passages)),
        fetched.multilingual,
    )
