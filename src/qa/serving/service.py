"""The living service: answers from the snapshot that is open now, and swaps it for another in one assignment."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from qa.answering.answerer import Answerer
from qa.corpus.collections import Collections
from qa.errors import GenerationGone, IndexMissing, IndexUnusable, QAError, SnapshotDamaged, SnapshotOutdated, TooBusy
from qa.index.snapshot import Snapshot
from qa.index.source import FolderSource, Source
from qa.protocols import Embedder, Vectors
from qa.serving.answer_cache import AnswerCache, Asked
from qa.serving.damage import ServedFiles
from qa.serving.tracing import traced
from qa.types import Answer, Filters, Question

logger = logging.getLogger(__name__)

POLL_S = 0.5
VERIFY_PAUSE_S = 60.0  # from one comparison of all sums to the next
RETRY_S = 2.0  # while nothing serves
RETRY_SERVING_S = 30.0  # while something does: checking the sums of a large snapshot is work
SWITCH_S = 10.0  # for which a question waits until a sound snapshot is open in the place of a damaged one
SWITCHES = 3  # generations of an engine that may be dropped during one question


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer together with the snapshot that gave it."""

    answer: Answer
    snapshot: Snapshot


class Service:
    """Holds one snapshot. A question takes the reference once, so that no answer mixes two."""

    def __init__(
        self,
        index: Path,
        embedder: Embedder,
        answerer: Answerer,
        cache_bytes: int = 0,
        source: Source | None = None,
        collections: Collections | None = None,
    ) -> None:
        """Answer from what ``source`` opens, the snapshots of the index folder where none is given.

        Filters may name ``collections``; without them, none is known.
        """
        self._collections = collections
        self._source = source or FolderSource(index)
        self._index = index
        self._embedder = embedder
        self._answerer = answerer
        self._snapshot: Snapshot | None = None
        self._opening = threading.Lock()
        self._refused: IndexUnusable | None = None
        self._tried: object = None
        self._files: ServedFiles | None = None
        self._damage: SnapshotDamaged | None = None
        self._spoiled: ServedFiles | None = None  # known to be damaged: there is nothing more to look for
        self._cache = AnswerCache(cache_bytes)
        # One at a time on each processor: more of them would only take the interpreter's lock from each other.
        self._processors = threading.BoundedSemaphore(os.cpu_count() or 1)

    @property
    def ready(self) -> bool:
        return self._snapshot is not None

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers now.

        Raises:
            IndexUnusable: none is open; says why the last attempt failed.
        """
        if self._snapshot is None:
            raise self._refused or IndexMissing("the index is being opened; try again in a few seconds")
        for _ in range(SWITCHES):
            try:
                return self._snapshot.now()
            except GenerationGone:
                self.catch_up()
        return self._snapshot.now()

    @property
    def not_opened(self) -> str | None:
        """Why what the index names could not be opened, where an earlier snapshot serves instead."""
        return str(self._refused) if self._refused and self._snapshot else None

    @property
    def damage(self) -> str | None:
        """What is wrong with the files of the newest snapshot that was opened; they no longer change an answer."""
        return str(self._damage) if self._damage else None

    @property
    def asked(self) -> Asked:
        """How many questions were asked, and how many answers were at hand."""
        return self._cache.asked

    @property
    def index(self) -> Path:
        """The folder that holds the snapshots."""
        return self._index

    def embed_question(self, text: str) -> Vectors:
        """A question's unit vector, ``(dimension,)``, comparable with those that the snapshot stores."""
        return self._embedder.encode_question(text).vector

    def resolved(self, filters: Filters) -> Filters:
        """A filter with the members of its collections in their stead.

        Raises:
            QuestionError: it names a collection that is not there.
        """
        if self._collections is None or not filters.collections:
            return replace(filters, collections=())
        return self._collections.resolved(filters)

    def withdraw(self, document_id: str) -> None:
        """Let a document that was deleted answer no more, at once where the index can.

        Raises:
            EngineUnavailable: the engine that holds the index cannot be told; the next build tells it.
        """
        self._source.withdraw(document_id)

    def open(self) -> None:
        """Open the current snapshot, and answer one question so that the first real one is fast.

        Raises:
            IndexUnusable: there is no snapshot that can be used; what was open stays open.
        """
        with self._opening:
            self._open()

    def catch_up(self, again: float = math.inf) -> None:
        """Open the current snapshot unless that has been tried; from the moment ``again`` (monotonic) on in any case.

        Raises:
            IndexUnusable: it cannot be used; what was open stays open.
        """
        with self._opening:
            if time.monotonic() >= again or self._source.publication() != self._tried:
                self._open()
            elif self._refused is not None:
                raise self._refused

    def follow(self, stopping: threading.Event, opened: Callable[[Snapshot], object]) -> None:
        """Open whatever the index names, now and whenever something is published, until told to stop.

        What cannot be opened is reported once and tried again; what serves goes on serving meanwhile.
        """
        last_message, again = "", 0.0
        while not stopping.is_set():
            if time.monotonic() >= again or self._source.publication() != self._tried:
                try:
                    self.catch_up(again)  # whoever has just built may have done so while this waited for its turn
                    opened(self.snapshot)
                except Exception as error:  # noqa: BLE001  the thread that follows must outlive whatever goes wrong
                    again = time.monotonic() + (RETRY_SERVING_S if self.ready else RETRY_S)
                    last_message = _report(error, last_message)
                else:
                    last_message, again = "", math.inf
            stopping.wait(POLL_S)
            self._look_at_files()
            if not self.ready:
                again = min(again, time.monotonic() + RETRY_S)

    def verify(self, stopping: threading.Event) -> None:
        """Compare the sums of the files that serve with their bytes, again and again at a low rate, until told to stop.

        Size and time of a file that a disk spoils, or that is written through a mapping, need not change.
        """
        while not stopping.wait(VERIFY_PAUSE_S):
            files = self._files
            if files is not None and files is not self._spoiled and (damage := files.verify(stopping)) is not None:
                self._take_damage(files, damage)

    def _look_at_files(self) -> None:
        files = self._files
        if files is not None and files is not self._spoiled and (damage := files.look()) is not None:
            self._take_damage(files, damage)

    def _take_damage(self, files: ServedFiles, damage: SnapshotDamaged) -> None:
        """Serve another snapshot, unless all that answers is in memory or was opened meanwhile."""
        with self._opening:
            if files is not self._files:
                return
            self._damage, self._spoiled = damage, files
            logger.error("%s", damage)
            if files.in_memory:
                logger.error(
                    "snapshot %s serves on from memory until something is published", self.snapshot.manifest.id
                )
                return
            self._snapshot, self._files = None, None
            try:
                self._open()
            except IndexUnusable as error:
                self._refused = error
                logger.error("no sound snapshot is left: %s", error)
            self._damage = damage

    def _open(self) -> None:
        self._tried = self._source.publication()
        began_ns = time.time_ns()
        try:
            snapshot, damage = self._open_current()
            files = self._files_of(snapshot, began_ns)
        except IndexUnusable as error:
            self._refused = error
            raise
        self._answerer.answer(snapshot, Question("What does the first article say?"))
        self._snapshot, self._refused, self._files, self._damage = snapshot, damage, files, None
        logger.info("serving snapshot %s: %d passages", snapshot.manifest.id, len(snapshot.passages))

    def _files_of(self, snapshot: Snapshot, began_ns: int) -> ServedFiles | None:
        """The files of a snapshot that has some here, as they were when it was opened."""
        if not (self._index / snapshot.manifest.id).is_dir():
            return None
        files = ServedFiles(self._index, snapshot.manifest)
        if (changed := files.changed_since(began_ns)) is not None:
            raise changed
        return files

    def _open_current(self) -> tuple[Snapshot, SnapshotDamaged | None]:
        snapshot, damage = self._source.open()
        if damage is not None and self._snapshot is not None:
            raise damage  # what serves is sound, and as new as any other
        if damage is not None:
            logger.error("%s; serving snapshot %s instead", damage, snapshot.manifest.id)
        require_embedder(snapshot, self._embedder)
        return snapshot, damage

    def ask(self, question: Question, wait: bool = True) -> Answered:
        """Answer from the snapshot that is open now; without ``wait`` only where a processor is free for it.

        Raises:
            IndexUnusable: none is open.
            TooBusy: every processor answers another question.
            QuestionError: the filter names a collection that is not there.
        """
        self._wait_for_another()
        question = replace(question, filters=self.resolved(question.filters))
        for _ in range(SWITCHES):
            try:
                return self._ask(self.snapshot, question, wait)
            except GenerationGone:  # dropped since it was opened: what answers now is another
                self.catch_up()
        return self._ask(self.snapshot, question, wait)

    def _wait_for_another(self) -> None:
        """Wait while another snapshot is opened in the place of a damaged one."""
        if self._snapshot is None and self._damage is not None and self._opening.acquire(timeout=SWITCH_S):
            self._opening.release()

    def _ask(self, snapshot: Snapshot, question: Question, wait: bool) -> Answered:
        work = partial(self._work, snapshot, question, wait)
        return Answered(self._cache.answer(snapshot.version, question, work), snapshot)

    def _work(self, snapshot: Snapshot, question: Question, wait: bool) -> Answer:
        if not self._processors.acquire(blocking=wait):
            raise TooBusy("every processor answers another question; try again in a few seconds")
        try:
            return traced(partial(self._answerer.answer, snapshot, question), snapshot.manifest.id)
        finally:
            self._processors.release()


def _report(error: Exception, last_message: str) -> str:
    """Log a failure unless it was the last thing said; returns what has been said."""
    if str(error) != last_message:
        logger.error("%s", error, exc_info=None if isinstance(error, QAError) else error)
    return str(error)


def require_embedder(snapshot: Snapshot, embedder: Embedder) -> None:
    """Refuse a snapshot that an embedder's questions cannot be compared with.

    Raises:
        SnapshotOutdated: naming both.
    """
    if snapshot.manifest.embedder != embedder.fingerprint:
        raise SnapshotOutdated(
            f"snapshot {snapshot.manifest.id} was built with the embedder {snapshot.manifest.embedder}, "
            f"this service runs {embedder.fingerprint}; run: qa index"
        )
