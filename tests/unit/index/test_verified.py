"""The record of which files were compared with their sums: who may trust it, and when it says nothing."""

import json
import os

import pytest

from qa.errors import SnapshotDamaged
from qa.index import folder as index_folder
from qa.index import verified
from qa.index.folder import Manifest

NAME = "0123456789abcdef"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """An index with one snapshot of two files, and a clock on which files that were written have settled."""
    monkeypatch.setattr(verified, "SETTLED_NS", -(10**9))

    def write(folder):
        (folder / "sound.bin").write_bytes(b"sound")
        (folder / "other.bin").write_bytes(b"other")

    manifest = Manifest(NAME, "r", "e", 2, "s", 0, 0, 0, "2026-01-01T00:00:00+00:00")
    index_folder.add(tmp_path / "index", manifest, write)
    return tmp_path / "index"


def record(index):
    return index / f".verified-{NAME}"


def spoil(index):
    """Change a byte as a disk would, which changes no time: the record is made to agree with what is there."""
    path = index / NAME / "sound.bin"
    path.write_bytes(b"Sound")
    found = path.stat()
    known = json.loads(record(index).read_text())
    known["sound.bin"] = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
    record(index).write_text(json.dumps(known))


def test_a_file_is_compared_once(index):
    """A file that was compared is not read again while its size, times and inode stay; ``again`` reads it."""
    index_folder.check(index, NAME)
    spoil(index)
    index_folder.check(index, NAME)
    with pytest.raises(SnapshotDamaged, match=r"sound\.bin has a wrong byte"):
        index_folder.check(index, NAME, again=True)


def test_damage_is_not_forgotten(index):
    """Once a wrong byte was found, whoever opens the snapshot next finds it as well."""
    index_folder.check(index, NAME)
    spoil(index)
    for again in (True, False):
        with pytest.raises(SnapshotDamaged, match=r"sound\.bin has a wrong byte"):
            index_folder.check(index, NAME, again=again)


def test_a_file_that_was_written_is_compared_again(index):
    """A change that keeps size and modification time is found: the time of the last change of a file can't be set."""
    index_folder.check(index, NAME)
    path = index / NAME / "sound.bin"
    before = path.stat()
    path.write_bytes(b"Sound")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(SnapshotDamaged, match=r"sound\.bin has a wrong byte"):
        index_folder.check(index, NAME)


def test_a_file_that_was_just_written_is_not_noted(index, monkeypatch):
    """What may change again within a tick of the file system's clock is compared again by the next process."""
    monkeypatch.setattr(verified, "SETTLED_NS", 10**12)
    index_folder.check(index, NAME)
    assert not record(index).exists() or json.loads(record(index).read_text()) == {}


@pytest.mark.parametrize("content", ["", "[]", "{", '{"sound.bin": 3}', '{"sound.bin": [1]}', '{"sound.bin": null}'])
def test_a_damaged_record_says_nothing(index, content):
    """Without a readable record every file is read."""
    index_folder.check(index, NAME)
    spoil(index)
    record(index).write_text(content)
    with pytest.raises(SnapshotDamaged, match=r"sound\.bin has a wrong byte"):
        index_folder.check(index, NAME)


def test_the_record_goes_with_its_snapshot(index):
    """A sweep leaves the record of what stays, and no other."""
    index_folder.check(index, NAME)
    (index / ".verified-fedcba9876543210").write_text("{}")
    (index / f".verified-{NAME}-17").write_text("{}")
    index_folder.sweep(index, keep=1)
    assert [path.name for path in index.glob(".verified-*")] == [f".verified-{NAME}"]
