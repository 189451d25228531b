"""One build in a process of its own: bounded in memory, ended where it makes no progress, and read line by line."""

import json
import logging
import os
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from qa.types import Unreadable

logger = logging.getLogger(__name__)

NICENESS = 10
STOP_S = 5.0
LOOK_S = 1.0
MEMORY_SHARE = 0.75  # of the machine's, and at least the bytes below: address space is not all used
MEMORY_BYTES = 8 * 2**30


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did, by document id."""

    snapshot: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    unreadable: tuple[Unreadable, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended: with what it did, or with an error and the class of it."""

    built: Built | None = None
    error: str = ""
    error_class: str = ""


class BuildProcess:
    """A run of ``command``, which prints what ``qa index --json`` prints.

    It is ended when nothing has moved for ``stall_s`` seconds; 0 lets it take any time.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], stall_s: float = 0.0) -> None:
        self._stall_s = stall_s
        self._moved = time.monotonic()
        self._stalled = False
        self._process = subprocess.Popen(  # noqa: S603  the command is this program's own
            list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=dict(environment)
        )
        with suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
            resource.prlimit(self._process.pid, resource.RLIMIT_AS, (_memory_bytes(), _memory_bytes()))

    def follow(self, on_progress: Callable[[Progress], object]) -> Outcome:
        """Read what it prints until its end."""
        assert self._process.stdout is not None
        if self._stall_s:
            threading.Thread(target=self._watch, name="build-stall", daemon=True).start()
        last = self._read(self._process.stdout, on_progress)
        code = self._process.wait()
        if self._stalled:
            return Outcome(error=f"the build made no progress for {self._stall_s:g} s and was ended; see the log")
        if "result" in last:
            return Outcome(_built(last["result"]))
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        error = str(last.get("error") or f"the build ended before its time ({how}); the log of the server may say why")
        return Outcome(error=error, error_class=str(last.get("kind", "")))

    def end(self) -> None:
        """End the process if it still runs, and wait for that."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)
        self._process.kill()

    def _watch(self) -> None:
        while self._process.poll() is None:
            if time.monotonic() - self._moved > self._stall_s:
                self._stalled = True
                self._process.kill()
                return
            time.sleep(min(LOOK_S, self._stall_s / 4))

    def _read(self, lines: IO[bytes], on_progress: Callable[[Progress], object]) -> Mapping[str, Any]:
        """Follow the progress; returns the line that is none, if one came."""
        last: Mapping[str, Any] = {}
        with lines:
            for line in lines:
                self._moved = time.monotonic()
                try:
                    last = json.loads(line)
                    if "stage" in last:
                        on_progress(Progress(last["stage"], last["done"], last["total"]))
                except (ValueError, TypeError, KeyError):
                    logger.warning("the build printed what is no progress: %r", line[:200])
                    last = {}
        return last


def _memory_bytes() -> int:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(MEMORY_BYTES, int(MEMORY_SHARE * machine))


def _built(fields: Mapping[str, Any]) -> Built:
    names = {name: tuple(fields[name]) for name in ("added", "changed", "removed")}
    unreadable = tuple(Unreadable(**entry) for entry in fields["unreadable"])
    return Built(
        fields["snapshot"], **names, unchanged=fields["unchanged"], unreadable=unreadable, passages=fields["passages"]
    )
