"""A change of the corpus is whole or not at all, whatever ends it, and is remembered until it is built."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from changing import NEW, OLD, add, files, hidden

from places import CHECKOUT
from qa.durable import link
from qa.errors import Conflict, NotStored
from servers import environment

KILLED = """
import sys
from pathlib import Path
from qa.corpus.uploads import Uploads
class Endless:
    def seek(self, *_): return 1
    def read(self, count):
        print("reading", flush=True)
        return b"a" * count
Uploads(Path(sys.argv[1]), Path(sys.argv[2]), 0).add("a.txt", Endless())
"""


FULL = """
import io, resource, signal, sys
from pathlib import Path
from qa.errors import NotStored
from qa.corpus.uploads import Uploads
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
uploads = Uploads(Path(sys.argv[1]), Path(sys.argv[2]), 0)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    uploads.add("a.txt", io.BytesIO(b"a" * 3_000_000))
except NotStored as error:
    print(error)
uploads.add("b.txt", io.BytesIO(b"fits"))
"""


def run(script, corpus, **options):
    command = [sys.executable, "-c", script, str(corpus), str(corpus.parent / "index")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=CHECKOUT, **options)


def test_a_killed_upload_leaves_nothing_visible(uploads, corpus):
    """Killed in the middle of a file, an upload leaves a hidden draft, which the next start removes."""
    with run(KILLED, corpus) as process:
        for _ in range(5):
            assert process.stdout.readline() == "reading\n"
        process.send_signal(signal.SIGKILL)
    assert [path.stat().st_size > 0 for path in corpus.glob(".upload-*")] == [True]
    assert files(corpus) == {}
    uploads.sweep()
    assert hidden(corpus) == set()


def test_no_room_for_a_file(corpus):
    """Where writing fails for want of room the error says so, no part of the file stays, and what fits is stored."""
    with run(FULL, corpus) as process:
        said = process.stdout.read()
    assert said == "the disk is full; nothing was changed; make room and try again\n"
    assert process.returncode == 0
    assert files(corpus) == {"b.txt": b"fits"}
    assert hidden(corpus) == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(uploads, corpus):
    """A folder without leave to write is named as the reason."""
    corpus.mkdir()
    corpus.chmod(0o500)
    try:
        with pytest.raises(NotStored, match="cannot be written"):
            add(uploads)
    finally:
        corpus.chmod(0o700)


def test_a_file_system_without_links(uploads, corpus, monkeypatch):
    """Where the file system knows no second names, files are stored all the same, and never over another."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    add(uploads)
    add(uploads, content=NEW, replace=True)
    uploads.delete("a.txt")
    uploads.restore("a.txt")
    assert files(corpus) == {"a.txt": NEW}
    assert Path(corpus / "a.txt").read_bytes() == NEW
    assert hidden(corpus) == set()


def test_every_folder_of_a_change_is_on_the_disk(uploads, corpus, monkeypatch):
    """What is acknowledged is found after a power cut: each folder that holds a new or vanished name was synced."""
    synced, fsync = [], os.fsync

    def recorded(descriptor):
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    add(uploads)
    assert {corpus.parent, corpus} <= {*synced}
    (corpus / "2006").mkdir()
    (corpus / "2006" / "a.txt").write_bytes(OLD)
    synced.clear()
    uploads.delete("2006/a.txt")
    [kept] = (corpus / ".deleted").iterdir()
    assert {corpus, corpus / "2006", corpus / ".deleted", kept, kept / "2006"} <= {*synced}
    (corpus / "2006").rmdir()
    synced.clear()
    uploads.restore("2006/a.txt")
    assert {corpus, corpus / "2006"} <= {*synced}


def test_two_at_once_under_one_name(uploads, corpus):
    """Of several different files sent at once under one name, one is stored, and the others are told."""
    outcomes = []

    def send(number):
        try:
            outcomes.append(add(uploads, content=b"%d" % number * 100_000).outcome)
        except Conflict:
            outcomes.append(None)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["None"] * 7 + ["added"]
    assert len(set(files(corpus)["a.txt"])) == 1
    assert hidden(corpus) == set()


def test_a_token_is_of_a_change_that_is_complete(uploads, corpus, monkeypatch):
    """A build that begins in the middle of a change must not settle it: its token is told when the file is there."""
    half, go_on, seen = threading.Event(), threading.Event(), []

    def slow_link(source, target):
        half.set()
        assert go_on.wait(20)
        link(source, target)

    monkeypatch.setattr("qa.corpus.uploads.link", slow_link)
    changing = threading.Thread(target=add, args=(uploads,))
    changing.start()
    assert half.wait(20)
    looking = threading.Thread(target=lambda: seen.append((uploads.unindexed(), files(corpus))))
    looking.start()
    looking.join(0.2)
    go_on.set()
    changing.join()
    looking.join()
    assert seen == [(uploads.unindexed(), {"a.txt": OLD})]


def test_changes_are_remembered_until_they_are_built(uploads, corpus):
    """Every change leaves a new token; only a build that saw the last one settles it; a refused change leaves none."""
    assert uploads.unindexed() is None
    tokens = set()
    for change in (
        lambda: add(uploads), lambda: add(uploads, content=NEW, replace=True), lambda: uploads.delete("a.txt"),
        lambda: uploads.restore("a.txt"),
    ):  # fmt: skip
        change()
        tokens.add(uploads.unindexed())
    assert len(tokens) == 4
    last = uploads.unindexed()
    for token in tokens - {last}:
        uploads.settle(token)
    assert uploads.unindexed() == last
    uploads.settle(last)
    with pytest.raises(Conflict, match="another document"):
        add(uploads, content=b"Third.")
    assert uploads.unindexed() is None


def test_sweeping(uploads, corpus):
    """At a start, drafts of killed uploads go, those that are being written stay, and so does what can be undone."""
    add(uploads)
    uploads.delete("a.txt")
    old = corpus / ".deleted" / str(time.time_ns() - 40 * 86_400 * 10**9)
    old.mkdir()
    (corpus / ".upload-dead").write_bytes(OLD)
    alive = corpus / ".upload-alive"
    with alive.open("xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        uploads.sweep()
        assert hidden(corpus) == {alive.name}
    assert not old.exists()
    uploads.restore("a.txt")
    old.mkdir()
    uploads.delete("a.txt")  # a server that is not started again for a month
    assert not old.exists()
    uploads.restore("a.txt")
