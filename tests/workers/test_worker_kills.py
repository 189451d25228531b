"""Builds whose workers, coordinator and database are killed: the same index comes of it, without a hand.

``make workers`` runs these; they take minutes.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import postgres_server
import pytest

from places import CHECKOUT
from qa.index import snapshot as snapshots
from qa.index.folder import encoded_path
from qa.indexing.encoding import Scratch
from servers import environment

KILLS = int(os.environ.get("QATEST_WORKER_KILLS", "0"))
WAIT_S = 240
CODE = "import sys; from qa.indexing import shards; shards.SHARD = 16; from qa.cli import main; sys.exit(main())"
SENTENCE = "In the year {year} the ferry {name} carried {count} people from Ystad to harbour {name}, as its log says."

pytestmark = pytest.mark.skipif(not KILLS, reason="QATEST_WORKER_KILLS says how often to kill; make workers does")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """120 articles of eight sentences."""
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(120):
        lines = [SENTENCE.format(year=1900 + year, name=f"Number{number}", count=number * year) for year in range(8)]
        (folder / f"{number}.txt").write_text(" ".join(lines), "utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(corpus, indexer_for, tmp_path_factory):
    """The index that one process builds."""
    index = tmp_path_factory.mktemp("expected")
    return snapshots.open_snapshot(index, indexer_for(corpus, index).build().snapshot)


def assert_same(index, expected):
    """The snapshot has the same name, and vectors that differ by no more than batches make them differ."""
    snapshot, damage = snapshots.open_current(index)
    assert damage is None
    assert snapshot.manifest.id == expected.manifest.id
    rows = np.arange(len(expected.passages))
    cosines = (snapshot.passage_vectors.vectors(rows) * expected.passage_vectors.vectors(rows)).sum(axis=1)
    assert cosines.min() > 0.995
    cosines = (snapshot.multilingual.passages.vectors(rows) * expected.multilingual.passages.vectors(rows)).sum(axis=1)
    assert cosines.min() > 0.99


class Build:
    """``qa index`` in a process of its own, with shards of sixteen passages."""

    def __init__(self, corpus, index, workers, **settings):
        self.index = index
        variables = {"QA_CORPUS": str(corpus), "QA_INDEX": str(index), "QA_THREADS": "1", **settings}
        self.environment = environment() | variables
        command = [sys.executable, "-c", CODE, "index", "--workers", str(workers)]
        self.process = subprocess.Popen(command, env=self.environment, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True)

    def children(self):
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in path.read_text().split() if b"worker" in command_of(int(child))]

    def wait_for(self, size):
        """Until so many bytes have been encoded, or the build has ended."""
        deadline = time.monotonic() + WAIT_S
        path = encoded_path(self.index)
        while self.process.poll() is None and (path.stat().st_size if path.exists() else 0) < size:
            assert time.monotonic() < deadline, "nothing was handed in"
            time.sleep(0.02)

    def encoded(self):
        path = encoded_path(self.index)
        return path.stat().st_size if path.exists() else 0

    def finish(self):
        _, errors = self.process.communicate(timeout=WAIT_S)
        assert self.process.returncode == 0, errors
        return errors


def command_of(process_id):
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_workers_that_are_killed(corpus, expected, tmp_path):
    """Each time that something was handed in a worker is killed; what it had is done by another."""
    build = Build(corpus, tmp_path, workers=2)
    killed = 0
    while killed < KILLS and build.process.poll() is None:
        build.wait_for(build.encoded() + 1)
        for child in build.children()[:1]:
            os.kill(child, signal.SIGKILL)
            killed += 1
    build.finish()
    assert killed
    assert_same(tmp_path, expected)
    assert not (tmp_path / "work").exists()


def test_a_worker_of_elsewhere(corpus, expected, tmp_path):
    """A build without workers of its own is done by one that only shares the folder, and is killed and replaced."""
    build = Build(corpus, tmp_path, workers=0)
    command = [sys.executable, "-m", "qa.cli", "worker"]
    first = subprocess.Popen(command, env=build.environment, cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    build.wait_for(1)
    first.kill()
    first.wait()
    second = subprocess.Popen(command, env=build.environment, cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    build.finish()
    second.kill()
    second.wait()
    assert_same(tmp_path, expected)


def test_a_coordinator_that_is_killed(corpus, expected, tmp_path):
    """Its workers end by themselves, and the next build encodes only what was not handed in."""
    build = Build(corpus, tmp_path, workers=2)
    build.wait_for(1)
    time.sleep(0.3)  # the first record is written
    workers = build.children()
    build.process.kill()
    build.process.communicate()
    kept = len(Scratch(encoded_path(tmp_path)).read())
    assert 0 < kept < len(expected.passages)
    deadline = time.monotonic() + WAIT_S
    while any(b"worker" in command_of(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker outlived its build"
        time.sleep(0.1)
    Build(corpus, tmp_path, workers=1).finish()
    assert_same(tmp_path, expected)


def test_a_database_that_is_killed(corpus, expected, tmp_path):
    """Killed while its rows are being encoded, and started again, it lets the build end as if nothing had happened."""
    if postgres_server.binaries() is None:
        pytest.skip("no PostgreSQL is installed")
    database = postgres_server.Database()
    try:
        build = Build(corpus, tmp_path, workers=2, QA_ENGINE=database.address)
        build.wait_for(1)
        database.kill()
        time.sleep(1)
        database.start()
        errors = build.finish()
        assert not re.search("Traceback", errors)
        assert_same(tmp_path, expected)
    finally:
        database.stop()
