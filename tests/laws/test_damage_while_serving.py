"""Files that change under a running service: no answer ever depends on a byte that is not as it was sealed."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from qa import arrays
from qa.errors import IndexUnusable
from qa.serving import damage
from qa.serving import service as service_module
from qa.serving.damage import ServedFiles
from qa.types import Question

QUESTIONS = ["Who is Jia Jia?", "When did Xu Jiatun fly to San Francisco?", "Who was Trotsky?", "zxqv plorb"]
PATIENCE_S = 20


def answers(service):
    return [said(service, question) for question in QUESTIONS]


def said(service, question):
    answer = service.ask(Question(question)).answer
    passages = [(ranked.passage.id, ranked.passage.text, ranked.score) for ranked in answer.passages]
    return passages, [citation.cited_text for citation in answer.citations], answer.reasons


def spoil(path: Path, how: str) -> None:
    """Change a file in place, as a disk or another program may."""
    content = bytearray(path.read_bytes())
    if how == "cut":
        os.truncate(path, len(content) // 2)
    elif how == "gone":
        path.unlink()
    elif how == "replaced":
        path.unlink()
        path.write_bytes(bytes(len(content)))
    else:
        middle = len(content) // 2
        content[middle : middle + 64] = bytes(byte ^ 0xFF for byte in content[middle : middle + 64])
        with path.open("r+b") as file:
            file.write(content)
        if how == "in silence":
            os.utime(path, ns=(1, 1))


def files_of(index: Path, snapshot_id: str) -> list[str]:
    folder = index / snapshot_id
    return sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and "manifest" not in p.name
    )


@pytest.fixture
def index(corpus_index, tmp_path):
    """An index of its own."""
    return shutil.copytree(corpus_index, tmp_path / "index")


def wait_until(condition, name):
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends, name
        time.sleep(0.02)


@pytest.mark.parametrize("how", ["cut", "gone", "replaced", "changed"])
def test_a_small_snapshot_serves_on_from_memory(index, service_for, how):
    """Whatever becomes of each of its files, all answers stay as they were, and the damage is told."""
    for name in files_of(index, ServedIndex(index).current):
        copy = ServedIndex(shutil.copytree(index, index.parent / "copy"))
        service = service_for(copy.path)
        service.open()
        before = answers(service)
        spoil(copy.path / copy.current / name, how)
        service._look_at_files()
        assert answers(service) == before
        assert name in service.damage
        shutil.rmtree(copy.path)


class ServedIndex:
    """An index folder."""

    def __init__(self, path: Path):
        self.path = path

    @property
    def current(self) -> str:
        return (self.path / "CURRENT").read_text("utf-8").strip()


def test_a_mapped_snapshot_gives_way_to_a_sound_one(index, service_for, indexer_for, tmp_path, monkeypatch):
    """With all arrays mapped, bytes changed in one file after the other: the snapshot before answers at once."""
    monkeypatch.setattr(arrays, "IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(damage, "IN_MEMORY_BYTES", 0)
    older = ServedIndex(index).current
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ferry.txt").write_text("The ferry left at noon.", "utf-8")
    indexer_for(corpus, index).build()
    newer = ServedIndex(index).current
    assert newer != older
    for name in files_of(index, newer)[::4]:
        copy = shutil.copytree(index, tmp_path / "copy")
        service = service_for(copy)
        service.open()
        assert service.snapshot.manifest.id == newer
        stopping = threading.Event()
        follower = threading.Thread(target=service.follow, args=(stopping, lambda snapshot: None), daemon=True)
        follower.start()
        try:
            spoil(copy / newer / name, "changed")
            wait_until(lambda: service.ready and service.snapshot.manifest.id == older, name)  # noqa: B023
            assert name in service.damage
            assert service.ask(Question("Who is Jia Jia?")).answer.citations
        finally:
            stopping.set()
            follower.join(PATIENCE_S)
        shutil.rmtree(copy)


def test_the_snapshot_that_took_over_is_watched_too(index, service_for, indexer_for, tmp_path, monkeypatch):
    """After one damage another one is noticed as well, and once the files are as they were, they serve again."""
    monkeypatch.setattr(arrays, "IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(damage, "IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(service_module, "RETRY_S", 0.1)
    older = ServedIndex(index).current
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ferry.txt").write_text("The ferry left at noon.", "utf-8")
    indexer_for(corpus, index).build()
    sound = shutil.copytree(index, tmp_path / "sound")
    service, stopping = service_for(index), threading.Event()
    threading.Thread(target=service.follow, args=(stopping, bool), daemon=True).start()
    try:
        wait_until(lambda: service.ready, "open")
        spoil(index / ServedIndex(index).current / "documents/texts.npy", "changed")
        wait_until(lambda: service.ready and service.snapshot.manifest.id == older, "the older one")
        spoil(index / older / "documents/texts.npy", "in silence")
        wait_until(lambda: not service.ready, "nothing")
        shutil.copytree(sound, index, dirs_exist_ok=True)
        wait_until(lambda: service.ready and service.damage is None, "sound again")
    finally:
        stopping.set()


def test_where_no_sound_snapshot_is_left_nothing_answers(index, service_for, monkeypatch):
    """Rather than from wrong bytes, a mapped snapshot answers nothing."""
    monkeypatch.setattr(arrays, "IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(damage, "IN_MEMORY_BYTES", 0)
    service = service_for(index)
    service.open()
    current = ServedIndex(index).current
    name = next(name for name in files_of(index, current) if name.endswith(".npy"))
    spoil(index / current / name, "changed")
    service._look_at_files()
    with pytest.raises(IndexUnusable, match="run: qa index"):
        service.ask(Question("Who is Jia Jia?"))


def test_sums_find_what_size_and_time_do_not(index, service_for):
    """Bytes that a disk spoils, while size, times and inode stay, are found by the slow comparison of sums."""
    service = service_for(index)
    service.open()
    assert ServedFiles(index, service.snapshot.manifest).verify(threading.Event(), lambda seconds: None) is None
    spoil(index / ServedIndex(index).current / "documents/texts.npy", "changed")
    files = ServedFiles(index, service.snapshot.manifest)  # as if it had been so
    assert files.look() is None
    assert "documents/texts.npy" in str(files.verify(threading.Event(), lambda seconds: None))


def test_a_touched_file_is_sound(index, service_for):
    """Another time of the same bytes is no damage."""
    service = service_for(index)
    service.open()
    os.utime(index / ServedIndex(index).current / "documents/texts.npy", ns=(1, 1))
    service._look_at_files()
    assert service.damage is None


def test_a_file_that_changes_while_it_is_opened_is_noticed(index, service_for):
    """What is changed between its check and its reading is not served; a file that was written just before is."""
    service = service_for(index)
    service.open()
    path = index / ServedIndex(index).current / "documents/texts.npy"
    path.write_bytes(path.read_bytes())
    files = ServedFiles(index, service.snapshot.manifest)
    assert files.changed_since(time.time_ns()) is None
    moment = time.time_ns()
    spoil(path, "changed")
    assert "documents/texts.npy" in str(files.changed_since(moment))
