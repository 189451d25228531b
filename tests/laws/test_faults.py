"""Law 7 with errors in place of death: whatever operation on the index fails, and whatever byte is wrong, the last good
snapshot serves.

Each operation fails here in one of two ways, full or broken, by turns; ``make faults`` lets each fail in both
(QATEST_EVERY).
"""

import builtins
import errno
import io
import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from qa.errors import QAError, SnapshotDamaged
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots

SENTENCE = "In year {year} the plane {number} left the airport at noon."
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}
DAMAGES = 1000
LAST = 12
EVERY = int(os.environ.get("QATEST_EVERY", "20"))


class Faults:
    """Fails the n-th operation that changes a folder: opening for writing, writing, syncing, renaming, removing."""

    def __init__(self):
        self.folder, self.fail_at, self.count, self.failed, self.code = None, 0, 0, "", errno.ENOSPC
        sys.addaudithook(self._hook)  # stays for the life of the process; without a folder it does nothing

    def arm(self, folder, fail_at, code):
        self.folder, self.fail_at, self.count, self.failed, self.code = str(folder), fail_at, 0, "", code

    def disarm(self):
        self.folder = None

    def step(self, operation):
        self.count += 1
        if self.count == self.fail_at:
            self.failed = operation
            raise OSError(self.code, os.strerror(self.code))

    def _hook(self, event, arguments):
        if self.folder is None:
            return
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in CHANGES or writes) and self.folder in str(arguments[0]):
            self.step(event)


FAULTS = Faults()


@pytest.fixture
def faults(monkeypatch):
    """The faults, with writing and syncing made to count too."""
    fsync, write = os.fsync, io.FileIO.write

    def counted_fsync(descriptor):
        if FAULTS.folder is not None:
            FAULTS.step("fsync")
        return fsync(descriptor)

    class File(io.FileIO):
        def write(self, content):
            if FAULTS.folder is not None:
                FAULTS.step("write")
            return write(self, content)

    opened = io.open

    def counted_open(file, mode="r", *arguments, **options):
        if FAULTS.folder is None or FAULTS.folder not in str(file) or not set(mode) & set("wa+"):
            return opened(file, mode, *arguments, **options)
        raw = File(file, mode.replace("b", "").replace("t", ""))
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding="utf-8")

    monkeypatch.setattr(os, "fsync", counted_fsync)
    monkeypatch.setattr(io, "open", counted_open)
    monkeypatch.setattr(builtins, "open", counted_open)
    yield FAULTS
    FAULTS.disarm()


def write_corpus(corpus, year):
    corpus.mkdir(exist_ok=True)
    for name in range(2):
        text = " ".join(SENTENCE.format(year=year, number=number + 10 * name) for number in range(2))
        (corpus / f"{name}.txt").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def two_years(indexer_for, tmp_path_factory):
    """An index of the old articles, the folder with the new ones, and the documents of each."""
    folder = tmp_path_factory.mktemp("years")
    indexer = indexer_for(folder / "corpus", folder / "index")
    write_corpus(indexer.corpus, 2)
    indexer_for(indexer.corpus, folder / "other").build()
    new = snapshots.open_current(folder / "other")[0]
    write_corpus(indexer.corpus, 1)
    indexer.build()
    old = snapshots.open_current(indexer.index)[0]
    write_corpus(indexer.corpus, 2)
    return indexer, old, new


def fail(indexer, documents, faults, fail_at, code):
    """Publish with one fault; returns whether it came to that operation."""
    faults.arm(indexer.index, fail_at, code)
    try:
        indexer.publish(documents)
    except OSError as error:
        assert error.errno == code or faults.failed, error  # noqa: PT017  the libraries that write wrap it in their own
    finally:
        faults.disarm()
    return bool(faults.failed)


