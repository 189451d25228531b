"""The only module that knows the file names inside ``index/``: writing, publishing, checking and opening snapshots.

A snapshot is written into a hidden folder, synced, renamed to its id and then named by CURRENT with one atomic
rename; a process that dies at any step leaves CURRENT and what it points to as they were. Every file's SHA-256 stands
in the manifest and is checked before a byte of it is parsed.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.errors import IndexMissing, SnapshotDamaged, SnapshotOutdated
from qa.late_interaction import TokenIndex
from qa.lexical import BM25Index
from qa.protocols import Rows, VectorStore
from qa.sentence_vectors import SentenceVectors
from qa.stores import STORES
from qa.types import Document, Filters, Passage, Span, Unreadable

FORMAT = 6
_MANIFEST, _SEAL, _CURRENT = "manifest.json", "manifest.sha256", "CURRENT"
_DOCUMENTS, _PASSAGES, _SENTENCES, _CONTEXTS = "documents.jsonl", "passages.npy", "sentences.npy", "contexts.json"
_PASSAGE_VECTORS, _SENTENCE_VECTORS, _TOKENS, _LEXICAL = "passage_vectors", "sentence_vectors", "tokens", "lexical"
_BUILDING = ".building-"
_ID = re.compile(r"[0-9a-f]{16}")
_NO_ID = "(damaged)"

Table = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot says of itself. ``files`` maps each file's name to its SHA-256; ``built_at`` is ISO 8601, UTC."""

    id: str
    embedder: str
    dimension: int
    store: str
    documents: int
    passages: int
    sentences: int
    built_at: str
    unreadable: tuple[Unreadable, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


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
    index.mkdir(parents=True, exist_ok=True)
    building = index / f"{_BUILDING}{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    _write_parts(building, snapshot)
    files = {
        path.relative_to(building).as_posix(): _sync(path) for path in sorted(building.rglob("*")) if path.is_file()
    }
    manifest = asdict(snapshot.manifest) | {"files": files}
    (building / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    (building / _SEAL).write_text(_sync(building / _MANIFEST) + "\n", "utf-8")
    _sync(building / _SEAL)
    for folder in (building / _LEXICAL, building / _TOKENS, building / _SENTENCE_VECTORS, building):
        _sync_folder(folder)
    target = index / snapshot.manifest.id
    if target.exists():  # an unsound one: the indexer does not build again what it can open
        target.rename(building.with_name(f"{_BUILDING}{os.getpid()}-replaced"))
    building.rename(target)
    _sync_folder(index)
    publish(index, snapshot.manifest.id)


def publish(index: Path, snapshot_id: str) -> None:
    """Let CURRENT name a snapshot, atomically."""
    draft = index / f".{_CURRENT}-{os.getpid()}"
    draft.write_text(snapshot_id + "\n", "utf-8")
    _sync(draft)
    draft.replace(index / _CURRENT)
    _sync_folder(index)


def sweep(index: Path, keep: int) -> None:
    """Remove what killed builds left behind and all but the newest ``keep`` snapshots; CURRENT's always stays."""
    for leftover in [*index.glob(f"{_BUILDING}*"), *index.glob(f".{_CURRENT}-*")]:
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)
    current = current_id(index)
    others = [snapshot_id for snapshot_id in list_ids(index) if snapshot_id != current]
    for snapshot_id in others[max(keep - 1, 0) :]:
        shutil.rmtree(index / snapshot_id, ignore_errors=True)


def current_id(index: Path) -> str | None:
    """The id that CURRENT names, None before the first build, and ``(damaged)`` where CURRENT holds no id."""
    try:
        named = (index / _CURRENT).read_bytes().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError:
        return _NO_ID
    return named if _ID.fullmatch(named) else _NO_ID


def list_ids(index: Path) -> list[str]:
    """All snapshots in the index, newest first."""
    folders = [path for path in index.glob("*") if path.is_dir() and (path / _MANIFEST).is_file()]
    return [path.name for path in sorted(folders, key=lambda p: (p / _MANIFEST).stat().st_mtime_ns, reverse=True)]


def read_manifest(index: Path, snapshot_id: str) -> Manifest:
    """Read what a snapshot says of itself, without opening it.

    Raises:
        SnapshotDamaged: the manifest is missing, has a wrong byte or is another snapshot's.
        SnapshotOutdated: it was written by another version of the format.
    """
    folder = index / snapshot_id
    try:
        content = (folder / _MANIFEST).read_bytes()
        if hashlib.sha256(content).hexdigest() != (folder / _SEAL).read_text("utf-8").strip():
            raise ValueError(_SEAL)
        fields = json.loads(content)
        if fields["id"] != snapshot_id:
            raise ValueError(snapshot_id)
        found = fields["format"]
        unreadable = tuple(Unreadable(**entry) for entry in fields.pop("unreadable"))
        if found == FORMAT:
            return Manifest(**fields, unreadable=unreadable)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotDamaged(f"snapshot {snapshot_id}: {_MANIFEST} is missing or damaged; run: qa index") from error
    raise SnapshotOutdated(f"snapshot {snapshot_id} has format {found}, this version reads {FORMAT}; run: qa index")


def verify(index: Path, manifest: Manifest) -> None:
    """Compare every file with the manifest.

    Raises:
        SnapshotDamaged: naming the first file that is missing, superfluous, unreadable or has a wrong byte.
    """
    folder = index / manifest.id
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {_MANIFEST, _SEAL}
    for name in sorted(present ^ set(manifest.files)):
        state = "is missing" if name in manifest.files else "does not belong to it"
        raise SnapshotDamaged(f"snapshot {manifest.id}: {name} {state}; run: qa index")
    for name, digest in manifest.files.items():
        try:
            sound = _digest(folder / name) == digest
        except OSError as error:
            raise SnapshotDamaged(
                f"snapshot {manifest.id}: {name} cannot be read ({error.strerror}); run: qa index"
            ) from error
        if not sound:
            raise SnapshotDamaged(f"snapshot {manifest.id}: {name} has a wrong byte; run: qa index")


def open_snapshot(index: Path, snapshot_id: str) -> Snapshot:
    """Check a snapshot and load it.

    Raises:
        SnapshotDamaged: as ``read_manifest`` and ``verify`` do, or the files do not fit together.
        SnapshotOutdated: as ``read_manifest`` does.
    """
    manifest = read_manifest(index, snapshot_id)
    verify(index, manifest)
    try:
        return _read_parts(index / snapshot_id, manifest)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise SnapshotDamaged(f"snapshot {snapshot_id}: its files do not fit together; run: qa index") from error


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
        if current == _NO_ID:
            raise SnapshotDamaged("CURRENT does not name a snapshot; run: qa index")
        return open_snapshot(index, current), None
    except SnapshotDamaged as error:
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


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> str:
    """Force a file to the disk; returns its SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
