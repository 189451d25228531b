"""Builds for a running server, one at a time, each in a process of its own that can die without harm to what serves.

A change that is made while a build runs may have come too late for it, so a request then queues one more build; any
number of requests share it. What was changed and not yet built is built after a restart and after a failure too.
"""

import json
import logging
import os
import re
import subprocess
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Any, Protocol

from qa.errors import IndexLocked, JobNotFound, QAError
from qa.types import Unreadable

logger = logging.getLogger(__name__)

KEPT = 50
NICENESS = 10
LOCKED_WAIT_S = 2.0
RETRY_S, LONGEST_RETRY_S = 5.0, 300.0
STOP_S = 5.0
_PATH = re.compile(r"\S*/\S*")


class State(StrEnum):
    """Where a job is; it ends as ``done`` or ``failed``."""

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


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
class Job:
    """One build as it stands; every change of it is another record. Moments are ISO 8601, UTC."""

    id: str
    state: State
    asked_at: str
    ended_at: str | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    built: Built | None = None
    error: str | None = None

    @property
    def ended(self) -> bool:
        return self.state in {State.DONE, State.FAILED}


class Pending(Protocol):
    """Remembers, over restarts, that a change has not been built."""

    def unindexed(self) -> str | None:
        """A token of the last change that is not built."""

    def settle(self, token: str) -> None:
        """Note that all changes up to this token are built."""


class Jobs:
    """Runs ``command``, which prints what ``qa index --json`` prints; ``opened`` opens what was built."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], pending: Pending, opened: Callable[[], None]
    ) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._pending = pending
        self._opened = opened
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._queued: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()
        self._retry_at, self._retry_s = float("inf"), RETRY_S
        self._owed = self._tried = False  # whether the next job, and the one that was begun last, is to succeed
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to work, first on what an earlier process left unbuilt."""
        if self._unindexed() is not None:
            self.request()
        self._thread.start()

    def close(self) -> None:
        """End the build that runs, and take no more."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
            process = self._process
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)
            process.kill()
        if self._thread.ident is not None:
            self._thread.join(STOP_S)

    def request(self, until_built: bool = False) -> Job:
        """Ask for a build that begins after this moment; one that fails is tried again where it is asked for so."""
        with self._changed:
            self._owed = self._owed or until_built
            if self._queued is None:
                job = Job(uuid.uuid4().hex[:12], State.QUEUED, _now())
                self._queued = job.id
                self._jobs[job.id] = job
                while len(self._jobs) > KEPT:
                    self._jobs.popitem(last=False)
                self._changed.notify_all()
            return self._jobs[self._queued]

    def get(self, job_id: str) -> Job:
        """A job as it stands now.

        Raises:
            JobNotFound: no job has this id, or it has been forgotten; the last ones are kept.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise JobNotFound(f"no job has this id; the last {KEPT} are kept")
        return job

    def current(self) -> Job | None:
        """The job that runs or waits, or the last one; None before the first."""
        with self._changed:
            jobs = list(self._jobs.values())
        return next((job for job in jobs if not job.ended), jobs[-1] if jobs else None)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            token = self._unindexed()
            try:
                ended = self._run(job)
            except InterruptedError:
                return
            except Exception as error:
                logger.exception("job %s failed", job.id)
                ended = replace(job, error=f"the build could not be run ({type(error).__name__})")
            state = State.DONE if ended.error is None else State.FAILED
            self._settle(token, state)
            self._put(replace(ended, state=state, ended_at=_now()))

    def _unindexed(self) -> str | None:
        """The token of the last change that is not built; None also where the corpus folder cannot be read."""
        try:
            return self._pending.unindexed()
        except (OSError, ValueError) as error:
            logger.warning("whether a change waits for a build cannot be told (%s)", error)
            return None

    def _next(self) -> Job | None:
        """Wait for a job; begins it."""
        with self._changed:
            while not self._closed.is_set():
                if time.monotonic() >= self._retry_at:
                    self._retry_at = float("inf")
                    self.request()
                if self._queued is not None:
                    job, self._queued = self._jobs[self._queued], None
                    self._tried, self._owed = self._owed, False
                    return self._put(replace(job, state=State.RUNNING, stage="starting"))
                self._changed.wait(min(self._retry_at - time.monotonic(), threading.TIMEOUT_MAX))
        return None

    def _put(self, job: Job) -> Job:
        with self._changed:
            self._jobs[job.id] = job
            return job

    def _settle(self, token: str | None, state: State) -> None:
        if state is State.DONE:
            self._retry_at, self._retry_s = float("inf"), RETRY_S
            if token is not None:
                self._settle_token(token)
        elif self._tried or self._unindexed() is not None:
            if self._tried:
                self._owed = True
            self._retry_at = time.monotonic() + self._retry_s
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)

    def _settle_token(self, token: str) -> None:
        try:
            self._pending.settle(token)
        except (OSError, ValueError) as error:  # the next start builds once more, and finds nothing to do
            logger.warning("that a change has been built cannot be noted (%s)", error)

    def _run(self, job: Job) -> Job:
        """Run the command until no other process holds the index; open what was built."""
        while True:
            job, kind = self._run_once(job)
            if kind != IndexLocked.__name__ or self._closed.wait(LOCKED_WAIT_S):
                break
        if job.error is not None:
            if not self._closed.is_set():
                logger.error("job %s: %s", job.id, job.error)
            return replace(job, error=_PATH.sub("…", job.error))
        self._put(replace(job, stage="opening"))
        try:
            self._opened()
        except QAError as error:
            return replace(job, error=_PATH.sub("…", f"the index was built, and cannot be opened: {error}"))
        return replace(job, stage="")

    def _run_once(self, job: Job) -> tuple[Job, str]:
        """One process; returns the job with its result or error, and the error's kind."""
        process = self._spawn()
        assert process.stdout is not None
        last = self._read(process.stdout, job)
        code = process.wait()
        self._process = None
        if "result" in last:
            return replace(self.get(job.id), built=_built(last["result"]), state=State.RUNNING, error=None), ""
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        error = str(last.get("error") or f"the build ended before its time ({how}); the log of the server may say why")
        kind = str(last.get("kind", ""))
        state = State.WAITING if kind == IndexLocked.__name__ else State.RUNNING
        return self._put(replace(job, state=state, error=error)), kind

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._changed:
            if self._closed.is_set():
                raise InterruptedError
            self._process = subprocess.Popen(  # noqa: S603  the command is this program's own
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=self._environment
            )
        with suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
        return self._process

    def _read(self, lines: IO[bytes], job: Job) -> Mapping[str, Any]:
        """Follow the progress; returns the line that is none, if one came."""
        last: Mapping[str, Any] = {}
        with lines:
            for line in lines:
                try:
                    last = json.loads(line)
                    if "stage" in last:
                        stage = {name: last[name] for name in ("stage", "done", "total")}
                        self._put(replace(job, state=State.RUNNING, error=None, **stage))
                except (ValueError, TypeError, KeyError):
                    logger.warning("the build says what is no progress: %r", line[:200])
                    last = {}
        return last


def _built(fields: Mapping[str, Any]) -> Built:
    names = {name: tuple(fields[name]) for name in ("added", "changed", "removed")}
    unreadable = tuple(Unreadable(**entry) for entry in fields["unreadable"])
    return Built(
        fields["snapshot"], **names, unchanged=fields["unchanged"], unreadable=unreadable, passages=fields["passages"]
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
