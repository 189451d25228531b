"""The server as a process: it starts, says where it is, waits for an index, refuses too much at once,
and stops when told.
"""

import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from qa.api.admission import SURELY_WAITING
from qa.api.server import listen
from servers import environment, run_qa, serve, start

STOPPED_BY_CTRL_C = 130


def test_the_address_is_printed(server):
    """The first line says where to ask; the port is the one that was bound."""
    assert server.log.startswith(f"Ask at {server.address}/ (Ctrl+C stops)\n")
    assert httpx2.get(server.address + "/healthz", timeout=20).json() == {"status": "ok"}


def test_a_port_in_use(corpus_index):
    """A port that is taken is named, with what to do; nothing is loaded first."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_qa("serve", "--port", port, "--index", corpus_index)
    assert done.returncode == 1
    assert done.stderr == (
        f"qa: cannot listen on 127.0.0.1:{port} (Address already in use); "
        "stop what runs there, or use another: --port 8001\n"
    )
    assert done.stdout == ""


def test_answers_are_sent_at_once():
    """Connections are accepted as TCP by name: only then does asyncio switch Nagle's algorithm off, which would hold
    answers on a connection that stays open back for 40 ms.
    """
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP


ROUTES = [
    "/ask?question=Who+is+Jia+Jia%3F", "/?question=Who+is+Jia+Jia%3F", "/panel?open=xu-jiatun.md&question=Who",
    "/documents", "/documents/xu-jiatun.md?start=1&end=5", "/documents/xu-jiatun.md/similarity?question=Who",
    "/choices", "/corpus",
]  # fmt: skip


def test_too_much_at_once(corpus_index):
    """Whatever is asked for by too many at once, some hear 429 and Retry-After at once, the others their answers, and
    the checks of health are answered all the while; then all is as before.
    """
    with serve("--index", corpus_index) as server:
        server.wait_until_ready()
        limits = httpx2.Limits(max_connections=200)
        with (
            httpx2.Client(base_url=server.address, timeout=60, limits=limits) as client,
            ThreadPoolExecutor(100) as crowd,
        ):
            seen, health = [], []
            for round_ in range(2):
                paths = [path.replace("Who", f"Who+{round_}+{n}+") for n in range(25) for path in ROUTES]
                asked = [crowd.submit(client.get, path, headers={"Accept": "text/html"}) for path in paths]
                while not all(each.done() for each in asked):
                    health.append(httpx2.get(server.address + "/healthz", timeout=20).status_code)
                seen += [each.result() for each in asked]
            assert {response.status_code for response in seen} == {200, 429}
            assert set(health) == {200}
            refused = [response for response in seen if response.status_code == 429]
            assert {response.request.url.path for response in refused} >= {"/ask", "/", "/panel", "/documents"}
            for response in refused:
                assert response.headers["content-type"] == "application/problem+json"
                assert int(response.headers["retry-after"]) >= 1
                assert response.json()["type"] == "/problems/too-many-requests"
            for _ in range(5):
                assert client.post("/ask", json={"question": "Who is Jia Jia?"}).status_code == 200
            assert_it_finishes_what_it_began(server, client)


def assert_it_finishes_what_it_began(server, client):
    """Told to stop while questions are being answered, it answers these and then ends."""
    with ThreadPoolExecutor(2) as crowd:
        asked = [crowd.submit(client.get, "/ask", params={"question": "Who is Jia Jia? " * 80}) for _ in range(2)]
        time.sleep(0.02)
        assert server.stop() == -signal.SIGTERM
        assert 200 in [one.result().status_code for one in asked if one.exception() is None]
    assert "Traceback" not in server.log


def test_a_usual_crowd_is_answered(client):
    """As many at once as may surely wait are all answered."""
    with ThreadPoolExecutor(SURELY_WAITING) as crowd:
        asked = [crowd.submit(client.get, "/ask", params={"question": f"Who is Jia Jia? {n}"}) for n in range(64)]
        assert {one.result().status_code for one in asked} == {200}


def test_answers_under_load_are_the_same(client):
    """Questions asked at once do not mix: each gets the answer it gets alone."""
    questions = ["Who is Jia Jia?", "Who was Trotsky and where did he die?", "When did Xu Jiatun leave?", "zxqv plorb"]

    def ask(question):
        body = client.post("/ask", json={"question": question}).json()
        return body["question"], [p["passage_id"] for p in body["passages"]], body["answer"]

    alone = {question: ask(question) for question in questions}
    with ThreadPoolExecutor(8) as crowd:
        assert all(answer == alone[answer[0]] for answer in crowd.map(ask, questions * 10))


def test_a_server_without_an_index_waits_for_one(tmp_path, indexer_for):
    """Before there is an index every question is a 503 with the command that makes one; once it is there,
    answers come.
    """
    index, corpus = tmp_path / "index", tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The plane left at noon.", "utf-8")
    with serve("--index", index) as server:
        server.wait_until_listening()
        server.wait_for_log("ERROR there is no index yet; run: qa index")
        for path in ("/readyz", "/index", "/documents", "/documents/a.txt", "/ask?question=When"):
            response = httpx2.get(server.address + path, timeout=20)
            assert response.status_code == 503
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers["retry-after"]
            assert response.json()["detail"] == "there is no index yet; run: qa index"
        assert httpx2.get(server.address + "/healthz", timeout=20).status_code == 200
        assert server.log.count("there is no index yet") == 1
        indexer_for(corpus, index).build()
        server.wait_until_ready()
        assert "noon" in httpx2.get(server.address + "/ask?question=When", timeout=20).json()["passages"][0]["text"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_while_the_model_loads(corpus_index, how):
    """Told to stop while the model is still being loaded, the process ends within seconds, without a traceback."""
    with serve("--index", corpus_index) as server:
        server.wait_until_listening()
        loading = "serving snapshot" not in server.log
        began = time.monotonic()
        code = server.stop(how)
        assert loading, "the model was loaded before the signal came"
        assert time.monotonic() - began < 5
        assert code == -how
        assert "Traceback" not in server.log
        assert "Fatal" not in server.log


def test_it_stops_at_once_while_libraries_load(corpus_index):
    """Also in its first moments Ctrl+C ends it at once."""
    with start(
        [sys.executable, "-m", "qa.cli", "serve", "--port", "0", "--index", str(corpus_index)], environment()
    ) as server:
        time.sleep(2)
        began = time.monotonic()
        assert server.stop(signal.SIGINT) in {STOPPED_BY_CTRL_C, -signal.SIGINT}
        assert time.monotonic() - began < 5


def test_the_manual_shows_every_route_and_loads_nothing_from_elsewhere(client):
    """The manual is served whole by this server, and names what the description for machines names."""
    page = client.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page.text


def test_unmatched_words_are_those_that_were_typed(client):
    """Words carried from earlier questions do not shift which of the typed ones are said to occur nowhere."""
    body = {"question": "And his zeppelin?", "history": ["Who was Xu Jiatun?"]}
    answer = client.post("/ask", json=body).json()
    assert answer["searched_for"] != body["question"]
    assert answer["unmatched_terms"] == ["zeppelin"]
