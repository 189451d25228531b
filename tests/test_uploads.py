"""Changes of the corpus folder: whole or not at all, never over what is there, never out of the folder, never lost."""

import fcntl
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from places import CHECKOUT
from qa.corpus.folder import MAX_FILE_BYTES, list_files
from qa.corpus.uploads import Outcome, Stored, Uploads
from qa.durable import link
from qa.errors import Conflict, DocumentNotFound, NotStored, TooLarge
from servers import environment

OLD, NEW = b"The ferry left at noon.", b"The ferry left at one."


@pytest.fixture
def corpus(tmp_path):
    return tmp_path / "corpus"


@pytest.fixture
def uploads(corpus, tmp_path):
    return Uploads(corpus, tmp_path / "index", 0)


def add(uploads, name="a.txt", content=OLD, **options):
    return uploads.add(name, io.BytesIO(content), **options)


def files(corpus):
    """What is visible in the folder, by name."""
    return {name: (corpus / name).read_bytes() for name in list_files(corpus)}


def hidden(corpus):
    return {path.name for path in corpus.iterdir() if path.name.startswith(".")} - {".unindexed", ".deleted"}


def test_a_file_is_added_under_its_safe_name(uploads, corpus):
    """The folder is made where it is not there, and holds the bytes that were sent, and nothing hidden beside them."""
    assert add(uploads, "../../etc/My notes.TXT") == Stored("My-notes.txt", Outcome.ADDED)
    assert files(corpus) == {"My-notes.txt": OLD}
    assert hidden(corpus) == set()


def test_the_same_file_twice_changes_nothing(uploads, corpus):
    """Sent again, the same bytes under the same name are what is there already."""
    add(uploads)
    before = (corpus / "a.txt").stat()
    assert add(uploads) == Stored("a.txt", Outcome.UNCHANGED)
    assert (corpus / "a.txt").stat() == before


def test_another_file_of_the_same_name_is_a_conflict(uploads, corpus):
    """Nothing is overwritten in silence: the error says how to replace."""
    add(uploads)
    with pytest.raises(Conflict, match=re.escape("called a.txt; rename the file, or send it with replace=true")):
        add(uploads, content=NEW)
    assert files(corpus) == {"a.txt": OLD}
    assert hidden(corpus) == set()


def test_a_replaced_file_can_be_brought_back(uploads, corpus):
    """With leave, a file takes the place of another, which is kept aside."""
    add(uploads)
    assert add(uploads, content=NEW, replace=True) == Stored("a.txt", Outcome.REPLACED)
    assert files(corpus) == {"a.txt": NEW}
    with pytest.raises(Conflict, match=r"another document is called a\.txt"):
        uploads.restore("a.txt")
    (corpus / "a.txt").unlink()
    uploads.restore("a.txt")
    assert files(corpus) == {"a.txt": OLD}


def test_delete_and_undo(uploads, corpus):
    """A deleted file is gone from what is indexed, and undone it is back, byte for byte; also in a folder."""
    (corpus / "2006").mkdir(parents=True)
    (corpus / "2006" / "a.txt").write_bytes(OLD)
    add(uploads)
    for name in ("2006/a.txt", "a.txt"):
        uploads.delete(name)
    assert files(corpus) == {}
    (corpus / "2006").rmdir()
    for name in ("2006/a.txt", "a.txt"):
        uploads.restore(name)
    assert files(corpus) == {"2006/a.txt": OLD, "a.txt": OLD}
    with pytest.raises(DocumentNotFound, match="no deleted document"):
        uploads.restore("a.txt")


def test_undo_brings_back_the_last_version(uploads, corpus):
    """Of a file that was deleted more than once, undo brings back what was deleted last."""
    add(uploads)
    uploads.delete("a.txt")
    add(uploads, content=NEW)
    uploads.delete("a.txt")
    uploads.restore("a.txt")
    assert files(corpus) == {"a.txt": NEW}


@pytest.mark.parametrize(
    "name",
    ["b.txt", "", ".", "..", "../secret.txt", "/etc/passwd", ".unindexed", ".deleted", "folder", "a.txt/", "./a.txt",
     "folder/../a.txt", "a.txt\x00", "\udc80", "x" * 5000, "index/CURRENT", "../corpus/a.txt"],
)  # fmt: skip
def test_only_files_of_the_corpus_can_be_deleted(tmp_path, name):
    """What is no visible file of the corpus, by exactly its id, is not found; nothing outside is touched."""
    corpus = tmp_path / "corpus"
    uploads = Uploads(corpus, corpus / "index", 0)
    add(uploads)
    (corpus / "folder").mkdir()
    (corpus / "index").mkdir()
    for path in (corpus / "index" / "CURRENT", tmp_path / "secret.txt"):
        path.write_bytes(OLD)
    for change in (uploads.delete, uploads.restore):
        with pytest.raises(DocumentNotFound, match=r"no (deleted )?document"):
            change(name)
    assert (tmp_path / "secret.txt").exists()
    assert (corpus / "index" / "CURRENT").exists()
    assert files(corpus)["a.txt"] == OLD


