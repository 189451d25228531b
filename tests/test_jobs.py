"""Builds beside a server: one at a time, none lost, whatever becomes of the process that builds."""

import json
import os
import re
import signal
import sys
import threading
import time

import pytest

from qa.errors import IndexMissing, JobNotFound
from qa.serving.build_process import NICENESS, BuildProcess
from qa.serving.jobs import TRANSITIONS, Job, Jobs, State

PATIENCE_S = 30
RESULT = {"snapshot": "0123456789abcdef", "added": ["a.txt"], "changed": [], "removed": [], "unchanged": 2,
          "unreadable": [{"document_id": "b.txt", "reason": "the file is empty"}], "passages": 3}  # fmt: skip
# Plays its steps: prints a line, sleeps, waits for a file, or dies; steps of the n-th start are those of the n-th list.
PLAYER = """
import json, os, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
number = len(list(folder.glob("started-*")))
(folder / f"started-{number}").write_text(f"{os.getpid()} {os.getpriority(os.PRIO_PROCESS, 0)}")
for step in json.loads((folder / "plays").read_text())[number]:
    if isinstance(step, str):
        while not (folder / step).exists():
            time.sleep(0.01)
    elif isinstance(step, int):
        sys.exit(step)
    else:
        print(step.get("raw") or json.dumps(step), flush=True)
"""
DONE = {"result": RESULT}


class Marks:
    """What is not built, in memory."""

    def __init__(self):
        self.token = None

    def unindexed(self):
        return self.token

    def settle(self, token):
        if self.token == token:
            self.token = None


class Played:
    """Jobs whose process plays what the test wrote."""

    def __init__(self, folder, plays, opened=lambda: None, token=None, stall_s=0.0, kept=50):
        self.folder, self.marks = folder, Marks()
        self.marks.token = token
        (folder / "plays").write_text(json.dumps(plays))
        command = [sys.executable, "-c", PLAYER, str(folder)]
        self.jobs = Jobs(lambda: BuildProcess(command, os.environ, stall_s), self.marks, opened, kept)
        self.jobs.start()

    def started(self):
        return len(list(self.folder.glob("started-*")))

    def let(self, name):
        (self.folder / name).touch()

    def process_id(self, number=0):
        started = self.folder / f"started-{number}"
        wait_until(lambda: started.exists() and started.read_text())
        return int(started.read_text().split()[0])

    def end(self, job):
        wait_until(lambda: self.jobs.get(job.id).ended)
        return self.jobs.get(job.id)


def wait_until(condition):
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.fixture
def play(tmp_path):
    played = []

    def make(*plays, **options):
        played.append(Played(tmp_path, plays, **options))
        return played[-1]

    yield make
    for one in played:
        one.jobs.close()


def test_progress_and_result(play):
    """A job shows the stage and how much of it is done, and in the end what the build did."""
    played = play([{"stage": "reading", "done": 1, "total": 4}, "go", DONE])
    job = played.jobs.request()
    assert job.state is State.QUEUED
    wait_until(lambda: played.jobs.get(job.id).stage == "reading")
    running = played.jobs.get(job.id)
    assert (running.state, running.done, running.total, running.ended) == (State.RUNNING, 1, 4, False)
    assert played.jobs.current() == running
    assert os.getpriority(os.PRIO_PROCESS, played.process_id()) == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
    played.let("go")
    ended = played.end(job)
    assert (ended.state, ended.error) == (State.DONE, None)
    assert ended.built.added == ("a.txt",)
    assert ended.built.unreadable[0].reason == "the file is empty"
    assert ended.ended_at


def test_a_change_during_a_build_is_built_by_the_next(play):
    """Requests that come while a build runs share one more, which begins after it; only that one settles the change."""
    played = play(["go", DONE], ["more", DONE])
    first = played.jobs.request()
    played.process_id()
    played.marks.token = "changed meanwhile"
    later = [played.jobs.request() for _ in range(5)]
    assert {job.id for job in later} == {later[0].id} != {first.id}
    played.let("go")
    assert played.end(first).state is State.DONE
    assert played.marks.token == "changed meanwhile"
    played.process_id(1)
    played.let("more")
    assert played.end(later[0]).state is State.DONE
    assert played.marks.token is None
    assert played.started() == 2


def test_what_a_server_left_unbuilt_is_built_at_the_next_start(play):
    """Where a change waits, a start begins with a build; where none does, it does not."""
    played = play([DONE], token="left")
    wait_until(lambda: played.marks.token is None)
    assert played.started() == 1


def test_no_build_without_a_reason(play):
    """A start without a change builds nothing."""
    played = play([DONE])
    time.sleep(0.3)
    assert played.jobs.current() is None
    assert played.started() == 0


@pytest.mark.parametrize(
    ("play_", "says"),
    [
        ([1], r"before its time \(exit status 1\)"),
        ([{"stage": "reading", "done": 1, "total": 2}, 0], r"before its time \(exit status 0\)"),
        ([{"error": "No space left on device: /srv/index/x", "kind": "OSError"}, 1], "^No space left on device: …$"),
        ([{"raw": "Segmentation fault"}, {"raw": "[1, 2]"}, {"raw": "7"}, 139], "exit status 139"),
    ],
    ids=["status", "no result", "error", "noise"],
)
def test_a_failed_build_says_so(play, play_, says, monkeypatch):
    """A build that ends without a result fails its job, without a path; the next request builds again."""
    played = play(play_, [DONE])
    failed = played.end(played.jobs.request())
    assert failed.state is State.FAILED
    assert failed.built is None
    assert re.search(says, failed.error)
    assert played.end(played.jobs.request()).state is State.DONE


