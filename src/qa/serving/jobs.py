"""Builds for a running server, one at a time, each in a process of its own that can die without harm to what serves.

A change that is made while a build runs may have come too late for it, so a request then queues one more build; any
number of requests share it. What was changed and not yet built is built after a restart and after a failure too.
"""

import logging
import re
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from qa.errors import IndexLocked, JobNotFound, QAError
from qa.serving.build_process import STOP_S, BuildProcess, Built, Outcome, Progress

logger = logging.getLogger(__name__)

KEPT = 50
LOCKED_WAIT_S = 2.0
RETRY_S, LONGEST_RETRY_S = 5.0, 300.0
_PATH = re.compile(r"\S*/\S*")


class State(StrEnum):
    """Where a job is; it ends as ``done`` or ``failed``."""

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING}),
    State.RUNNING: frozenset({State.RUNNING, State.WAITING, State.DONE, State.FAILED}),
    State.WAITING: frozenset({State.RUNNING, State.FAILED}),  # another process builds; it is tried again
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One build as it stands; every change of it is another record. Moments are ISO 8601, UTC.

    ``until_built`` says whether it is tried again until one build has succeeded.
    """

    id: str
    state: State
    asked_at: str
    ended_at: str | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    built: Built | None = None
    error: str | None = None
    until_built: bool = False

    @property
    def ended(self) -> bool:
        return not TRANSITIONS[self.state]

    def to(self, state: State, **changes: Any) -> "Job":
        """The job in another state.

        Raises:
            ValueError: no job goes from the one state to the other.
        """
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"a job that is {self.state} cannot become {state}")
        return replace(self, state=state, **changes)


class Pending(Protocol):
    """Remembers, over restarts, that a change has not been built."""

    def unindexed(self) -> str | None:
        """A token of the last change that is not built."""

    def settle(self, token: str) -> None:
        """Note that all changes up to this token are built."""


@dataclass(slots=True)
class _Retry:
    """When a build is tried again that failed, and whether until one has succeeded."""

    at: float = float("inf")
    pause_s: float = 0.0
    until_built: bool = False

    def after_failure(self, until_built: bool) -> None:
        self.pause_s = min(2 * self.pause_s, LONGEST_RETRY_S) if self.pause_s else RETRY_S
        self.at, self.until_built = time.monotonic() + self.pause_s, until_built


class Jobs:
    """Runs builds by ``start_build``; ``opened`` opens what was built. The last ``kept`` jobs are remembered."""

    def __init__(
        self,
        start_build: Callable[[], BuildProcess],
        pending: Pending,
        opened: Callable[[], None],
        kept: int = KEPT,
    ) -> None:
        self._start_build = start_build
        self._pending = pending
        self._opened = opened
        self._kept = kept
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._process: BuildProcess | None = None
        self._closed = threading.Event()
        self._retry = _Retry()
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
            process.end()
        if self._thread.ident is not None:
            self._thread.join(STOP_S)

    def request(self, until_built: bool = False) -> Job:
        """Ask for a build that begins after this moment; one that fails is tried again where it is asked for so."""
        with self._changed:
            job = self._queued() or Job(uuid.uuid4().hex[:12], State.QUEUED, _now())
            self._put(replace(job, until_built=job.until_built or until_built))
            while len(self._jobs) > self._kept:
                self._jobs.popitem(last=False)
            self._changed.notify_all()
            return self._jobs[job.id]

    def get(self, job_id: str) -> Job:
        """A job as it stands now.

        Raises:
            JobNotFound: no job has this id, or it has been forgotten; the last ones are kept.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise JobNotFound(f"no job has this id; the last {self._kept} are kept")
        return job

    def all(self) -> Sequence[Job]:
        """The jobs that are remembered, the oldest first."""
        with self._changed:
            return list(self._jobs.values())

    def current(self) -> Job | None:
        """The job that runs or waits, or the last one; None before the first."""
        jobs = self.all()
        return next((job for job in jobs if not job.ended), jobs[-1] if jobs else None)

    def _queued(self) -> Job | None:
        return next((job for job in self._jobs.values() if job.state is State.QUEUED), None)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            token = self._unindexed()
            try:
                outcome = self._run(job)
            except InterruptedError:
                return
            except Exception as error:
                logger.exception("job %s failed", job.id)
                outcome = Outcome(error=f"the build could not be run ({type(error).__name__})")
            self._end(job.id, outcome, token)

    def _end(self, job_id: str, outcome: Outcome, token: str | None) -> None:
        job = self.get(job_id)
        if outcome.error:
            if job.until_built or self._retry.until_built or self._unindexed() is not None:
                self._retry.after_failure(job.until_built or self._retry.until_built)
            error = _PATH.sub("…", outcome.error)
            self._put(job.to(State.FAILED, error=error, built=outcome.built, ended_at=_now()))
        else:
            self._retry = _Retry()
            self._settle(token)
            self._put(job.to(State.DONE, error=None, built=outcome.built, stage="", ended_at=_now()))

    def _unindexed(self) -> str | None:
        """The token of the last change that is not built; None also where the corpus folder cannot be read."""
        try:
            return self._pending.unindexed()
        except (OSError, ValueError) as error:
            logger.warning("whether a change waits for a build cannot be told (%s)", error)
            return None

    def _settle(self, token: str | None) -> None:
        try:
            if token is not None:
                self._pending.settle(token)
        except (OSError, ValueError) as error:  # the next start builds once more, and finds nothing to do
            logger.warning("that a change has been built cannot be noted (%s)", error)

    def _next(self) -> Job | None:
        """Wait for a job; begins it."""
        with self._changed:
            while not self._closed.is_set():
                if time.monotonic() >= self._retry.at:
                    self._retry.at = float("inf")
                    self.request(self._retry.until_built)
                if (job := self._queued()) is not None:
                    return self._put(job.to(State.RUNNING, stage="starting"))
                self._changed.wait(min(self._retry.at - time.monotonic(), threading.TIMEOUT_MAX))
        return None

    def _put(self, job: Job) -> Job:
        with self._changed:
            self._jobs[job.id] = job
            return job

    def _run(self, job: Job) -> Outcome:
        """Run builds until no other process holds the index; open what was built."""
        while (outcome := self._run_once(job.id)).error_class == IndexLocked.__name__:
            self._put(self.get(job.id).to(State.WAITING, error=outcome.error))
            if self._closed.wait(LOCKED_WAIT_S):
                return outcome
            self._put(self.get(job.id).to(State.RUNNING))
        if outcome.error:
            if not self._closed.is_set():
                logger.error("job %s: %s", job.id, outcome.error)
            return outcome
        self._put(self.get(job.id).to(State.RUNNING, stage="opening", built=outcome.built))
        try:
            self._opened()
        except QAError as error:
            return Outcome(outcome.built, f"the index was built, and cannot be opened: {error}")
        return outcome

    def _run_once(self, job_id: str) -> Outcome:
        with self._changed:
            if self._closed.is_set():
                raise InterruptedError
            process = self._process = self._start_build()

        def on_progress(at: Progress) -> None:
            moved = self.get(job_id).to(State.RUNNING, stage=at.stage, done=at.done, total=at.total, error=None)
            self._put(moved)

        outcome = process.follow(on_progress)
        self._process = None
        return outcome


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
