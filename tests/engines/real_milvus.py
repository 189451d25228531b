"""What the Milvus engine does on the real server of the wheel ``milvus`` 2.3.5, which has no sparse vectors.

Run by ``test_real_milvus.py`` in a network of its own, where nothing but its loopback can be reached. Takes two index
folders, and prints what it has tried.
"""

import filecmp
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from milvus import MilvusServer

from qa.errors import EngineUnavailable, GenerationGone
from qa.index import snapshot as snapshots
from qa.index.engines import milvus_schema as schema
from qa.index.engines.embedded import EmbeddedEngine
from qa.index.engines.milvus import MilvusEngine
from qa.index.engines.milvus_publication import Publisher
from qa.index.engines.publication import document_records, passage_records, publish_snapshot
from qa.protocols import Admitted
from qa.types import Filters

ALL = Admitted()


class WithoutTerms(Publisher):
    """Publishes all but what this server cannot hold."""

    def passage_fields(self):
        return [field for field in super().passage_fields() if field.name != schema.TERMS]

    def _passages(self):
        for row in super()._passages():
            del row[schema.TERMS]
            yield row


class Engine(MilvusEngine):
    publisher = WithoutTerms


def tried(what):
    print(f"ok: {what}", flush=True)


def check_reading(engine, embedded, snapshot):
    generation = snapshot.manifest.id
    vectors = snapshot.passage_vectors.vectors(np.arange(len(snapshot.passages)))
    for row in (0, 7, 30):
        expected = np.sort(vectors.astype(np.float64) @ vectors[row])[::-1][:10]
        hits = engine.dense(generation, vectors[row], 10, ALL)
        assert hits[0].row == row
        np.testing.assert_allclose([hit.score for hit in hits], expected, atol=1e-5)
    tried("the nearest passages are those of brute force")
    documents = snapshot.documents
    tag = next(tag for document in documents for tag in document.tags)
    admitted = [
        Admitted(Filters(document_ids=(documents[0].id,))),
        Admitted(Filters(document_ids=("2006/",))),
        Admitted(Filters(tags=(tag,))),
        Admitted(Filters(date_from="2006-10-27")),
        Admitted(Filters(date_to="2007")),
        Admitted(withdrawn=frozenset([documents[0].id])),
    ]
    for each in admitted:
        rows = [[hit.row for hit in e.dense(generation, vectors[3], 500, each)] for e in (engine, embedded)]
        assert rows[0] == rows[1] or {*rows[0]} == {*rows[1]}
        assert engine.documents(generation, range(len(documents)), each) == embedded.documents(
            generation, range(len(documents)), each
        )
    tried("filters and withdrawn documents are left out of searches and lists")
    some = [5, 0, 30]
    assert engine.fetch(generation, some, ALL) == [*passage_records(snapshot, sorted(some))]
    assert engine.named(generation, [documents[-1].id], ALL) == [[*document_records(snapshot)][-1]]
    tried("records come back to the byte")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        engine.statistics(generation, Path(one))
        embedded.statistics(generation, Path(other))
        names = sorted(path.name for path in Path(other).iterdir())
        assert filecmp.cmpfiles(one, other, names, shallow=False)[0] == names
    tried("statistics come back to the byte")


def check_life(engine, address, first, second):
    documents, generation = first.documents, first.manifest.id
    before = engine.mark()
    gone = [document.id for document in documents[:3]]
    engines = [Engine(address) for _ in gone]
    threads = [threading.Thread(target=e.withdraw, args=([name],)) for e, name in zip(engines, gone, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.withdrawn(generation) == {*gone}
    assert engine.mark() > before
    tried("withdrawals at the same time are all kept, and act at once")
    engine.point(generation, before)
    assert engine.withdrawn(generation) == {*gone}
    engine.point(generation, engine.mark())
    assert engine.withdrawn(generation) == frozenset()
    tried("a withdrawal ends with a build that saw it")
    publish_snapshot(engine, second, keep=1)
    assert (engine.current(), engine.generations()) == (second.manifest.id, [second.manifest.id])
    for ask in (lambda: engine.withdrawn(generation), lambda: engine.fetch(generation, [0], ALL)):
        try:
            ask()
        except GenerationGone:
            continue
        raise AssertionError("a dropped generation answers")
    tried("the next generation answers, and the one before is gone")


def main(one, two):
    first, second = (snapshots.open_current(Path(index))[0] for index in (one, two))
    folder = tempfile.mkdtemp(prefix="qa-milvus-")
    server = MilvusServer()
    server.set_base_dir(folder)
    server.start()
    try:
        address = f"milvus://127.0.0.1:{server.listen_port}"
        engine = Engine(address)
        assert engine.current() is None
        started = time.monotonic()
        publish_snapshot(engine, first, keep=2)
        tried(f"{len(first.passages)} passages are published in {time.monotonic() - started:.1f} s")
        check_reading(engine, EmbeddedEngine(Path(one)), first)
        check_life(engine, address, first, second)
        server.server_proc.kill()
        server.server_proc.wait()
        try:
            engine.current()
            raise AssertionError("a dead server answers")
        except EngineUnavailable:
            tried("a killed server is named")
        server.start()
        engine = Engine(f"milvus://127.0.0.1:{server.listen_port}")  # the wheel takes another port
        deadline = time.monotonic() + 60
        while True:
            try:
                assert engine.current() == second.manifest.id
                check_reading(engine, EmbeddedEngine(Path(two)), second)
                break
            except EngineUnavailable:
                assert time.monotonic() < deadline, "it does not come back"
                time.sleep(1)
        tried("back again, it answers as before")
    finally:
        server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
