"""A build's side of the work: lays shards out, keeps local workers running, and takes in what comes back."""

import logging
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from qa.errors import EngineUnavailable
from qa.index.token_vectors import EncodedPassage
from qa.indexing.encoding import Key, Scratch, passages_of
from qa.indexing.shards import Shard, shards_of, topic_of
from qa.indexing.work_folder import WorkFailed, worker_name
from qa.progress import Progress
from qa.protocols import WorkQueue
from qa.types import Passage

logger = logging.getLogger(__name__)

QUEUED = 64  # shards that are laid out at once
LOOK_S, TELL_S, AWAY_S = 0.1, 30.0, 120.0
STARTS = 5  # times that a local worker is started again


class LocalWorkers:
    """Processes of this machine that run ``command``; one that dies is started again."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], count: int) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._count = count
        self._starts = self._most_starts
        self._processes: list[subprocess.Popen[bytes]] = []

    def mend(self) -> set[str]:
        """Start those that are missing; returns the names of those that have died.

        Raises:
            WorkFailed: they die again and again.
        """
        died = [process for process in self._processes if process.poll() is not None]
        self._processes = [process for process in self._processes if process not in died]
        while len(self._processes) < self._count:
            if not self._starts:
                code = died[-1].returncode if died else 0
                raise WorkFailed(f"workers end again and again (status {code}); run qa index without --workers")
            self._starts -= 1
            self._processes.append(self._start())
        return {worker_name(process.pid) for process in died}

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  the command is this program's own
            self._command, stdin=subprocess.DEVNULL, env=self._environment
        )

    def stop(self) -> None:
        for process in self._processes:
            process.kill()  # what it has claimed is done by another, or was handed in
        for process in self._processes:
            process.wait()
        self._processes = []
        self._starts = self._most_starts

    @property
    def _most_starts(self) -> int:
        return (STARTS + 1) * self._count


class Workers:
    """Encodes by workers: those of this machine, and whoever else looks into the queue."""

    def __init__(self, queue_of: Callable[[str], WorkQueue], local: LocalWorkers) -> None:
        """Hold the parts; ``queue_of`` makes the queue of a topic."""
        self._queue_of = queue_of
        self._local = local

    def encode(
        self, missing: Mapping[Key, Passage], fingerprint: str, scratch: Scratch, progress: Progress
    ) -> dict[Key, EncodedPassage]:
        """The vectors of some passages by embedders of this fingerprint; each shard is kept as it comes.

        Raises:
            WorkFailed: workers die again and again.
            EngineUnavailable: the queue cannot be reached for ``AWAY_S``.
        """
        queue = self._queue_of(topic_of(fingerprint))
        taking = _Taking(queue, missing, scratch)
        try:
            taking.take_in()  # what was handed in for a build that died
            queue.clear()
            taking.lay_out(shards_of(taking.left(), fingerprint))
            self._follow(taking, progress)
            return taking.encoded
        finally:
            self._local.stop()
            queue.clear()
            queue.close()

    def _follow(self, taking: "_Taking", progress: Progress) -> None:
        total, moved, reached = len(taking.missing), time.monotonic(), time.monotonic()
        while len(taking.encoded) < total:
            dead = self._local.mend()
            before = len(taking.encoded)
            try:
                taking.look(dead)
                reached = time.monotonic()
            except EngineUnavailable:
                if time.monotonic() - reached > AWAY_S:
                    raise
            if len(taking.encoded) > before:
                progress("encoding", len(taking.encoded), total)
                moved = time.monotonic()
            elif time.monotonic() - moved > TELL_S:
                logger.warning("no worker has handed anything in for %d s; start one with: qa worker", TELL_S)
                taking.lay_out_again()
                moved = time.monotonic()
            time.sleep(LOOK_S)


class _Taking:
    """How far one build's work is."""

    def __init__(self, queue: WorkQueue, missing: Mapping[Key, Passage], scratch: Scratch) -> None:
        self._queue = queue
        self._scratch = scratch
        self.missing = missing
        self.encoded: dict[Key, EncodedPassage] = {}
        self._todo: Iterator[Shard] = iter(())
        self._next: Shard | None = None
        self._out: dict[str, Shard] = {}
        self._dead: set[str] = set()

    def left(self) -> dict[Key, Passage]:
        """What nobody has encoded yet."""
        return {key: passage for key, passage in self.missing.items() if key not in self.encoded}

    def lay_out(self, shards: Iterator[Shard]) -> None:
        """What ``look`` lays out, as room comes."""
        self._todo = shards
        self._next = next(shards, None)

    def look(self, dead: set[str]) -> None:
        """Lay out more, let others have what dead workers had, and take in what was handed in."""
        self._dead |= dead
        while self._next is not None and len(self._out) < QUEUED:
            self._queue.put(self._next.name, self._next.content)
            self._out[self._next.name] = self._next
            self._next = next(self._todo, None)
        self._queue.take_back(self._dead)
        self.take_in()

    def lay_out_again(self) -> None:
        """Put back what somebody removed."""
        for shard in self._out.values():
            self._queue.put(shard.name, shard.content)

    def take_in(self) -> None:
        """Keep what was handed in; what was damaged on the way is laid out once more."""
        damaged = []
        for name, record in self._queue.results():
            wanted = {key: passage for key, passage in passages_of(record).items() if key in self.missing}
            if wanted:
                self._scratch.add([*wanted], [*wanted.values()])
                self.encoded |= wanted
            shard = self._out.pop(name, None)
            if shard is not None and not self.encoded.keys() >= set(shard.keys):
                damaged.append(shard)
        for shard in damaged:
            self._out[shard.name] = shard
            self._queue.put(shard.name, shard.content)
