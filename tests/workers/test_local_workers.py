"""Workers of this machine: kept running, and given up where they end again and again."""

import os
import signal
import time

import pytest

from qa.indexing.work_folder import WorkFailed, worker_name
from qa.indexing.workers import STARTS, LocalWorkers


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return result


@pytest.fixture
def sleeping():
    workers = LocalWorkers(["sleep", "60"], os.environ, 2)
    yield workers
    workers.stop()


def test_one_that_dies_is_named_and_replaced(sleeping):
    """Whoever looks is told which worker died, so that what it had can be taken back; another runs in its place."""
    assert sleeping.mend() == set()
    first, second = (process.pid for process in sleeping._processes)
    os.kill(first, signal.SIGKILL)
    assert wait_for(sleeping.mend) == {worker_name(first)}
    assert second in {process.pid for process in sleeping._processes}
    assert len(sleeping._processes) == 2


def test_workers_that_end_at_once_are_given_up():
    """They are started some times, and then the build says so."""
    workers = LocalWorkers(["false"], os.environ, 1)

    def look_often():
        for _ in range(1_000):
            workers.mend()
            time.sleep(0.005)

    with pytest.raises(WorkFailed, match=r"again and again \(status 1\)"):
        look_often()


def test_every_build_may_start_them(sleeping):
    """A program that builds often is not counted against."""
    for _ in range(STARTS + 2):
        sleeping.mend()
        sleeping.stop()