@pytest.mark.parametrize(("code", "first"), [(errno.ENOSPC, 1), (errno.EIO, EVERY)], ids=["full", "broken"])
def test_every_operation_fails_once(two_years, indexer_for, tmp_path, faults, code, first, monkeypatch):
    """One operation of a build after the other fails, and one of the build that is to mend it, too: CURRENT
    always opens, undamaged, and holds the old articles or the new ones, whole; the build after that is the new one.
    """
    made, old, new = two_years
    operations, published = [], []
    known = {passage.embedded_text: passage for snapshot in (old, new) for passage in snapshot.passages}
    encode = made.embedder.encode_passages
    outputs = dict(zip(known, encode([*known]), strict=True))
    monkeypatch.setattr(type(made.embedder), "encode_passages", lambda self, texts: [outputs[text] for text in texts])
    shutil.copytree(made.index, tmp_path / "counted")
    assert not fail(indexer_for(made.corpus, tmp_path / "counted"), new.documents, faults, 10**6, code)
    last = range(max(first, faults.count - LAST), faults.count + 1)  # among them those that publish
    for fail_at in sorted({*range(first, faults.count + 1, EVERY), *last}):
        index = tmp_path / f"index-{fail_at}"
        shutil.copytree(made.index, index)
        indexer = indexer_for(made.corpus, index)
        if not fail(indexer, new.documents, faults, fail_at, code):
            break
        operations.append(faults.failed)
        assert_serves(index, old, new)
        assert not list(index.glob(".building*"))
        published.append(index_folder.current_id(index) == new.manifest.id)
        fail(indexer, new.documents, faults, 1 + fail_at * 7 % 40, code)
        assert_serves(index, old, new)
        assert indexer.publish(new.documents).snapshot == new.manifest.id
        assert snapshots.open_current(index)[0].documents == new.documents
        assert not list(index.glob(".building*"))
        shutil.rmtree(index)
    assert {"open", "write", "fsync", "os.rename"} <= {*operations}
    assert len(operations) * EVERY >= 40
    assert sum(published[: len(published) // 2]) <= 6, "only what is kept for the next build may fail without a word"
    assert any(published)


def assert_serves(index, old, new):
    snapshot, damage = snapshots.open_current(index)
    assert damage is None
    assert snapshot.documents in [old.documents, new.documents]


def flip(path, dice):
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def cut(path, dice):
    path.write_bytes(path.read_bytes()[: dice.randrange(path.stat().st_size)])


def remove(path, dice):
    path.unlink()


def swap(path, dice):
    """Two files of a snapshot change places."""
    others = [other for other in path.parent.iterdir() if other.is_file() and other.read_bytes() != path.read_bytes()]
    other = dice.choice(sorted(others))
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)


def test_a_thousand_damages(two_years, indexer_for, tmp_path):
    """A thousand flipped bits, cut, swapped and missing files: each is refused with a message that names a file that
    was hurt, and the last good snapshot is what opens.
    """
    made, old, new = two_years
    index, kept = tmp_path / "index", tmp_path / "kept"
    shutil.copytree(made.index, index)
    indexer_for(made.corpus, index).build()
    folder = index / new.manifest.id
    shutil.copytree(folder, kept)
    names = sorted(path.relative_to(kept) for path in kept.rglob("*") if path.is_file())
    dice = random.Random(20061027)
    for number in range(DAMAGES):
        damage, name = dice.choice([flip, cut, remove, swap]), dice.choice(names)
        if (kept / name).stat().st_size == 0 and damage in (flip, cut):
            continue
        damage(folder / name, dice)
        hurt = [
            str(other)
            for other in names
            if not (folder / other).is_file() or (folder / other).read_bytes() != (kept / other).read_bytes()
        ]
        assert hurt, "the damage did not happen"
        if only_the_seals_line_end(hurt, folder, kept):
            restore(hurt, folder, kept)
            continue
        with pytest.raises(SnapshotDamaged, match=rf"snapshot {new.manifest.id}: .*; run: qa index") as refused:
            index_folder.check(index, new.manifest.id)
        named = str(refused.value).split(": ")[1].split(" ")[0]
        assert named in hurt or (named == "manifest.json" and "manifest.sha256" in hurt)
        if number % 50 == 0:
            snapshot, told = snapshots.open_current(index)
            assert snapshot.manifest.id == old.manifest.id
            assert isinstance(told, SnapshotDamaged)
            assert named in str(told) or "manifest.sha256" in str(told)
        restore(hurt, folder, kept)
    index_folder.check(index, new.manifest.id)


def only_the_seals_line_end(hurt, folder, kept):
    """White space around the seal says nothing."""
    seal = folder / "manifest.sha256"
    if hurt != ["manifest.sha256"] or not seal.is_file():
        return False
    return seal.read_text("utf-8", "replace").strip() == (kept / "manifest.sha256").read_text("utf-8").strip()


def restore(names, folder, kept):
    for name in names:
        shutil.copy(kept / name, folder / name)


def test_the_faults_are_those_of_the_index_only(tmp_path, faults):
    """What happens elsewhere does not count, so that no fault is spent beside the index."""
    faults.arm(tmp_path / "index", 1, errno.EIO)
    (tmp_path / "elsewhere").write_text("words", "utf-8")
    assert (faults.count, faults.failed) == (0, "")
    with pytest.raises(OSError, match="Input/output error"):
        (tmp_path / "index").mkdir()
    assert faults.failed == "os.mkdir"
    assert issubclass(SnapshotDamaged, QAError)
    assert Path(tmp_path).is_dir()
