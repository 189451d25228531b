"""Several servers of several processes on one engine, asked over HTTP while generations come and go, or it is killed.

Runs where QATEST_ENGINE_SERVERS says how many servers; ``make engines`` does.
"""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack

import httpx2
import pytest

from places import CHECKOUT
from qa.index import snapshot as snapshots
from qa.index.engines import connect
from qa.index.engines.publication import publish_snapshot
from servers import environment, serve

SERVERS = int(os.environ.get("QATEST_ENGINE_SERVERS", "0"))
PROCESSES, CLIENTS, PUBLISHES = 2, 8, 10
SHIPS = ("Adelaide", "Bremen", "Corona", "Drott")
LOG = "The ferry {ship} left the harbour of Ystad at {hour} minutes past noon, as the log of {ship} says."
QUESTION = {"question": "When did the ferries leave the harbour of Ystad?"}

PUBLISH = (
    "import sys; from pathlib import Path\n"
    "from qa.index.engines import connect\n"
    "from qa.index.engines.publication import publish_from\n"
    "print('ready', flush=True)\n"
    "publish_from(connect(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], 2, 0)\n"
)

pytestmark = pytest.mark.skipif(not SERVERS, reason="QATEST_ENGINE_SERVERS says how many; make engines does")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return tmp_path_factory.mktemp("built")


@pytest.fixture(scope="module")
def generations(tmp_path_factory, indexer_for, built):
    """Snapshots of logs that all give one hour, by that hour: an answer of two would show."""
    corpus, index = tmp_path_factory.mktemp("logs"), built
    indexer = indexer_for(corpus, index, keep=9)
    made = {}
    for hour in ("7", "8", "9"):
        for ship in SHIPS:
            (corpus / f"{ship}.txt").write_text(LOG.format(ship=ship, hour=hour), "utf-8")
        made[hour] = snapshots.open_snapshot(index, indexer.build().snapshot)
    return made


class Clients:
    """Ask several servers in turn until they are stopped; ``seen`` counts what came back."""

    def __init__(self, addresses, hours):
        self._addresses = addresses
        self._hours = hours  # of each generation
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]
        self.seen = Counter()
        self.wrong = []
        self._lock = threading.Lock()

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number):
        with httpx2.Client(base_url=self._addresses[number % len(self._addresses)], timeout=60) as client:
            while not self._stopping.is_set():
                try:
                    response = client.post("/ask", json=QUESTION)
                    outcome = self._outcome(response)
                except httpx2.TransportError as error:
                    outcome = repr(error)
                with self._lock:
                    self.seen[outcome] += 1

    def _outcome(self, response):
        if response.status_code != 200:
            return str(response.status_code)
        body = response.json()
        hours = {passage["text"].split(" minutes")[0].rpartition(" ")[2] for passage in body["passages"]}
        if hours != {self._hours[body["index"]["snapshot"]]} or len(body["passages"]) != len(SHIPS):
            self.wrong.append(body)
            return "mixed"
        return "answered"


@pytest.fixture
def served(mortal, generations, tmp_path):
    """An engine with the first generation, and the addresses of servers that answer from it."""
    engine = connect(mortal.address)
    publish_snapshot(engine, generations["7"], keep=1)
    settings = {"QA_ENGINE": mortal.address, "QA_ANSWER_CACHE_MB": "0"}  # every answer is from the engine
    with ExitStack() as stack:
        running = [
            stack.enter_context(serve("--index", tmp_path / str(number), "--processes", str(PROCESSES), **settings))
            for number in range(SERVERS)
        ]
        for server in running:
            server.wait_until_ready()
        yield engine, [server.address for server in running]
    engine.close()


def test_publishing_under_servers(served, generations):
    """No question fails and no answer is of two generations, though each is dropped as soon as the next answers."""
    engine, addresses = served
    hours = {snapshot.manifest.id: hour for hour, snapshot in generations.items()}
    with Clients(addresses, hours) as clients:
        for number in range(PUBLISHES):
            time.sleep(1.0)
            publish_snapshot(engine, generations["789"[(number + 1) % 3]], keep=1)
        time.sleep(1.0)
    print(f"{SERVERS} servers of {PROCESSES} processes, {CLIENTS} clients, {PUBLISHES} publications: {clients.seen}")
    assert clients.wrong == []
    assert [*clients.seen] == ["answered"]


def test_publishers_deaths_under_servers(served, mortal, generations, built):
    """Publishers that are killed at any moment change no answer, and the next one goes on."""
    _, addresses = served
    hours = {snapshot.manifest.id: hour for hour, snapshot in generations.items()}
    with Clients(addresses, hours) as clients:
        for number in range(PUBLISHES):
            generation = generations["789"[(number + 1) % 3]].manifest.id
            command = [sys.executable, "-c", PUBLISH, mortal.address, str(built), generation]
            with subprocess.Popen(command, env=environment(), cwd=CHECKOUT, stdout=subprocess.PIPE) as publisher:
                publisher.stdout.readline()
                time.sleep(number * 0.03)
                publisher.kill()
        time.sleep(0.5)
    print(f"{PUBLISHES} publishers killed after 0 to {(PUBLISHES - 1) * 30} ms: {clients.seen}")
    assert clients.wrong == []
    assert [*clients.seen] == ["answered"]


def test_a_death_under_servers(served, mortal, generations):
    """While the engine's server is away the answer is a 503; when it is back, every server answers by itself."""
    _, addresses = served
    hours = {snapshot.manifest.id: hour for hour, snapshot in generations.items()}
    with Clients(addresses, hours) as clients:
        time.sleep(2)
        mortal.kill()
        time.sleep(5)
        mortal.start()
        time.sleep(8)
    print(f"killed and started again after 5 s: {clients.seen}")
    assert clients.wrong == []
    assert {*clients.seen} <= {"answered", "503"}
    for address in addresses:
        for _ in range(2 * PROCESSES):
            assert httpx2.post(f"{address}/ask", json=QUESTION, timeout=60).status_code == 200
