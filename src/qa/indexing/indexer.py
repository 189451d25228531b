"""Corpus → snapshot: reads, splits, embeds only what the last snapshot does not hold, and publishes."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from qa.errors import SnapshotDamaged, SnapshotOutdated, message_of
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from qa.index.bm25 import BM25Index
from qa.index.folder import Manifest
from qa.index.multilingual import Multilingual
from qa.index.sentence_vectors import SentenceVectors
from qa.index.snapshot import Snapshot
from qa.index.stores import STORES, choose_store
from qa.index.token_vectors import EncodedPassage, TokenIndex
from qa.indexing.encoding import Elsewhere, Embedders, Scratch, encode
from qa.indexing.file_states import FileStates
from qa.indexing.reading import Reading, read_corpus, read_files
from qa.indexing.update import update
from qa.progress import Progress, no_progress
from qa.protocols import Embedder, MultilingualEmbedder, Splitter, Vectors
from qa.types import Changes, Document, Passage, Unreadable

logger = logging.getLogger(__name__)


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
    multilingual: MultilingualEmbedder | None = None
    """What makes passages findable in other languages; None builds without."""
    elsewhere: Elsewhere | None = None
    """Other processes that encode what is missing; None encodes it here."""

    def build(self, strict: bool = False, progress: Progress = no_progress) -> Changes:
        """Bring the index up to date with the folder.

        The same documents and recipe give the same snapshot id, and a sound snapshot of that id is not built again.

        Raises:
            CorpusError: the folder cannot be listed.
            IndexLocked: another process is building.
            StrictBuildRefused: ``strict`` and a file cannot be read; nothing is published.
        """
        return update(
            self.corpus,
            self.index,
            self.recipe,
            partial(self.publish_reading, progress=progress),
            strict=strict,
            progress=progress,
        )

    def publish_reading(self, reading: Reading, known: FileStates, progress: Progress = no_progress) -> Changes:
        """Let the index hold what was read of the corpus; whoever calls this holds the index's lock.

        The documents of files that were not parsed are taken from the snapshot of ``known``; where that cannot be
        opened, every file is read again.
        """
        last = _open_last(self.index)
        if known.files and (last is None or known.snapshot != last.manifest.id):
            reading = read_files(self.corpus, self.index, {}, progress)
        documents = reading.documents(last.document_by_id if last else {})
        return self._publish(documents, reading.unreadable, last, progress)

    def publish(
        self, documents: Sequence[Document], unreadable: Sequence[Unreadable] = (), progress: Progress = no_progress
    ) -> Changes:
        """Let the index hold these documents and no others.

        Raises:
            IndexLocked: another process is building.
        """
        with index_folder.exclusive(self.index):
            return self._publish(documents, unreadable, _open_last(self.index), progress)

    def is_stale(self) -> bool:
        """Whether a build would publish another snapshot than the current one; every file is read anew."""
        documents, unreadable = read_corpus(self.corpus, index=self.index)
        return identify(documents, unreadable, self.recipe) != index_folder.current_id(self.index)

    def assemble(
        self, documents: Sequence[Document], unreadable: Sequence[Unreadable] = (), last: Snapshot | None = None,
        progress: Progress = no_progress,
    ) -> Snapshot:  # fmt: skip
        """Split, embed and index documents; publishes nothing.

        Vectors of equal texts are taken over from ``last``, and where it was made by the same recipe, also the
        passages of equal documents.
        """
        passages = self._split(documents, last if last and last.manifest.recipe == self.recipe else None)
        reuse = last if last and last.manifest.embedder == self.embedder.fingerprint else None
        embedders = Embedders(self.embedder, self.multilingual)
        scratch = Scratch(index_folder.encoded_path(self.index))
        encoded = encode(passages, embedders, reuse, scratch, progress, self.elsewhere)
        # what the last snapshot knows of the embedder need not be asked of it: it may not have been loaded
        dimension = reuse.manifest.dimension if reuse else self.embedder.dimension
        projection = reuse.tokens.projection if reuse else self.embedder.projection
        vectors, sentence_vectors = _stacked(encoded, dimension)
        store = choose_store(len(passages))
        manifest = Manifest(
            id=identify(documents, unreadable, self.recipe),
            recipe=self.recipe,
            embedder=self.embedder.fingerprint,
            dimension=dimension,
            store=store,
            documents=len(documents),
            passages=len(passages),
            sentences=len(sentence_vectors),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            multilingual=self.multilingual.fingerprint if self.multilingual else None,
            unreadable=tuple(unreadable),
        )
        lexical = BM25Index.build(passages)
        return Snapshot(
            manifest,
            documents,
            passages,
            STORES[store].build(vectors),
            SentenceVectors.build(sentence_vectors),
            TokenIndex.build(encoded, dimension, projection),
            lexical,
            self._multilingual(passages, encoded, lexical, last),
        )

    def _multilingual(
        self, passages: Sequence[Passage], encoded: Sequence[EncodedPassage], lexical: BM25Index, last: Snapshot | None
    ) -> Multilingual | None:
        if self.multilingual is None:
            return None
        meanings = [passage.meaning for passage in encoded if passage.meaning is not None]
        same = last is not None and last.manifest.multilingual == self.multilingual.fingerprint
        return Multilingual.build(
            passages, meanings, lexical, self.multilingual, last.multilingual if last and same else None
        )

    def _split(self, documents: Sequence[Document], last: Snapshot | None) -> list[Passage]:
        passages: list[Passage] = []
        for document in documents:
            if last is not None and last.document_by_id.get(document.id) == document:
                rows = last.rows_of_document[document.id]
                passages += last.passages[rows.start : rows.stop]
            else:
                passages += self.splitter(document)
        return passages

    def _publish(
        self, documents: Sequence[Document], unreadable: Sequence[Unreadable], last: Snapshot | None, progress: Progress
    ) -> Changes:
        snapshot_id = identify(documents, unreadable, self.recipe)
        passages = self._publish_as(snapshot_id, documents, unreadable, last, progress)
        if last is not None:
            last.release()
        try:
            index_folder.sweep(self.index, self.keep)
        except OSError as error:  # what is published stays published; the next build sweeps again
            logger.warning("what is no longer needed cannot be removed (%s)", message_of(error))
        return _changes(snapshot_id, documents, unreadable, last.documents if last else (), passages)

    def _publish_as(
        self, snapshot_id: str, documents: Sequence[Document], unreadable: Sequence[Unreadable],
        last: Snapshot | None, progress: Progress,
    ) -> int:  # fmt: skip
        if last and last.manifest.id == snapshot_id:
            if index_folder.current_id(self.index) != snapshot_id:
                index_folder.publish(self.index, snapshot_id)
            return len(last.passages)
        if (sound := _manifest_if_sound(self.index, snapshot_id)) is not None:
            index_folder.publish(self.index, snapshot_id)
            return sound.passages
        built = self.assemble(documents, unreadable, last, progress)
        snapshots.write(self.index, built)
        return len(built.passages)


def _stacked(encoded: Sequence[EncodedPassage], dimension: int) -> tuple[Vectors, Vectors]:
    """The vectors of all passages, and of all their sentences, in order."""
    none = np.zeros((0, dimension), dtype=np.float32)
    vectors = np.concatenate([none, *(passage.vector[None, :] for passage in encoded)])
    return vectors, np.concatenate([none, *(passage.sentences for passage in encoded)])


def identify(documents: Sequence[Document], unreadable: Sequence[Unreadable], recipe: str) -> str:
    """The snapshot's id: 16 hexadecimal digits of a SHA-256 over everything that decides its content."""
    digest = hashlib.sha256(f"{index_folder.FORMAT} {recipe}\n".encode())
    for record in [asdict(document) for document in documents] + [asdict(entry) for entry in unreadable]:
        digest.update(json.dumps(record, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()[:16]


def _open_last(index: Path) -> Snapshot | None:
    """The current snapshot, or the newest where CURRENT names none that is there; a damaged or outdated one is none."""
    current = index_folder.current_id(index)
    if current is None or not (index / current).is_dir():
        current = next(iter(index_folder.list_ids(index)), None)
    if current is None:
        return None
    try:
        return snapshots.open_snapshot(index, current, again=True)
    except (SnapshotDamaged, SnapshotOutdated) as error:
        logger.warning("%s", error)
        return None


def _manifest_if_sound(index: Path, snapshot_id: str) -> Manifest | None:
    if not (index / snapshot_id).is_dir():
        return None
    try:
        return index_folder.check(index, snapshot_id, again=True)
    except (SnapshotDamaged, SnapshotOutdated) as error:
        logger.warning("%s", error)
        return None


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
