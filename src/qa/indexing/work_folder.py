"""Shards as files of a folder that all workers see: a claim is a rename, which only one of them can make.

``NAME.todo`` is to be done, ``NAME.WORKER.taken`` is claimed, ``NAME.done`` is what it came to. The worker touches what
it has taken; whoever builds watches that by its own clock, and renames back what has stood still.
"""

import os
import socket
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

from qa.errors import QAError

LEASE_S = 30.0
TRIES = 5  # times that a shard may be left by workers that died


class WorkFailed(QAError):
    """Workers keep dying at the same passages."""


def worker_name(process_id: int | None = None) -> str:
    """The name of a process of this machine as a worker."""
    host = "".join(character if character.isalnum() else "-" for character in socket.gethostname())
    return f"{host}-{os.getpid() if process_id is None else process_id}"


class WorkFolder:
    """The shards of one topic in a folder, for one process."""

    def __init__(self, folder: Path, topic: str, lease_s: float = LEASE_S) -> None:
        self._folder = folder
        self._topic = topic
        self._worker = worker_name()
        self._lease_s = lease_s
        self._signs: dict[str, tuple[int, float]] = {}  # of files that are taken: their time, and when that was seen
        self._left: dict[str, int] = {}

    def put(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if not any(self._folder.glob(f"{name}.*")):
            self._write(f"{name}.todo", content)

    def claim(self) -> tuple[str, bytes] | None:
        for path in sorted(self._folder.glob(f"{self._topic}-*.todo")):
            taken = self._taken(path.stem)
            with suppress(FileNotFoundError):  # another was faster
                os.utime(path)
                path.rename(taken)
                return path.stem, taken.read_bytes()
        return None

    def beat(self, name: str) -> None:
        with suppress(FileNotFoundError):  # taken back: the other one's result is the same
            os.utime(self._taken(name))

    def finish(self, name: str, result: bytes) -> None:
        with suppress(FileNotFoundError):  # the build has ended, and its folder is gone
            self._write(f"{name}.done", result)
        self._taken(name).unlink(missing_ok=True)

    def give_back(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._taken(name).rename(self._folder / f"{name}.todo")

    def take_back(self, dead: Collection[str]) -> None:
        """Rename what dead workers have taken.

        Raises:
            WorkFailed: it is a shard that many died at.
        """
        now = monotonic()
        for path in self._folder.glob("*.taken"):
            name, worker, _ = path.name.split(".")
            with suppress(FileNotFoundError):
                sign = path.stat().st_mtime_ns
                last, since = self._signs.setdefault(path.name, (sign, now))
                if last != sign:
                    self._signs[path.name] = sign, now
                elif worker in dead or now - since > self._lease_s:
                    self._leave(name)
                    path.rename(self._folder / f"{name}.todo")
                    del self._signs[path.name]

    def results(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self._folder.glob("*.done")):
            yield path.stem, path.read_bytes()
            path.unlink()

    def clear(self) -> None:
        for path in [*self._folder.glob("*.todo"), *self._folder.glob("*.taken"), *self._folder.glob("*.draft")]:
            path.unlink(missing_ok=True)
        with suppress(OSError):  # something was handed in meanwhile: the next build takes it
            self._folder.rmdir()

    def close(self) -> None:
        """Nothing is held."""

    def _taken(self, name: str) -> Path:
        return self._folder / f"{name}.{self._worker}.taken"

    def _leave(self, name: str) -> None:
        self._left[name] = self._left.get(name, 0) + 1
        if self._left[name] > TRIES:
            raise WorkFailed(
                f"{TRIES} workers died at the same passages (shard {name}); run qa index without --workers to see why"
            )

    def _write(self, name: str, content: bytes) -> None:
        draft = self._folder / f"{name}.{self._worker}.draft"
        draft.write_bytes(content)
        draft.rename(self._folder / name)
