"""Which files of a snapshot were compared with their sums on this machine: once for all processes.

A file counts as compared while its size, times and inode are as they were then: nobody can write to it and keep the
time of its last change. What a disk spoils by itself shows in none of them; that is found by a server, which compares
the sums again at a low rate, and by whatever builds on a snapshot, goes back to it or examines it, which compares them
at once. The record is a cache beside the snapshot: without it, all files are read.
"""

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from qa.durable import status

SETTLED_NS = 2 * 10**9  # a file may change again within one tick of its file system's clock, and look the same

Stamp = tuple[int, int, int, int]


class Verified:
    """The record of one snapshot."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._looked_ns = time.time_ns()
        self._known = self._read()
        self._stamps: dict[str, Stamp] = {}

    def holds(self, name: str, file: Path) -> bool:
        """Whether a file has been compared as it is now; it is looked at before its bytes are."""
        stamp = _stamp(file)
        if stamp is not None:
            self._stamps[name] = stamp
        return stamp is not None and self._known.get(name) == stamp

    def forget(self) -> None:
        """Let the next process compare all files."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def save(self, names: Iterable[str]) -> None:
        """Note that some files, all that ``holds`` was asked about, are as they should be; where it can be noted."""
        stamps = ((name, self._stamps[name]) for name in names)
        settled = self._known | {n: stamp for n, stamp in stamps if max(stamp[1:3]) + SETTLED_NS < self._looked_ns}
        if settled != self._known:
            draft = self._path.with_name(f"{self._path.name}-{time.monotonic_ns()}")
            with suppress(OSError):
                draft.write_text(json.dumps(settled), "utf-8")
                draft.replace(self._path)

    def _read(self) -> dict[str, Stamp]:
        try:
            record = json.loads(self._path.read_bytes())
            return {name: (stamp[0], stamp[1], stamp[2], stamp[3]) for name, stamp in record.items()}
        except (OSError, ValueError, AttributeError, TypeError, IndexError):
            return {}


def _stamp(file: Path) -> Stamp | None:
    found = status(file)
    return None if found is None else (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
