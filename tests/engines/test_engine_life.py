"""An engine in its life: published to, asked while that goes on, killed, copied; with the product's own commands.

Small here; ``make engines`` asks longer (QATEST_ENGINE_PUBLISHES, QATEST_ENGINE_ASKERS).
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import httpx2
import pytest

from places import CHECKOUT
from qa.answering.answerer import Answerer
from qa.cli import main
from qa.errors import EngineUnavailable, SettingsError
from qa.index import snapshot as snapshots
from qa.index.engines import connect
from qa.index.engines.publication import publish_snapshot
from qa.index.engines.remote import EngineSource
from qa.retrieval.retriever import Retriever
from qa.serving.service import Service
from qa.types import Question
from servers import environment, serve

PUBLISHES = int(os.environ.get("QATEST_ENGINE_PUBLISHES", "4"))
ASKERS = int(os.environ.get("QATEST_ENGINE_ASKERS", "2"))
SHIPS = ("Adelaide", "Bremen", "Corona", "Drott")


def log_of(ship, hour):
    return f"The ferry {ship} left the harbour of Ystad at {hour} minutes past noon, as the log of {ship} says."


def write(corpus, hour):
    """Every log of one generation gives the same hour, so that an answer of two would show."""
    corpus.mkdir(exist_ok=True)
    for ship in SHIPS:
        (corpus / f"{ship}.txt").write_text(log_of(ship, hour), "utf-8")


@pytest.fixture
def site(tmp_path, address, monkeypatch, shared_model):
    """The settings of a corpus of logs, whose index is in a schema of its own."""
    write(tmp_path / "corpus", 7)
    for name, value in {"CORPUS": tmp_path / "corpus", "INDEX": tmp_path / "index", "ENGINE": address}.items():
        monkeypatch.setenv(f"QA_{name}", str(value))
    return tmp_path, address


def asked(capsys, question):
    assert main(["ask", question, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_commands_use_the_engine(site, capsys, monkeypatch):
    """``qa index`` publishes, ``qa ask`` answers from it without an index folder, ``qa doctor`` checks it."""
    folder, address = site
    assert main(["index"]) == 0
    capsys.readouterr()
    monkeypatch.setenv("QA_INDEX", str(folder / "another machine"))
    body = asked(capsys, "When did the ferry Bremen leave Ystad?")
    assert body["answer"]["text"] == log_of("Bremen", 7)
    monkeypatch.setenv("QA_INDEX", str(folder / "index"))
    assert main(["doctor", "--json"]) == 0
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["engine"]["detail"].startswith(("PostgreSQL ", "Milvus "))
    assert checks["published"]["ok"]
    write(folder / "corpus", 8)
    monkeypatch.setenv("QA_ENGINE", "embedded")
    assert main(["index"]) == 0
    capsys.readouterr()
    monkeypatch.setenv("QA_ENGINE", address)
    assert main(["doctor"]) == 1
    assert "run: qa index" in capsys.readouterr().out


def test_a_generation_is_copied(site, capsys, monkeypatch):
    """``qa migrate`` brings a generation to another schema, and back into an index folder, with equal answers."""
    folder, address = site
    assert main(["index"]) == 0
    other = f"{address}b"
    monkeypatch.setenv("QA_ENGINE", "embedded")
    assert main(["migrate", "embedded", other]) == 0
    assert main(["migrate", other, f"{address}c"]) == 0
    capsys.readouterr()
    expected = asked(capsys, "When did the ferry Corona leave?")
    monkeypatch.setenv("QA_INDEX", str(folder / "copied"))
    assert main(["migrate", f"{address}c", "embedded"]) == 0
    capsys.readouterr()
    copied = asked(capsys, "When did the ferry Corona leave?")
    for volatile in ("id", "timings_ms"):
        expected.pop(volatile)
        copied.pop(volatile)
    assert copied == expected
    assert main(["doctor"]) == 0


@pytest.mark.parametrize("address", ["redis://x", "nonsense", "postgresql://x/y?qa_schema=No;"])
def test_an_unknown_engine_is_named(address):
    """What is no engine's address is refused with what may stand there."""
    with pytest.raises(SettingsError, match=r"QA_ENGINE cannot begin|qa_schema cannot be"):
        connect(address)


def test_a_server_that_is_not_there_is_named():
    """Where nothing listens, the error says so, without the password."""
    engine = connect("postgresql://me:s3cret@127.0.0.1:1/none")
    with pytest.raises(EngineUnavailable, match="cannot be reached") as refused:
        engine.current()
    assert "s3cret" not in str(refused.value)


