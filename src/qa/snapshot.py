"""One sealed build, in memory and in its folder: the only module that knows what files a snapshot consists of.

No byte of a file is parsed before its SHA-256 has been compared with the manifest's.
"""

import json
import os
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa import index_folder
from qa.errors import IndexMissing, SnapshotDamaged, SnapshotOutdated
from qa.index_folder import Manifest, current_id, list_ids
from qa.late_interaction import TokenIndex
from qa.lexical import BM25Index
from qa.protocols import Rows, VectorStore
from qa.sentence_vectors import SentenceVectors
from qa.stores import STORES
from qa.types import Document, Filters, Passage, Span

__all__ = ["Manifest", "Snapshot", "current_id", "list_ids", "open_current", "open_snapshot", "write"]

_DOCUMENTS, _PASSAGES, _SENTENCES, _CONTEXTS = "documents.jsonl", "passages.npy", "sentences.npy", "contexts.json"
_PASSAGE_VECTORS, _SENTENCE_VECTORS, _TOKENS, _LEXICAL = "passage_vectors", "sentence_vectors", "tokens", "lexical"

Table = NDArray[np.int64]


class Snapshot:
    """One sealed build, in memory. Passage rows and sentence rows number what the stores and the lexical index hold."""

    def __init__(
        self,
        manifest: Manifest,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        passage_vectors: VectorStore,
        sentence_vectors: SentenceVectors,
        tokens: TokenIndex,
        lexical: BM25Index,
    ) -> None:
        self.manifest = manifest
        self.documents = tuple(documents)
        self.passages = tuple(passages)
        self.passage_vectors = passage_vectors
        self.sentence_vectors = sentence_vectors
        self.tokens = tokens
        self.lexical = lexical
        self._release: weakref.finalize[..., Snapshot] | None = None

    def keep(self, descriptor: int) -> None:
        """Close a file descriptor, which holds the snapshot's files, when the snapshot is released or forgotten."""
        self._release = weakref.finalize(self, os.close, descriptor)

    def release(self) -> None:
        """Let the snapshot's files be swept; what is in memory stays."""
        if self._release is not None:
            self._release()

    @cached_property
    def document_by_id(self) -> Mapping[str, Document]:
        return {document.id: document for document in self.documents}

    @cached_property
    def sentence_starts(self) -> Rows:
        """Row of each passage's first sentence, and one past the last: ``(passages + 1,)``."""
        return np.cumsum([0, *(len(passage.sentences) for passage in self.passages)], dtype=np.int64)

    @cached_property
    def passage_of_sentence(self) -> Rows:
        return np.repeat(np.arange(len(self.passages)), np.diff(self.sentence_starts))

    @cached_property
    def is_heading(self) -> NDArray[np.bool_]:
        """Which sentences are headings of sections: they lead to an answer but are none; ``(sentences,)``."""
        headings = {(document.id, span) for document in self.documents for span in document.headings}
        spans = ((passage.document_id, span) in headings for passage in self.passages for span in passage.sentences)
        return np.fromiter(spans, dtype=bool, count=int(self.sentence_starts[-1]))

    def sentence_slice(self, row: int) -> slice:
        """Where a passage's sentences stand among all of them."""
        return slice(int(self.sentence_starts[row]), int(self.sentence_starts[row + 1]))

    def sentences_of(self, rows: Rows) -> tuple[Rows, Rows]:
        """The sentence rows of some passages, one passage after the other, and where each passage's begin in them."""
        counts = np.diff(self.sentence_starts)[rows]
        first = np.cumsum(counts) - counts
        return np.repeat(self.sentence_starts[rows] - first, counts) + np.arange(int(counts.sum())), first

    def terms_of(self, row: int) -> NDArray[np.int32]:
        """The ids of the terms that a passage says, in order, ``(tokens,)``; its context's are not among them."""
        sentences = self.sentence_slice(row)
        return self.lexical.sentence_tokens(np.arange(sentences.start, sentences.stop))[0]

    @cached_property
    def rows_of_document(self) -> Mapping[str, range]:
        """The passage rows of each document, which are adjacent and in the order of its text."""
        rows: dict[str, range] = {}
        for row, passage in enumerate(self.passages):
            first = rows.get(passage.document_id, range(row, row)).start
            rows[passage.document_id] = range(first, row + 1)
        return rows

    def row_of(self, passage: Passage) -> int:
        return self.rows_of_document[passage.document_id].start + passage.ordinal

    def document_of(self, row: int) -> Document:
        return self.document_by_id[self.passages[row].document_id]

    def admitted(self, filters: Filters) -> Rows | None:
        """The passage rows that a filter admits, ascending; None when there is no filter."""
        if not filters:
            return None
        admitted = {document.id for document in self.documents if filters.admits(document)}
        rows = [row for row, passage in enumerate(self.passages) if passage.document_id in admitted]
        return np.asarray(rows, dtype=np.int64)