def test_a_killed_build_is_tried_again(play, monkeypatch):
    """Where a change waits, its build is tried again after a failure, and until then the change is not settled."""
    monkeypatch.setattr("qa.serving.jobs.RETRY_S", 0.2)
    played = play(["never"], [DONE])
    played.marks.token = "changed"
    job = played.jobs.request()
    os.kill(played.process_id(), signal.SIGKILL)
    assert "(signal 9)" in played.end(job).error
    assert played.marks.token == "changed"
    wait_until(lambda: played.started() == 2)
    wait_until(lambda: played.marks.token is None)


def test_what_the_watch_saw_is_built_in_the_end(play, monkeypatch):
    """A change that came by the folder has no mark on the disk: its build is tried until one has succeeded."""
    monkeypatch.setattr("qa.serving.jobs.RETRY_S", 0.1)
    played = play([1], [1], [DONE], [1])
    assert played.end(played.jobs.request(until_built=True)).state is State.FAILED
    wait_until(lambda: played.started() == 3 and played.jobs.current().state is State.DONE)
    assert played.end(played.jobs.request()).state is State.FAILED
    time.sleep(0.4)
    assert played.started() == 4, "what nobody owes is not tried again"


@pytest.mark.parametrize("method", ["unindexed", "settle"])
@pytest.mark.parametrize("error", [OSError(30, "Read-only file system"), ValueError("no text")], ids=["disk", "damage"])
def test_a_corpus_that_cannot_be_written_ends_no_worker(play, monkeypatch, method, error):
    """Where a change cannot be looked up or settled the job ends all the same, and the next one is built."""

    def fail(*_):
        raise error

    played = play([DONE], [1], [DONE])
    played.marks.token = "changed"
    monkeypatch.setattr(played.marks, method, fail)
    for state in (State.DONE, State.FAILED, State.DONE):
        assert played.end(played.jobs.request()).state is state


def test_a_build_waits_for_another_process(play, monkeypatch):
    """While another process builds, the job says which, and goes on when that has finished."""
    monkeypatch.setattr("qa.serving.jobs.LOCKED_WAIT_S", 0.5)
    locked = {"error": "process 42 is building this index; wait until it has finished", "kind": "IndexLocked"}
    played = play([locked, 1], [locked, 1], [DONE])
    job = played.jobs.request()
    wait_until(lambda: played.jobs.get(job.id).state is State.WAITING)
    assert "process 42" in played.jobs.get(job.id).error
    ended = played.end(job)
    assert (ended.state, ended.error, played.started()) == (State.DONE, None, 3)


def test_what_was_built_is_opened_before_the_job_is_done(play):
    """A job is done when its snapshot answers; one that cannot be opened fails the job, with the reason."""
    going, played = threading.Event(), None

    def opened():
        assert going.wait(PATIENCE_S)
        if played.started() == 2:
            raise IndexMissing("there is no index yet")

    played = play([DONE], [DONE], opened=opened)
    job = played.jobs.request()
    wait_until(lambda: played.jobs.get(job.id).stage == "opening")
    assert not played.jobs.get(job.id).ended
    going.set()
    assert played.end(job).state is State.DONE
    failed = played.end(played.jobs.request())
    assert failed.error == "the index was built, and cannot be opened: there is no index yet"


def test_closing_ends_the_process(play):
    """Told to close, the build that runs is ended, and no other begins."""
    played = play(["never"], [DONE])
    played.jobs.request()
    process_id = played.process_id()
    played.jobs.request()
    began = time.monotonic()
    played.jobs.close()
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    assert played.started() == 1


def test_the_last_jobs_are_remembered(play):
    """An unknown job is named as such, and so is one that was forgotten."""
    played = play([DONE], [DONE], [DONE], kept=2)
    with pytest.raises(JobNotFound, match="no job has this id"):
        played.jobs.get("none")
    ended = [played.end(played.jobs.request()) for _ in range(2)]
    assert [job.id for job in played.jobs.all()] == [job.id for job in ended]
    played.end(played.jobs.request())
    assert len(played.jobs.all()) == 2
    with pytest.raises(JobNotFound, match="the last 2 are kept"):
        played.jobs.get(ended[0].id)


def test_a_build_that_hangs_is_ended(play):
    """Without a sign of progress for the given time the process is killed, and the job says so; the next one builds."""
    played = play([{"stage": "encoding", "done": 1, "total": 9}, "never"], [DONE], stall_s=1.0)
    failed = played.end(played.jobs.request())
    assert failed.state is State.FAILED
    assert failed.error == "the build made no progress for 1 s and was ended; see the log"
    assert played.end(played.jobs.request()).state is State.DONE


def test_a_build_may_take_only_so_much_memory(tmp_path, monkeypatch):
    """A build that wants more than its share of the machine's memory ends, and nothing else does."""
    monkeypatch.setattr("qa.serving.build_process.MEMORY_BYTES", 2**30)
    monkeypatch.setattr("qa.serving.build_process.MEMORY_SHARE", 0.0)
    greedy = "import time; time.sleep(0.3); x = bytearray(2 * 2**30); print(len(x))"
    outcome = BuildProcess([sys.executable, "-c", greedy], os.environ).follow(print)
    assert "exit status 1" in outcome.error


@pytest.mark.parametrize("state", State)
def test_no_job_goes_where_it_may_not(state):
    """Every way from state to state is written down; any other is refused, and what has ended stays so."""
    job = Job("a", state, "2026-01-01")
    for other in State:
        if other in TRANSITIONS[state]:
            assert job.to(other).state is other
        else:
            with pytest.raises(ValueError, match=f"that is {state} cannot become {other}"):
                job.to(other)
    assert job.ended is (state in {State.DONE, State.FAILED})
