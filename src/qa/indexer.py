"""Corpus → snapshot: reads, splits, embeds only what the last snapshot does not hold, and publishes."""

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from qa import snapshot as snapshots
from qa.corpus import list_files, read_file
from qa.errors import IndexLocked, SnapshotDamaged, SnapshotOutdated, StrictBuildRefused, UnreadableFile
from qa.late_interaction import EncodedPassage, TokenIndex, pool
from qa.lexical import BM25Index
from qa.protocols import Embedder, Splitter, Vectors
from qa.readers.isolation import Parser
from qa.sentence_vectors import SentenceVectors
from qa.snapshot import Manifest, Snapshot
from qa.stores import STORES
from qa.types import Document, Passage, Unreadable

logger = logging.getLogger(__name__)

STORE = "faiss-flat"
ENCODE_BATCH = 128

_Key = tuple[str, str, tuple[tuple[int, int], ...]]

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a build did, by document id; ``unreadable`` names files, and lines or pages of files that were read."""

    snapshot: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class Indexer:
    """Builds snapshots from a folder with one embedder and one splitter."""

    corpus: Path
    index: Path
    embedder: Embedder
    splitter: Splitter
    recipe: str
    """What besides the documents decides the snapshot: the embedder's fingerprint and the splitter's settings."""
    keep: int = 3

    def build(self, strict: bool = False, progress: Progress = no_progress) -> Changes:
        """Bring the index up to date with the folder.

        The same documents and recipe give the same snapshot id, and a sound snapshot of that id is not built again.

        Raises:
            CorpusError: the folder cannot be listed.
            IndexLocked: another process is building.
            StrictBuildRefused: ``strict`` and a file cannot be read; nothing is published.
        """
        documents, unreadable = self._read(progress)
        if strict and unreadable:
            listed = "; ".join(f"{entry.document_id}: {entry.reason}" for entry in unreadable)
            raise StrictBuildRefused(f"nothing was published, since files cannot be read: {listed}")
        return self.publish(documents, unreadable, progress)

    def publish(
        self, documents: Sequence[Document], unreadable: Sequence[Unreadable] = (), progress: Progress = no_progress
    ) -> Changes:
        """Let the index hold these documents and no others.

        Raises:
            IndexLocked: another process is building.
        """
        with exclusive(self.index):
            last = _open_last(self.index)
            snapshot_id = identify(documents, unreadable, self.recipe)
            passages = self._publish(snapshot_id, documents, unreadable, last, progress)
            snapshots.sweep(self.index, self.keep)
        return _changes(snapshot_id, documents, unreadable, last.documents if last else (), passages)

    def is_stale(self) -> bool:
        """Whether a build would publish another snapshot than the current one."""
        documents, unreadable = self._read()
        return identify(documents, unreadable, self.recipe) != snapshots.current_id(self.index)

    def _read(self, progress: Progress = no_progress) -> tuple[list[Document], list[Unreadable]]:
        return read_corpus(self.corpus, progress, self.index)

    def assemble(
        self, documents: Sequence[Document], unreadable: Sequence[Unreadable] = (), last: Snapshot | None = None,
        progress: Progress = no_progress,
    ) -> Snapshot:  # fmt: skip
        """Split, embed and index documents, taking over vectors of equal texts from ``last``; writes nothing."""
        passages = [passage for document in documents for passage in self.splitter(document)]
        reuse = last if last and last.manifest.embedder == self.embedder.fingerprint else None
        encoded = self._encode(passages, reuse, progress)
        vectors, sentence_vectors = self._stacked(encoded)
        manifest = Manifest(
            id=identify(documents, unreadable, self.recipe),
            embedder=self.embedder.fingerprint,
            dimension=self.embedder.dimension,
            store=STORE,
            documents=len(documents),
            passages=len(passages),
            sentences=len(sentence_vectors),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            unreadable=tuple(unreadable),
        )
        store = STORES[STORE]
        return Snapshot(
            manifest,
            documents,
            passages,
            store.build(vectors),
            SentenceVectors.build(sentence_vectors),
            TokenIndex.build(encoded, self.embedder.dimension, self.embedder.projection),
            BM25Index.build(passages),
        )

    def _publish(
        self, snapshot_id: str, documents: Sequence[Document], unreadable: Sequence[Unreadable],
        last: Snapshot | None, progress: Progress,
    ) -> int:  # fmt: skip
        if last and last.manifest.id == snapshot_id:
            sound: Snapshot | None = last
        else:
            sound = _open_if_sound(self.index, snapshot_id)
        if sound is not None:
            if snapshots.current_id(self.index) != snapshot_id:
                snapshots.publish(self.index, snapshot_id)
            return len(sound.passages)
        built = self.assemble(documents, unreadable, last, progress)
        snapshots.write(self.index, built)
        return len(built.passages)

    def _encode(self, passages: Sequence[Passage], last: Snapshot | None, progress: Progress) -> list[EncodedPassage]:
        known = _stored(last)
        encoded = {key: known[key] for passage in passages if (key := _key(passage)) in known}
        missing = list({key: p for p in passages if (key := _key(p)) not in encoded}.values())
        missing.sort(key=lambda p: (len(p.embedded_text), p.embedded_text))  # equal lengths in a batch: little padding
        for first in range(0, len(missing), ENCODE_BATCH):
            batch = missing[first : first + ENCODE_BATCH]
            outputs = self.embedder.encode_passages([passage.embedded_text for passage in batch])
            for passage, output in zip(batch, outputs, strict=True):
                encoded[_key(passage)] = pool(output, passage, self.embedder.projection)
            progress("encoding", first + len(batch), len(missing))
        return [encoded[_key(passage)] for passage in passages]

    def _stacked(self, encoded: Sequence[EncodedPassage]) -> tuple[Vectors, Vectors]:
        """The vectors of all passages, and of all their sentences, in order."""
        none = np.zeros((0, self.embedder.dimension), dtype=np.float32)
        vectors = np.concatenate([none, *(passage.vector[None, :] for passage in encoded)])
        return vectors, np.concatenate([none, *(passage.sentences for passage in encoded)])


def read_corpus(
    corpus: Path, progress: Progress = no_progress, index: Path | None = None
) -> tuple[list[Document], list[Unreadable]]:
    """Read every file of a folder, the index left out; those that cannot be read are listed with the reason.

    Raises:
        CorpusError: the folder cannot be listed, or the process that parses cannot be started.
    """
    documents: list[Document] = []
    unreadable: list[Unreadable] = []
    files = list_files(corpus, index)
    with Parser() as parser:
        for done, document_id in enumerate(files, start=1):
            for reading in _read(corpus, document_id, parser):
                if isinstance(reading, Document):
                    documents.append(reading)
                else:
                    logger.warning("%s: %s", reading.document_id, reading.reason)
                    unreadable.append(reading)
            progress("reading", done, len(files))
    return documents, unreadable


def _read(corpus: Path, document_id: str, parser: Parser) -> list[Document | Unreadable]:
    try:
        return parser.parse(document_id, read_file(corpus, document_id))
    except UnreadableFile as error:
        return [Unreadable(document_id.encode("utf-8", "backslashreplace").decode("utf-8"), str(error))]


def identify(documents: Sequence[Document], unreadable: Sequence[Unreadable], recipe: str) -> str:
    """The snapshot's id: 16 hexadecimal digits of a SHA-256 over everything that decides its content."""
    digest = hashlib.sha256(f"{snapshots.FORMAT} {STORE} {recipe}\n".encode())
    for record in [asdict(document) for document in documents] + [asdict(entry) for entry in unreadable]:
        digest.update(json.dumps(record, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()[:16]


@contextmanager
def exclusive(index: Path) -> Iterator[None]:
    """Hold the index's lock; it dies with the process, so a killed build leaves none behind.

    Raises:
        IndexLocked: another process holds it; says which.
    """
    index.mkdir(parents=True, exist_ok=True)
    with (index / "LOCK").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise IndexLocked(f"process {holder} is building this index; wait until it has finished") from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _open_last(index: Path) -> Snapshot | None:
    """The current snapshot to take vectors from; a damaged or outdated one gives nothing."""
    current = snapshots.current_id(index)
    return None if current is None else _open_if_sound(index, current)


def _open_if_sound(index: Path, snapshot_id: str) -> Snapshot | None:
    if not (index / snapshot_id).is_dir():
        return None
    try:
        return snapshots.open_snapshot(index, snapshot_id)
    except (SnapshotDamaged, SnapshotOutdated) as error:
        logger.warning("%s", error)
        return None


def _key(passage: Passage) -> _Key:
    """All that decides the vectors of a passage: a text alone may be divided differently, or be another's context."""
    sentences = ((span.start - passage.start, span.end - passage.start) for span in passage.sentences)
    return passage.context, passage.text, tuple(sentences)


def _stored(snapshot: Snapshot | None) -> dict[_Key, EncodedPassage]:
    """What an earlier snapshot holds, by what decided it."""
    if snapshot is None:
        return {}
    vectors = snapshot.passage_vectors.vectors(np.arange(len(snapshot.passages)))
    sentences = snapshot.sentence_vectors.vectors(np.arange(int(snapshot.sentence_starts[-1])))
    return {
        _key(passage): snapshot.tokens.passage(row, vectors[row], sentences[snapshot.sentence_slice(row)])
        for row, passage in enumerate(snapshot.passages)
    }


def _changes(
    snapshot_id: str, documents: Sequence[Document], unreadable: Sequence[Unreadable], before: Sequence[Document],
    passages: int,
) -> Changes:  # fmt: skip
    old = {document.id: document for document in before}
    new = {document.id: document for document in documents}
    kept = [name for name in new if name in old]
    return Changes(
        snapshot=snapshot_id,
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in kept if new[name] != old[name]),
        removed=tuple(name for name in old if name not in new),
        unchanged=tuple(name for name in kept if new[name] == old[name]),
        unreadable=tuple(unreadable),
        passages=passages,
    )
