"""Watching a folder: what counts as a change, and that nothing ends it but its stop."""

import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places import CHECKOUT
from qa.corpus.watch import _counts, watch
from qa.errors import CorpusError, IndexLocked
from qa.index import folder as index_folder
from servers import environment

PATIENCE_S = 20
REST_MS = 200
QUIET_S = 4 * REST_MS / 1000


@pytest.fixture(autouse=True)
def short_rests(monkeypatch):
    """Half of the product's time: most of these tests wait for nothing to happen."""
    monkeypatch.setattr("qa.corpus.watch.REST_MS", REST_MS)
    monkeypatch.setattr("qa.corpus.watch.LOOK_MS", REST_MS)


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "corpus").mkdir()
    return tmp_path / "corpus"


class Watched:
    """A watch in a thread, with the times at which it called."""

    def __init__(self, corpus, index, on_change=None):
        self.calls = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=watch, args=(corpus, index, self._stop, self._call))
        self._on_change = on_change

    def _call(self):
        self.calls.append(time.monotonic())
        if self._on_change:
            self._on_change()

    def __enter__(self):
        self._thread.start()
        self.wait_for(1)
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def wait_for(self, calls):
        deadline = time.monotonic() + PATIENCE_S
        while len(self.calls) < calls:
            assert time.monotonic() < deadline, f"{len(self.calls)} calls, {calls} expected"
            time.sleep(0.01)


def test_changes_are_told_once_they_rest(corpus, tmp_path):
    """One call to begin with, and one for a burst of changes; new, moved and removed files all count."""
    with Watched(corpus, tmp_path / "index") as watched:
        for number in range(20):
            (corpus / f"{number}.txt").write_text("words", "utf-8")
            time.sleep(0.01)
        watched.wait_for(2)
        time.sleep(QUIET_S)
        assert len(watched.calls) == 2
        (corpus / "1.txt").rename(corpus / "moved.txt")
        watched.wait_for(3)
        time.sleep(QUIET_S)
        (corpus / "2.txt").unlink()
        watched.wait_for(4)


def test_the_index_and_hidden_files_do_not_count(corpus):
    """What a build writes into an index inside the corpus, and an editor's hidden files, call for no build."""
    index = corpus / "index"
    index.mkdir()
    with Watched(corpus, index) as watched:
        (index / "CURRENT").write_text("0123", "utf-8")
        (corpus / ".draft.txt").write_text("words", "utf-8")
        time.sleep(QUIET_S)
        assert len(watched.calls) == 1
        (corpus / "a.txt").write_text("words", "utf-8")
        watched.wait_for(2)


@pytest.mark.parametrize("error", [CorpusError("the folder cannot be listed"), OSError(28, "No space left on device")])
def test_a_failed_build_ends_nothing(corpus, tmp_path, caplog, error):
    """An expected failure is a line in the log; the next change is built as any other, and the failure not repeated."""
    caplog.set_level(logging.INFO)

    def fail():
        raise error

    with Watched(corpus, tmp_path / "index", fail) as watched:
        time.sleep(QUIET_S)
        assert len(watched.calls) == 1
        (corpus / "a.txt").write_text("words", "utf-8")
        watched.wait_for(2)
    assert caplog.text.count(str(error.args[-1])) == 2


def test_while_another_builds_it_is_tried_again(corpus, tmp_path):
    """A change that came while another process held the lock is not forgotten."""
    held = [IndexLocked("process 1 is building this index")] * 3

    def build():
        if held:
            raise held.pop()

    with Watched(corpus, tmp_path / "index", build) as watched:
        watched.wait_for(4)
        time.sleep(QUIET_S)
        assert len(watched.calls) == 4


def test_a_folder_that_is_taken_away_is_waited_for(corpus, tmp_path):
    """A corpus that is moved away and made anew is watched again."""
    with Watched(corpus, tmp_path / "index") as watched:
        corpus.rename(tmp_path / "away")
        time.sleep(QUIET_S)
        calls = len(watched.calls)
        corpus.mkdir()
        watched.wait_for(calls + 1)
        time.sleep(QUIET_S)
        calls = len(watched.calls)
        (corpus / "a.txt").write_text("words", "utf-8")
        watched.wait_for(calls + 1)


def test_an_index_behind_a_link_does_not_count(corpus, tmp_path):
    """What a build writes into an index that a link in the corpus leads to calls for no build: no build without end."""
    (tmp_path / "elsewhere").mkdir()
    (corpus / "index").symlink_to(tmp_path / "elsewhere")
    with Watched(corpus, corpus / "index", lambda: (corpus / "index" / "LOCK").write_text("1", "utf-8")) as watched:
        time.sleep(QUIET_S)
        assert len(watched.calls) == 1


SHORT_OF_FILES = """
import logging, platform, resource, sys, threading
from pathlib import Path
from qa.corpus.watch import watch
platform.uname()
logging.basicConfig(stream=sys.stdout)
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
stop = threading.Event()
threading.Timer(1.2, resource.setrlimit, (resource.RLIMIT_NOFILE, (hard, hard))).start()
watch(Path(sys.argv[1]), Path(sys.argv[2]), stop, stop.set)
"""


def test_a_folder_that_cannot_be_watched_is_tried_again(corpus, tmp_path):
    """Where the system has no room for another watch that is said once, and watching begins when there is."""
    command = [sys.executable, "-c", SHORT_OF_FILES, str(corpus), str(tmp_path / "index")]
    ended = subprocess.run(
        command, cwd=CHECKOUT, env=environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert ended.stdout.count("cannot be watched") == 1
    assert "Too many open files" in ended.stdout


names = st.lists(st.text("ab._", min_size=1, max_size=4).filter(lambda name: name not in (".", "..")), min_size=1)


@given(names)
def test_what_counts_is_what_is_listed(parts):
    """A path counts exactly if no part of it below the corpus is hidden and it is not the index's."""
    corpus = Path("/a/.hidden/corpus")
    expected = not any(part.startswith(".") for part in parts)
    assert _counts(corpus, corpus / "index", corpus.joinpath(*parts)) == expected
    assert not _counts(corpus, corpus / "index", (corpus / "index").joinpath(*parts))
    assert not _counts(corpus, corpus / "index", Path("/a").joinpath(*parts))


def test_index_watches(corpus, tmp_path):
    """``qa index --watch`` builds, goes on, builds what changes, and ends with an interrupt without a traceback."""
    index = tmp_path / "index"
    (corpus / "a.txt").write_text("The plane left at noon.", "utf-8")
    command = [sys.executable, "-m", "qa.cli", "index", "--watch", "--corpus", str(corpus), "--index", str(index)]
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=environment(QA_THREADS="1"),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline().startswith("1 added, 0 changed, 0 removed, 0 unchanged, 0 unreadable")
        first = index_folder.current_id(index)
        (corpus / "b.txt").write_text("The baker sold rye bread.", "utf-8")
        assert process.stdout.readline().startswith("1 added, 0 changed, 0 removed, 1 unchanged, 0 unreadable")
        (corpus / "a.txt").unlink()
        assert process.stdout.readline().startswith("0 added, 0 changed, 1 removed, 1 unchanged, 0 unreadable")
        assert index_folder.current_id(index) != first
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) in (0, 130)
        assert "Traceback" not in process.stderr.read()
