"""What every queue of shards promises: each is one worker's at a time, and none is lost with a worker."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import postgres_server
import pytest

from places import CHECKOUT
from qa.index.engines.postgres_work import PostgresWork
from qa.indexing.work_folder import TRIES, WorkFailed, WorkFolder, worker_name
from servers import environment

TOPIC = "0123456789ab"
CLAIM = {
    "folder": "from pathlib import Path as Where; from qa.indexing.work_folder import WorkFolder as Queue",
    "postgresql": "from qa.index.engines.postgres_work import PostgresWork as Queue; Where = str",
}


@pytest.fixture(scope="module")
def database():
    if postgres_server.binaries() is None:
        pytest.skip("no PostgreSQL is installed")
    server = postgres_server.Database()
    yield server
    server.stop()


@pytest.fixture(params=["folder", "postgresql"])
def place(request, tmp_path):
    """Where the queue of a test is, and the class that opens it."""
    if request.param == "folder":
        return request.param, tmp_path / "work", WorkFolder
    address = request.getfixturevalue("database").address
    return request.param, f"{address}?qa_schema=s{time.monotonic_ns()}", PostgresWork


@pytest.fixture
def queue(place):
    _, where, opened = place
    queue = opened(where, TOPIC)
    yield queue
    queue.close()


def name_of(number):
    return f"{TOPIC}-{number:024x}"


def test_each_shard_is_claimed_once(place, queue):
    """However many claim at once, every shard is one's own; those of another topic are nobody's."""
    _, where, opened = place
    for number in range(20):
        queue.put(name_of(number), b"content %d" % number)
    opened(where, "ba9876543210").put("ba9876543210-" + "0" * 24, b"other")
    others = [opened(where, TOPIC) for _ in range(20)]
    with ThreadPoolExecutor(5) as threads:
        claimed = list(threads.map(lambda other: other.claim(), others))
    assert sorted(claimed) == [(name_of(number), b"content %d" % number) for number in range(20)]
    assert queue.claim() is None
    for other, (name, content) in zip(others, claimed, strict=True):
        other.finish(name, content[::-1])
        other.close()
    assert sorted(queue.results()) == [(name_of(number), (b"content %d" % number)[::-1]) for number in range(20)]
    assert list(queue.results()) == []


def test_a_shard_that_is_there_is_not_laid_out_again(queue):
    """Laid out twice, it is claimed once; given back, it is claimed again."""
    queue.put(name_of(1), b"content")
    queue.put(name_of(1), b"content")
    assert queue.claim() == (name_of(1), b"content")
    queue.put(name_of(1), b"content")
    queue.give_back(name_of(1))
    assert queue.claim() == (name_of(1), b"content")
    queue.finish(name_of(1), b"result")
    assert queue.claim() is None


def test_a_dead_workers_shard_is_anothers(place, queue):
    """A worker that is killed after its claim leaves the shard to the next one."""
    kind, where, _ = place
    queue.put(name_of(1), b"content")
    opening = f"{CLAIM[kind]}; queue = Queue(Where(sys.argv[1]), {TOPIC!r})"
    code = f"import sys, time; {opening}; print(queue.claim(), flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code, str(where)]
    with subprocess.Popen(command, env=environment(), cwd=CHECKOUT, text=True, stdout=subprocess.PIPE) as worker:
        assert name_of(1) in worker.stdout.readline()
        queue.take_back(set())
        queue.take_back(set())
        assert queue.claim() is None
        worker.kill()
        worker.wait()
    queue.take_back({worker_name(worker.pid)})
    deadline = time.monotonic() + 10
    while (claimed := queue.claim()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert claimed == (name_of(1), b"content")


def test_what_is_cleared_is_gone(queue):
    """A build that ends leaves nothing to do, but what was handed in is for the next one."""
    for number in (1, 2):
        queue.put(name_of(number), b"content")
    name, _ = queue.claim()
    queue.finish(name, b"result")
    queue.clear()
    assert queue.claim() is None
    assert list(queue.results()) == [(name, b"result")]


def test_a_worker_that_gives_no_sign_is_taken_for_dead(tmp_path):
    """As long as it touches its file it keeps it, by the clock of whoever builds; so many deaths at one shard end."""
    queue = WorkFolder(tmp_path, TOPIC, lease_s=0.05)
    queue.put(name_of(1), b"content")
    queue.claim()
    for _ in range(4):
        queue.take_back(set())
        time.sleep(0.03)
        queue.beat(name_of(1))
    assert queue.claim() is None
    for _ in range(TRIES):
        queue.take_back(set())
        time.sleep(0.06)
        queue.take_back(set())
        assert queue.claim() == (name_of(1), b"content")
    queue.take_back(set())
    with pytest.raises(WorkFailed, match="died at the same passages"):
        queue.take_back({worker_name()})
