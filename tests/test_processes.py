"""Several processes of one server: each answers, one that dies is replaced, and builds and counts are those of all."""

import io
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from places import CORPUS
from servers import serve

PATIENCE_S = 60
TRAIN = "The train to Malmö left at one o'clock, with forty passengers."


@pytest.fixture(scope="module")
def served(corpus_index, tmp_path_factory):
    """Two processes over a copy of the articles."""
    folder = tmp_path_factory.mktemp("several")
    corpus, index = shutil.copytree(CORPUS, folder / "corpus"), shutil.copytree(corpus_index, folder / "index")
    with serve("--corpus", corpus, "--index", index, "--processes", "2") as server:
        server.wait_until_ready()
        wait_until(lambda: len(children(server)) == 2)
        yield server
        assert server.stop() == -signal.SIGTERM
        assert not any(Path(f"/proc/{process_id}").exists() for process_id in children(server))


def children(server) -> list[int]:
    """The processes that answer: those that listen."""
    if server.process.poll() is not None:
        return []
    found = []
    for process in psutil.Process(server.process.pid).children():
        try:
            if any(each.status == psutil.CONN_LISTEN for each in process.net_connections(kind="tcp")):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def wait_until(condition):
    ends = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found


def get(server, path, **options):
    """Ask over a connection of its own, so that any process may answer."""
    with httpx2.Client(base_url=server.address, timeout=30) as client:
        return client.request(options.pop("method", "GET"), path, **options)


def asked(server) -> float:
    lines = get(server, "/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("qa_questions_total "))


def test_both_answer_and_one_counts_for_both(served):
    """Questions over many connections are answered by both; whoever is asked knows how many there were in all."""
    before = wait_until(lambda: asked(served))
    used = {pid: psutil.Process(pid).cpu_times().user for pid in children(served)}
    for number in range(30):
        assert get(served, f"/ask?question=Who+is+Jia+Jia+{number}").status_code == 200
    wait_until(lambda: asked(served) >= before + 30)
    assert all(psutil.Process(pid).cpu_times().user > used[pid] for pid in used)


def test_one_that_dies_is_replaced(served):
    """While one is killed again and again, the other answers, and another takes its place once it can answer."""
    for _ in range(2):
        alive = wait_until(lambda: len(found := children(served)) == 2 and found)
        os.kill(alive[0], signal.SIGKILL)
        statuses = []
        replaced = False
        while not replaced:
            replaced = len(found := children(served)) == 2 and alive[0] not in found
            with suppress(httpx2.TransportError):  # it was the dead one's
                statuses.append(get(served, "/readyz").status_code)
        assert len(statuses) >= 3
        assert set(statuses) == {200}
        assert "another takes its place" in served.log


def test_a_build_is_known_to_all_and_opened_by_all(served):
    """Whichever process is asked about a job knows it; once it is done, each answers from what was built."""
    wait_until(lambda: len(children(served)) == 2 and get(served, "/readyz").status_code == 200)
    files = [("files", ("train.txt", io.BytesIO(TRAIN.encode())))]
    added = get(served, "/documents", method="POST", files=files)
    assert added.status_code == 201, added.text
    url = added.json()["job"]["url"]
    states = set()
    ends = time.monotonic() + PATIENCE_S
    while "done" not in states and time.monotonic() < ends:
        response = get(served, url)
        assert response.status_code == 200
        states.add(response.json()["state"])
    assert "done" in states
    for _ in range(10):
        answer = get(served, "/ask?question=When+did+the+train+to+Malm%C3%B6+leave%3F").json()
        assert answer["citations"][0]["cited_text"] == TRAIN
