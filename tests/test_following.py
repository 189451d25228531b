"""A running service follows the index: what is published is opened beside what serves, and then swapped in."""

import itertools
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.errors import SnapshotDamaged
from qa.index import folder as index_folder
from qa.serving.service import POLL_S
from qa.types import Question

PATIENCE_S = 30


def write(corpus, **texts):
    corpus.mkdir(exist_ok=True)
    for name, text in texts.items():
        (corpus / f"{name}.txt").write_text(text, "utf-8")


def wait_until(condition):
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture
def followed(indexer_for, service_for, tmp_path):
    """A service that follows an index of one article; gives it with the indexer."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write(corpus, a="The ferry left at noon.")
    indexer = indexer_for(corpus, index)
    indexer.build()
    service, stopping = service_for(index), threading.Event()
    thread = threading.Thread(target=service.follow, args=(stopping, lambda snapshot: None), daemon=True)
    thread.start()
    wait_until(lambda: service.ready)
    yield service, indexer
    stopping.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def damage(index, snapshot_id):
    """Flip a byte of the largest file; gives a function that mends it."""
    path = max((index / snapshot_id).rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else -1)
    sound = path.read_bytes()
    path.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    return lambda: path.write_bytes(sound)


def test_a_newer_snapshot_is_opened_and_no_question_fails(followed):
    """While snapshots are published under four askers nobody fails, and each answer is of one snapshot, the newest in
    the end.
    """
    service, indexer = followed
    ended, texts = threading.Event(), {service.snapshot.manifest.id: "The ferry left at noon."}

    def ask():
        seen = set()
        while not ended.is_set():
            answered = service.ask(Question("When did the ferry leave?"))
            citation = answered.answer.citations[0]
            seen.add((answered.snapshot.manifest.id, citation.cited_text))
            assert answered.snapshot.document_by_id["a.txt"] is citation.document
        return seen

    with ThreadPoolExecutor(4) as crowd:
        askers = [crowd.submit(ask) for _ in range(4)]
        try:
            for hour in ("one", "two", "three"):
                text = f"The ferry left at {hour}."
                write(indexer.corpus, a=text)
                texts[indexer.build().snapshot] = text
                wait_until(lambda: service.snapshot.manifest.id == index_folder.current_id(indexer.index))
                time.sleep(0.1)
        finally:
            ended.set()
        seen = set(itertools.chain.from_iterable(asker.result() for asker in askers))
    assert seen == set(texts.items())
    assert service.not_opened is None


def test_a_damaged_snapshot_does_not_replace_what_serves(followed, caplog):
    """A published snapshot with a wrong byte is reported once, by name; what served goes on; a mended publication is
    opened.
    """
    service, indexer = followed
    first = service.snapshot
    write(indexer.corpus, a="The ferry left at one.")
    with service._opening:  # the follower waits here until the byte is flipped
        second = indexer.build().snapshot
        mend = damage(indexer.index, second)
    wait_until(lambda: service.not_opened)
    assert f"snapshot {second}" in service.not_opened
    assert "has a wrong byte" in service.not_opened
    assert service.snapshot is first
    assert service.ask(Question("When did the ferry leave?")).snapshot is first
    time.sleep(1.2)
    assert [record.message for record in caplog.records if second in record.message] == [service.not_opened]
    mend()
    index_folder.publish(indexer.index, second)
    wait_until(lambda: service.snapshot.manifest.id == second)
    assert service.not_opened is None


def test_a_snapshot_is_opened_once(followed, caplog):
    """Where whoever has built opens the snapshot while the follower waits for its turn, that does not open it again."""
    service, indexer = followed
    caplog.set_level(logging.INFO)
    write(indexer.corpus, a="The ferry left at one.")
    with service._opening:
        built = indexer.build().snapshot
        time.sleep(2 * POLL_S)  # the follower has seen it, and waits
        service._open()
    time.sleep(2 * POLL_S)
    assert sum(f"serving snapshot {built}" in record.message for record in caplog.records) == 1


def test_what_another_could_not_open_is_tried_again(followed, monkeypatch):
    """What whoever has built could not open the follower tries again later, and it is opened when it is mended."""
    monkeypatch.setattr("qa.serving.service.RETRY_SERVING_S", 0.5)
    service, indexer = followed
    write(indexer.corpus, a="The ferry left at one.")
    with service._opening:
        second = indexer.build().snapshot
        mend = damage(indexer.index, second)
        time.sleep(2 * POLL_S)
        with pytest.raises(SnapshotDamaged, match="has a wrong byte"):
            service._open()
    mend()
    wait_until(lambda: service.snapshot.manifest.id == second)


def test_catching_up_opens_what_was_just_published(indexer_for, service_for, tmp_path):
    """Whoever has just built need not wait for the next look: catching up opens the new snapshot, once."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write(corpus, a="The ferry left at noon.")
    indexer = indexer_for(corpus, index)
    indexer.build()
    service = service_for(index)
    service.open()
    first = service.snapshot
    service.catch_up()
    assert service.snapshot is first
    write(corpus, b="The train left at one.")
    indexer.build()
    service.catch_up()
    assert set(service.snapshot.document_by_id) == {"a.txt", "b.txt"}
