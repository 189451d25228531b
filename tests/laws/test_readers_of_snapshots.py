"""A snapshot that any process has open is not removed under it."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from places import CHECKOUT
from qa.errors import SnapshotDamaged
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from servers import environment

READER = (
    "import sys; from pathlib import Path; from qa.index.snapshot import open_current\n"
    "snapshot, _ = open_current(Path(sys.argv[1]))\n"
    "print(snapshot.manifest.id, flush=True); sys.stdin.readline()\n"
    "if sys.argv[2] == 'release': snapshot.release(); print('released', flush=True); sys.stdin.readline()\n"
)


def build(indexer, text):
    indexer.corpus.mkdir(exist_ok=True)
    (indexer.corpus / "a.txt").write_text(text, "utf-8")
    return indexer.build().snapshot


@pytest.fixture
def indexer(tmp_path, indexer_for):
    return indexer_for(tmp_path / "corpus", tmp_path / "index", keep=1)


@pytest.mark.parametrize("ends", ["release", "kill"])
def test_another_process_has_it_open(indexer, ends):
    """Sweeping passes over a snapshot that another process has open, and takes it when that has let go or died."""
    first = build(indexer, "The plane left at noon.")
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(indexer.index), ends], cwd=CHECKOUT, env=environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as reader:  # fmt: skip
        assert reader.stdout.readline() == f"{first}\n"
        second = build(indexer, "The plane left at one.")
        third = build(indexer, "The plane left at two.")
        assert index_folder.list_ids(indexer.index) == [third, first]  # nobody reads the second: it is gone
        index_folder.check(indexer.index, first)
        if ends == "release":
            reader.stdin.write("\n")
            reader.stdin.flush()
            assert reader.stdout.readline() == "released\n"
        else:
            reader.kill()
            reader.wait()
        fourth = build(indexer, "The plane left at three.")
        assert index_folder.list_ids(indexer.index) == [fourth]
        assert len({first, second, third, fourth}) == 4
        reader.kill()


def test_it_is_let_go_when_it_is_forgotten(indexer):
    """Nobody has to release a snapshot: when the last reference goes, so does the hold on its files."""
    build(indexer, "The plane left at noon.")
    snapshot, _ = snapshots.open_current(indexer.index)
    newest = build(indexer, "The plane left at one.")
    assert len(index_folder.list_ids(indexer.index)) == 2
    del snapshot
    gc.collect()
    index_folder.sweep(indexer.index, 1)
    assert index_folder.list_ids(indexer.index) == [newest]


def test_a_refused_snapshot_is_not_held(indexer):
    """What could not be opened is held by nobody."""
    first = build(indexer, "The plane left at noon.")
    newest = build(indexer, "The plane left at noon. It was late.")
    assert index_folder.list_ids(indexer.index) == [newest]
    (indexer.index / newest / "contexts.npy").write_text("[]")
    with pytest.raises(SnapshotDamaged, match=r"contexts\.npy has a wrong byte"):
        snapshots.open_snapshot(indexer.index, newest)
    assert build(indexer, "The plane left at noon.") == first
    assert index_folder.list_ids(indexer.index) == [first]


def test_one_that_is_being_removed_cannot_be_opened(indexer, monkeypatch):
    """Between the sweeper's hold and the removal nobody comes in; no half of a snapshot is ever found by its id."""
    first = build(indexer, "The plane left at noon.")
    tried = []

    def while_removing(path, **_):
        if first not in Path(path).name:
            return
        with pytest.raises(SnapshotDamaged, match=rf"{first}: .*(is missing|is being removed); run: qa index"):
            snapshots.open_snapshot(indexer.index, first)
        assert first not in index_folder.list_ids(indexer.index)
        tried.append(path)

    monkeypatch.setattr(index_folder.shutil, "rmtree", while_removing)
    build(indexer, "The plane left at one.")
    assert tried


def test_current_moves_on_while_it_is_opened(indexer, monkeypatch):
    """Where the snapshot that CURRENT named was swept before it was opened, the new one is; nothing is damaged."""
    build(indexer, "The plane left at noon.")
    opened = []
    original = snapshots.open_snapshot

    def slow(index, snapshot_id, **options):
        if not opened:
            opened.append(snapshot_id)
            build(indexer, "The plane left at one.")
        return original(index, snapshot_id, **options)

    monkeypatch.setattr(snapshots, "open_snapshot", slow)
    snapshot, damage = snapshots.open_current(indexer.index)
    assert damage is None
    assert snapshot.manifest.id == index_folder.current_id(indexer.index) != opened[0]