def test_a_line_of_a_file_cannot_be_deleted(uploads, corpus):
    """A document of a JSON Lines file goes only with its file, and the error says so."""
    add(uploads, "all.jsonl", json.dumps({"id": "one", "text": "Text."}).encode())
    with pytest.raises(Conflict, match=re.escape("one of those in all.jsonl; delete or replace that file")):
        uploads.delete("all.jsonl/one")


@pytest.mark.parametrize("where", ["outside", "inside", "nowhere"])
def test_links_are_never_followed(uploads, corpus, tmp_path, where):
    """A link that has the name of an upload is neither written through nor replaced nor deleted."""
    add(uploads, "b.txt")
    target = {"outside": tmp_path / "secret.txt", "inside": corpus / "b.txt", "nowhere": tmp_path / "none"}[where]
    if where == "outside":
        target.write_bytes(b"secret")
    (corpus / "a.txt").symlink_to(target)
    for replace in (False, True):
        with pytest.raises(Conflict, match=r"a\.txt is a link or a folder"):
            add(uploads, content=NEW, replace=replace)
    with pytest.raises(Conflict, match="this is a link"):
        uploads.delete("a.txt")
    assert (corpus / "a.txt").is_symlink()
    assert (corpus / "b.txt").read_bytes() == OLD
    if where == "outside":
        assert target.read_bytes() == b"secret"


def test_what_is_deleted_never_leaves_through_a_link(uploads, corpus, tmp_path):
    """Where the hidden folder, or a document's folder, has become a link, nothing is moved through it."""
    (corpus / "2006").mkdir(parents=True)
    (corpus / "2006" / "a.txt").write_bytes(OLD)
    uploads.delete("2006/a.txt")
    (corpus / "2006").rmdir()
    (corpus / "2006").symlink_to(tmp_path)
    with pytest.raises(Conflict, match="is a link by now"):
        uploads.restore("2006/a.txt")
    assert not (tmp_path / "a.txt").exists()
    (corpus / "2006").unlink()
    (corpus / "2006").mkdir()
    (corpus / "2006" / "deep").mkdir()
    (corpus / "2006" / "deep" / "b.txt").write_bytes(OLD)
    uploads.delete("2006/deep/b.txt")
    (corpus / "2006" / "deep").rmdir()
    (corpus / "2006").rmdir()
    (corpus / "2006").symlink_to(tmp_path)
    with pytest.raises(Conflict, match="is a link by now"):
        uploads.restore("2006/deep/b.txt")
    assert not (tmp_path / "deep").exists(), "a folder was made outside"
    (corpus / "2006").unlink()
    (corpus / "2006").write_bytes(b"a file where the folder was")
    for name in ("2006/a.txt", "2006/deep/b.txt"):
        with pytest.raises(Conflict, match="is a file by now"):
            uploads.restore(name)
    add(uploads)
    (corpus / ".deleted").rename(tmp_path / "moved")
    (corpus / ".deleted").symlink_to(tmp_path / "moved")
    with pytest.raises(Conflict, match="is a link; remove it"):
        uploads.delete("a.txt")
    assert (corpus / "a.txt").read_bytes() == OLD


@pytest.mark.parametrize(
    ("free_bytes", "content", "error", "says"),
    [
        (0, OLD * (MAX_FILE_BYTES // len(OLD) + 1), TooLarge, f"at most {MAX_FILE_BYTES} are taken; split it"),
        (2**60, OLD, NotStored, "MB free, and [0-9]+ MB must stay so"),
    ],
    ids=["large file", "full disk"],
)
def test_limits(uploads, corpus, free_bytes, content, error, says):
    """Each limit has its error, which says how much is there and what to do; nothing is written."""
    add(uploads)
    with pytest.raises(error, match=says):
        add(Uploads(corpus, corpus.parent / "index", free_bytes), "b.txt", content)
    assert files(corpus) == {"a.txt": OLD}
    assert hidden(corpus) == set()


def test_purging_gives_everything_back(uploads, corpus):
    """What was deleted or replaced is gone at once, and what stands in the folder stays."""
    add(uploads)
    add(uploads, content=NEW, replace=True)
    add(uploads, "b.txt")
    uploads.delete("b.txt")
    assert uploads.purge() == 2
    assert files(corpus) == {"a.txt": NEW}
    assert list((corpus / ".deleted").glob("*")) == []
    with pytest.raises(DocumentNotFound):
        uploads.restore("b.txt")


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