@pytest.fixture
def generations(tmp_path, indexer_for):
    """Snapshots of the logs at several hours."""
    indexer = indexer_for(tmp_path / "logs", tmp_path / "built", keep=9)
    made = []
    for hour in (7, 8, 9):
        write(tmp_path / "logs", hour)
        made.append(snapshots.open_snapshot(tmp_path / "built", indexer.build().snapshot))
    return made


def hours_in(answer):
    return {passage.passage.text.split(" minutes")[0].rpartition(" ")[2] for passage in answer.passages}


def test_publishing_under_load(empty, generations, tmp_path, embedder):
    """Whatever is published and dropped meanwhile, no question fails, and no answer is of two generations."""
    publish_snapshot(empty, generations[0], keep=1)
    servers = [
        Service(tmp_path, embedder, Answerer(Retriever(embedder)), source=EngineSource(empty, tmp_path / str(number)))
        for number in range(2)
    ]
    stopping, failures, seen = threading.Event(), [], set()

    def ask(service):
        service.open()
        while not stopping.is_set():
            try:
                answered = service.ask(Question("When did the ferries leave the harbour of Ystad?"))
                hours = hours_in(answered.answer)
                assert len(hours) == 1, hours
                seen.update(hours)
                service.catch_up()
            except Exception as error:  # noqa: BLE001  whatever it is, it is a failure
                failures.append(error)

    askers = [threading.Thread(target=ask, args=(servers[number % 2],)) for number in range(ASKERS)]
    for asker in askers:
        asker.start()
    for number in range(PUBLISHES):
        time.sleep(0.3)
        publish_snapshot(empty, generations[number % 3], keep=1)  # the one before is dropped at once
    time.sleep(0.3)
    stopping.set()
    for asker in askers:
        asker.join()
    assert not failures
    assert seen == {"7", "8", "9"}


def test_the_servers_death(mortal, generations, tmp_path, embedder):
    """Killed in the midst of questions, the server is an error that says what to do; back again, all is as before."""
    engine = connect(mortal.address)
    publish_snapshot(engine, generations[0], keep=1)
    service = Service(tmp_path, embedder, Answerer(Retriever(embedder)), source=EngineSource(engine, tmp_path / "copy"))
    service.open()
    question = Question("When did the ferry Drott leave?")
    expected = service.ask(question).answer.text
    mortal.kill()
    with pytest.raises(EngineUnavailable, match=r"cannot be reached .* start it"):
        service.ask(question)
    mortal.start()
    assert service.ask(question).answer.text == expected
    engine.close()


@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.2])
def test_a_publishers_death(empty, address, generations, tmp_path, after_s):
    """Killed at any moment, a publisher leaves what answers as it was, and nothing of its own; the next one ends it."""
    publish_snapshot(empty, generations[0], keep=2)
    code = (
        "import sys; from pathlib import Path\n"
        "from qa.index.engines import connect\n"
        "from qa.index.engines.publication import publish_from\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "publish_from(connect(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], 2, 0)\n"
    )
    command = [sys.executable, "-c", code, address, str(tmp_path / "built"), generations[1].manifest.id]
    with subprocess.Popen(
        command, env=environment(), cwd=CHECKOUT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
    held = empty.generations()
    assert held in ([generations[0].manifest.id], [generations[1].manifest.id, generations[0].manifest.id])
    assert empty.current() == held[0]
    publish_snapshot(empty, generations[1], keep=2)
    assert empty.current() == generations[1].manifest.id


def test_a_deletion_acts_at_once(site):
    """A document that is deleted over HTTP is gone from every server before any build, and from the list."""
    folder, address = site
    assert main(["index"]) == 0
    settings = {"QA_ENGINE": address, "QA_CORPUS": str(folder / "corpus"), "QA_ANSWER_CACHE_MB": "8"}
    with serve("--index", folder / "one", **settings) as one, serve("--index", folder / "two", **settings) as two:
        for server in (one, two):
            server.wait_until_ready()
        question = {"question": "When did the ferry Adelaide leave?"}
        for server in (one, two):
            body = httpx2.post(f"{server.address}/ask", json=question, timeout=60).json()
            assert body["answer"]["text"] == log_of("Adelaide", 7)
        httpx2.delete(f"{one.address}/documents/Adelaide.txt?rebuild=false", timeout=60).raise_for_status()
        for server in (one, two):
            body = httpx2.post(f"{server.address}/ask", json=question, timeout=60).json()
            assert {passage["document_id"] for passage in body["passages"]} == {f"{s}.txt" for s in SHIPS[1:]}
            listed = httpx2.get(f"{server.address}/documents", timeout=60).json()["documents"]
            assert "Adelaide.txt" not in {document["id"] for document in listed}
