"""Every request has an id: in its answer's header, in problem bodies, and in the lines that are logged meanwhile."""

import json

import httpx2
import pytest

from places import CORPUS
from servers import serve

HEADER = "X-Request-ID"


def test_answers_say_their_id(client) -> None:
    """Each answer has an id of its own; a problem has it in its body, too."""
    first, second = client.get("/healthz"), client.get("/documents/none.md", headers={"Accept": "application/json"})
    assert len(first.headers[HEADER]) == 32
    assert first.headers[HEADER] != second.headers[HEADER]
    assert second.status_code == 404
    assert second.json()["request_id"] == second.headers[HEADER]


@pytest.mark.parametrize(
    ("sent", "is_kept"), [("proxy-0123.4_A", True), ("short", False), ("a" * 65, False), ("a b c d e f", False)]
)
def test_a_plain_id_is_taken_over(client, sent, is_kept) -> None:
    """A proxy's id is the request's where it is plain; anything else gives a new one."""
    assert (client.get("/healthz", headers={HEADER: sent}).headers[HEADER] == sent) is is_kept


def test_what_is_no_request_has_an_id(server) -> None:
    """What the protocol itself refuses is answered with an id."""
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    identifier = json.loads(body)["request_id"]
    assert f"{HEADER}: {identifier}".lower().encode() in head.lower()


def test_requests_are_logged_as_json_without_questions(corpus_index) -> None:
    """With QA_LOG_REQUESTS a request is a line: method, path, status, time and id; what was asked is not in it."""
    with serve("--corpus", CORPUS, "--index", corpus_index, QA_LOG_FORMAT="json", QA_LOG_REQUESTS="true") as served:
        served.wait_until_ready()
        httpx2.get(f"{served.address}/?question=Who+stole+the+c4nary", headers={HEADER: "journal-0001"}, timeout=60)
        served.wait_for_log("journal-0001")
        lines = [json.loads(line) for line in served.log.splitlines() if line.startswith("{")]
        assert "c4nary" not in served.log
    line = next(line for line in lines if line.get("request_id") == "journal-0001" and line["event"] == "request")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/", 200)
    assert line["took_ms"] > 0
