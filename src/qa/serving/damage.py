"""The files of the snapshot that serves, watched: whoever changes one under a running server is noticed.

A mapped file that changes changes the answers in silence, and one that is cut short kills the process. Small files are
read into memory instead (``qa.arrays.mapped``); of the others size, times, inode and, at a low rate, sums are watched.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qa.arrays import IN_MEMORY_BYTES
from qa.durable import status
from qa.errors import SnapshotDamaged
from qa.index.folder import Manifest

PIECE_BYTES = 2**20
VERIFY_BYTES_A_SECOND = 8 * 2**20
CLOCK_TICK_NS = 20_000_000  # times of files are behind by up to a tick of the kernel's, 10 ms at most


@dataclass(frozen=True, slots=True)
class _State:
    size: int
    modified_ns: int
    changed_ns: int  # nobody who writes can set this one back
    inode: int


class ServedFiles:
    """The files of one snapshot as they were when it was opened."""

    def __init__(self, index: Path, manifest: Manifest) -> None:
        self._folder = index / manifest.id
        self._snapshot_id = manifest.id
        self._sums = dict(manifest.files)
        self._states = {name: self._state(name) for name in self._sums}

    @property
    def in_memory(self) -> bool:
        """Whether no answer depends on what becomes of the files."""
        sizes = (state.size for name, state in self._states.items() if state and name.endswith(".npy"))
        return all(size < IN_MEMORY_BYTES for size in sizes)

    def changed_since(self, moment_ns: int) -> SnapshotDamaged | None:
        """What is wrong, where a file was changed since a moment (``time.time_ns``), so perhaps while it was read."""
        states = (status(self._folder / name) for name in self._sums)
        if all(state and state.st_ctime_ns < moment_ns - CLOCK_TICK_NS for state in states):
            return None
        return self.verify(threading.Event(), float)  # without a pause

    def look(self) -> SnapshotDamaged | None:
        """What is wrong with files whose size, times or inode is another now; a file that was only touched is sound."""
        for name, before in self._states.items():
            now = self._state(name)
            if now != before:
                if now is None or (before and now.size != before.size) or self._sum(name) != self._sums[name]:
                    return self._damage(name)
                self._states[name] = now
        return None

    def verify(
        self, stopping: threading.Event, wait: Callable[[float], object] | None = None
    ) -> SnapshotDamaged | None:
        """Compare all sums, slowly; None where they are right, or ``stopping`` is set."""
        for name in self._sums:
            actual = self._sum(name, wait or stopping.wait)
            if stopping.is_set():
                return None
            if actual != self._sums[name]:
                return self._damage(name)
        return None

    def _state(self, name: str) -> _State | None:
        state = status(self._folder / name)
        return _State(state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino) if state else None

    def _sum(self, name: str, wait: Callable[[float], object] = float) -> str:
        """The sum of a file, read in pieces with a pause after each; empty where it cannot be read."""
        digest = hashlib.sha256()
        try:
            with (self._folder / name).open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    digest.update(piece)
                    wait(len(piece) / VERIFY_BYTES_A_SECOND)
        except OSError:
            return ""
        return digest.hexdigest()

    def _damage(self, name: str) -> SnapshotDamaged:
        return SnapshotDamaged(f"snapshot {self._snapshot_id}: {name} was changed while it served; run: qa index")
