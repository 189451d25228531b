"""One sealed build, in memory and in its folder: the only module that knows what files a snapshot consists of.

No byte of a file is parsed before its SHA-256 has been compared with the manifest's, which each machine does once.
"""

import os
import weakref
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.arrays import mapped, ranges
from qa.errors import IndexMissing, SnapshotDamaged, SnapshotOutdated
from qa.index import earlier
from qa.index import folder as index_folder
from qa.index.bm25 import BM25Index
from qa.index.documents import Columns, Documents, DocumentsById, Entries
from qa.index.engines.cache import Recent
from qa.index.folder import Manifest, current_id, list_ids
from qa.index.multilingual import Multilingual
from qa.index.passages import Passages
from qa.index.sentence_vectors import SentenceVectors
from qa.index.stores import STORES
from qa.index.token_vectors import TokenIndex
from qa.protocols import Rows, Vectors, VectorStore
from qa.types import Document, DocumentEntry, Filters, Hit, Passage

__all__ = ["Manifest", "Snapshot", "current_id", "list_ids", "open_current", "open_snapshot", "read_documents", "write"]

_DOCUMENTS, _EARLIER_DOCUMENTS, _HEADINGS = "documents", "documents.jsonl", "headings.npy"
_PASSAGE_VECTORS, _SENTENCE_VECTORS, _TOKENS, _LEXICAL = "passage_vectors", "sentence_vectors", "tokens", "lexical"
_MULTILINGUAL = "multilingual"
KEPT_FILTERS = 8  # of which the admitted passages are known


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
        multilingual: Multilingual | None = None,
    ) -> None:
        self.manifest = manifest
        self.documents: Sequence[Document] = documents
        self.passages = passages if isinstance(passages, Passages) else Passages.of(self.documents, passages)
        self.passage_vectors = passage_vectors
        self.sentence_vectors = sentence_vectors
        self.tokens = tokens
        self.lexical = lexical
        self.multilingual = multilingual
        self._admitted: Recent[Filters, Rows] = Recent(KEPT_FILTERS)
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
        if isinstance(self.documents, Documents):
            return DocumentsById(self.documents)
        return {document.id: document for document in self.documents}

    @property
    def entries(self) -> Sequence[DocumentEntry]:
        """What lists say of the documents, in their order."""
        return Entries(self.documents)

    @cached_property
    def tags(self) -> Sequence[str]:
        """All tags of the documents, sorted in any case."""
        if isinstance(self.documents, Documents):
            names: Collection[str] = self.documents.columns.tags
        else:
            names = {tag for entry in self.entries for tag in entry.tags}
        return sorted(names, key=lambda tag: (tag.casefold(), tag))

    @cached_property
    def folders(self) -> Mapping[str, int]:
        """The folders of the first level, each with a slash at its end, and how many documents are in and below it."""
        return Counter(name.partition("/")[0] + "/" for name in self.document_ids if "/" in name)

    @cached_property
    def by_folder(self) -> Rows:
        """The rows of the documents by folder and id, ``(documents,)``."""
        ids = [*self.document_ids]
        order = sorted(range(len(ids)), key=lambda row: (ids[row][: ids[row].rfind("/") + 1], ids[row]))
        return np.asarray(order, dtype=np.int64)

    @property
    def document_ids(self) -> Sequence[str]:
        """The ids of the documents, in their order."""
        if isinstance(self.documents, Documents):
            return self.documents.columns.ids
        return [entry.id for entry in self.entries]

    def listed(self, after: str | None, limit: int) -> list[DocumentEntry]:
        """What lists say of the documents behind the one of an id, or of the first ones.

        Raises:
            KeyError: no document has this id.
        """
        first = 0 if after is None else self._columns.row(after) + 1
        if after is not None and not first:
            raise KeyError(after)
        return list(self.entries[first : first + limit])

    @cached_property
    def _columns(self) -> Documents:
        return Documents.of(self.documents)

    @cached_property
    def is_heading(self) -> NDArray[np.bool_]:
        """Which sentences are headings of sections: they lead to an answer but are none; ``(sentences,)``."""
        marks = np.zeros(len(self.passages.spans), dtype=np.bool_)
        for document in self.documents:
            rows = self.rows_of_document.get(document.id)
            if document.headings and rows:
                own = slice(*self.sentence_starts[[rows.start, rows.stop]].tolist())
                headings = {(span.start, span.end) for span in document.headings}
                marks[own] = [(start, end) in headings for start, end in self.passages.spans[own].tolist()]
        return marks

    def passage_of_sentence(self, sentence: int) -> int:
        """The row of the passage that a sentence stands in."""
        return int(np.searchsorted(self.sentence_starts, sentence, side="right")) - 1

    @property
    def sentence_starts(self) -> Rows:
        """Row of each passage's first sentence, and one past the last: ``(passages + 1,)``."""
        return self.passages.sentence_starts

    @property
    def rows_of_document(self) -> Mapping[str, range]:
        """The passage rows of each document, which are adjacent and in the order of its text."""
        return self.passages.by_document

    def sentence_slice(self, row: int) -> slice:
        """Where a passage's sentences stand among all of them."""
        return slice(int(self.sentence_starts[row]), int(self.sentence_starts[row + 1]))

    def sentences_of(self, rows: Rows) -> tuple[Rows, Rows]:
        """The sentence rows of some passages, one passage after the other, and where each passage's begin in them."""
        starts = self.sentence_starts[rows]
        counts = self.sentence_starts[rows + 1] - starts
        return ranges(starts, counts), np.cumsum(counts) - counts

    def terms_of(self, row: int) -> NDArray[np.int32]:
        """The ids of the terms that a passage says, in order, ``(tokens,)``; its context's are not among them."""
        sentences = self.sentence_slice(row)
        return self.lexical.sentence_tokens(np.arange(sentences.start, sentences.stop))[0]

    def row_of(self, passage: Passage) -> int:
        return self.rows_of_document[passage.document_id].start + passage.ordinal

    def document_of(self, row: int) -> Document:
        return self.documents[int(self.passages.document_rows[row])]

    def near(
        self, vector: Vectors, weights: Mapping[str, float], named: Sequence[Sequence[str]], filters: Filters,
        meaning: Vectors | None = None,
    ) -> "tuple[Snapshot, Rows | None]":  # fmt: skip
        """Where to look for a question: a snapshot, and which of its rows are admitted (None for all of them).

        Here everything is at hand; an engine fetches what a question may need, given its unit vector, its terms with
        their weights, as words, what it names, and where languages differ, its vector by the multilingual embedder.
        """
        return self, self.admitted(filters)

    @property
    def version(self) -> str:
        """Equal for snapshots that give the same answers."""
        return self.manifest.id

    def now(self) -> "Snapshot":
        """The snapshot as it is at this moment; a sealed one does not change."""
        return self

    def search(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        """The passages nearest to a unit vector among those admitted, best first."""
        return self.passage_vectors.search(vector, k, self.admitted(filters))

    def at(self, rows: range) -> "tuple[Snapshot, range]":
        """Where some adjacent passages are at hand, and which rows they are there."""
        return self, rows

    def of_document(self, document_id: str) -> "Snapshot":
        """Where all passages of a document are at hand."""
        return self

    def around(self, vector: Vectors, k: int) -> "Snapshot":
        """Where at least the ``k`` passages nearest to a unit vector are at hand."""
        return self

    def count_admitted(self, filters: Filters) -> int:
        """How many documents a filter admits."""
        return len(self._columns.admitted(filters))

    def admitted(self, filters: Filters) -> Rows | None:
        """The passage rows that a filter admits, ascending; None when there is no filter."""
        if not filters:
            return None
        return self._admitted.get(filters, lambda: ranges(*self.passages.of_documents(self._columns.admitted(filters))))


def write(index: Path, snapshot: Snapshot) -> None:
    """Write a snapshot beside the others and let CURRENT name it; until then nothing that is served changes."""
    index_folder.add(index, snapshot.manifest, partial(_write_parts, snapshot=snapshot))


def open_snapshot(index: Path, snapshot_id: str, *, again: bool = False) -> Snapshot:
    """Check a snapshot (``again`` as in ``index_folder.verify``) and load it; while it lives, it is not swept.

    Raises:
        SnapshotDamaged: as ``index_folder.check`` does, or the files do not fit together.
        SnapshotOutdated: as ``index_folder.check`` does.
    """
    held = index_folder.hold(index, snapshot_id)
    try:
        snapshot = _read_parts(index / snapshot_id, index_folder.check(index, snapshot_id, again=again))
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


def read_documents(index: Path, snapshot_id: str, ids: Collection[str] | None = None) -> Iterator[Document]:
    """The documents of a snapshot, or those with some ids, without the rest of it; their file is checked first.

    Raises:
        SnapshotDamaged: the file, or what the snapshot says of itself, is missing or has a wrong byte.
        SnapshotOutdated: as ``index_folder.read_manifest`` does.
    """
    held = index_folder.hold(index, snapshot_id)
    try:
        manifest = index_folder.read_manifest(index, snapshot_id)
        index_folder.verify(index, manifest, below=_DOCUMENTS)
        documents = _read_documents(index / snapshot_id, manifest)
        if ids is None:
            yield from documents
        elif isinstance(documents, Documents):
            yield from (documents[row] for name in ids if (row := documents.row(name)) >= 0)
        else:
            yield from (document for document in documents if document.id in ids)
    finally:
        os.close(held)


def _write_parts(folder: Path, snapshot: Snapshot) -> None:
    Documents.of(snapshot.documents).columns.save(folder / _DOCUMENTS)
    np.save(folder / _HEADINGS, snapshot.is_heading, allow_pickle=False)
    snapshot.passages.save(folder)
    snapshot.passage_vectors.save(folder / _PASSAGE_VECTORS)
    snapshot.sentence_vectors.save(folder / _SENTENCE_VECTORS)
    snapshot.tokens.save(folder / _TOKENS)
    snapshot.lexical.save(folder / _LEXICAL)
    if snapshot.multilingual is not None:
        snapshot.multilingual.save(folder / _MULTILINGUAL)


def _read_documents(folder: Path, manifest: Manifest) -> Sequence[Document]:
    if manifest.format in index_folder.EARLIER:
        return earlier.documents(folder / _EARLIER_DOCUMENTS)
    return Documents(Columns.load(folder / _DOCUMENTS))


def _read_parts(folder: Path, manifest: Manifest) -> Snapshot:
    if manifest.format in index_folder.EARLIER:
        return _read_earlier(folder, manifest)
    documents = Documents(Columns.load(folder / _DOCUMENTS))
    passages = Passages.load(folder, documents)
    snapshot = Snapshot(
        manifest,
        documents,
        passages,
        STORES[manifest.store].load(folder / _PASSAGE_VECTORS),
        SentenceVectors.load(folder / _SENTENCE_VECTORS),
        TokenIndex.load(folder / _TOKENS, passages.sentence_starts),
        BM25Index.load(folder / _LEXICAL, len(passages)),
        Multilingual.load(folder / _MULTILINGUAL) if manifest.multilingual else None,
    )
    snapshot.is_heading = mapped(folder / _HEADINGS)
    return snapshot


def _read_earlier(folder: Path, manifest: Manifest) -> Snapshot:
    documents = earlier.documents(folder / _EARLIER_DOCUMENTS)
    passages = earlier.passages(folder, documents)
    return Snapshot(
        manifest,
        documents,
        passages,
        STORES[manifest.store].load(folder / _PASSAGE_VECTORS),
        SentenceVectors.load(folder / _SENTENCE_VECTORS),
        earlier.tokens(folder / _TOKENS, passages.sentence_starts),
        earlier.lexical(folder / _LEXICAL),
        earlier.multilingual(folder / _MULTILINGUAL) if manifest.multilingual else None,
    )