def write(index: Path, snapshot: Snapshot) -> None:
    """Write a snapshot beside the others and let CURRENT name it; until then nothing that is served changes."""
    index_folder.add(index, snapshot.manifest, partial(_write_parts, snapshot=snapshot))


def open_snapshot(index: Path, snapshot_id: str) -> Snapshot:
    """Check a snapshot and load it; while it lives, its files are not swept.

    Raises:
        SnapshotDamaged: as ``index_folder.check`` does, or the files do not fit together.
        SnapshotOutdated: as ``index_folder.check`` does.
    """
    held = index_folder.hold(index, snapshot_id)
    try:
        snapshot = _read_parts(index / snapshot_id, index_folder.check(index, snapshot_id))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        os.close(held)
        raise SnapshotDamaged(f"snapshot {snapshot_id}: its files do not fit together; run: qa index") from error
    except BaseException:
        os.close(held)
        raise
    snapshot.keep(held)
    return snapshot


def open_current(index: Path) -> tuple[Snapshot, SnapshotDamaged | None]:
    """Open what CURRENT names, or, where that is damaged, the newest sound snapshot together with the damage.

    Raises:
        IndexMissing: nothing has been built.
        SnapshotDamaged: no snapshot is sound.
        SnapshotOutdated: the current one has another format.
    """
    current = current_id(index)
    if current is None:
        raise IndexMissing("there is no index yet; run: qa index")
    try:
        if current == index_folder.NO_ID:
            raise SnapshotDamaged("CURRENT does not name a snapshot; run: qa index")
        return open_snapshot(index, current), None
    except SnapshotDamaged as error:
        if current_id(index) != current:  # another was published, and this one swept, after CURRENT was read
            return open_current(index)
        damage = error
    for snapshot_id in list_ids(index):
        try:
            return open_snapshot(index, snapshot_id), damage
        except (SnapshotDamaged, SnapshotOutdated):
            continue
    raise damage


def _write_parts(folder: Path, snapshot: Snapshot) -> None:
    document_rows = {document.id: row for row, document in enumerate(snapshot.documents)}
    contexts = sorted({passage.context for passage in snapshot.passages})
    context_rows = {context: row for row, context in enumerate(contexts)}
    passages = [
        (document_rows[p.document_id], p.ordinal, p.start, p.end, len(p.sentences), context_rows[p.context])
        for p in snapshot.passages
    ]
    sentences = [(s.start, s.end) for p in snapshot.passages for s in p.sentences]
    lines = (json.dumps(asdict(document), ensure_ascii=False) + "\n" for document in snapshot.documents)
    (folder / _DOCUMENTS).write_bytes("".join(lines).encode("utf-8"))
    (folder / _CONTEXTS).write_text(json.dumps(contexts, ensure_ascii=False), "utf-8")
    np.save(folder / _PASSAGES, np.asarray(passages, dtype=np.int64).reshape(-1, 6), allow_pickle=False)
    np.save(folder / _SENTENCES, np.asarray(sentences, dtype=np.int64).reshape(-1, 2), allow_pickle=False)
    snapshot.passage_vectors.save(folder / _PASSAGE_VECTORS)
    snapshot.sentence_vectors.save(folder / _SENTENCE_VECTORS)
    snapshot.tokens.save(folder / _TOKENS)
    snapshot.lexical.save(folder / _LEXICAL)


def _read_parts(folder: Path, manifest: Manifest) -> Snapshot:
    lines = (folder / _DOCUMENTS).read_bytes().decode("utf-8").split("\n")[:-1]
    documents = [Document.from_fields(json.loads(line)) for line in lines]
    passages = _passages(folder, documents)
    sentences = np.asarray([len(passage.sentences) for passage in passages], dtype=np.int64)
    store = STORES[manifest.store]
    return Snapshot(
        manifest,
        documents,
        passages,
        store.load(folder / _PASSAGE_VECTORS),
        SentenceVectors.load(folder / _SENTENCE_VECTORS),
        TokenIndex.load(folder / _TOKENS, sentences),
        BM25Index.load(folder / _LEXICAL),
    )


def _passages(folder: Path, documents: Sequence[Document]) -> list[Passage]:
    contexts: list[str] = json.loads((folder / _CONTEXTS).read_text("utf-8"))
    table: Table = np.load(folder / _PASSAGES, allow_pickle=False)
    spans = [Span(start, end) for start, end in np.load(folder / _SENTENCES, allow_pickle=False).tolist()]
    passages: list[Passage] = []
    first = 0
    for document_row, ordinal, start, end, sentences, context in table.tolist():
        document = documents[document_row]
        own = tuple(spans[first : first + sentences])
        passages.append(Passage(document.id, ordinal, start, end, document.text[start:end], own, contexts[context]))
        first += sentences
    return passages
