"""The Python client against a real server, and against one that is busy."""

import asyncio
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import ValidationError

from qa.client import AsyncClient, Client, ConnectionLost, ProblemError
from qa.client.retries import Retries
from servers import serve

QUESTION = "When did Xu Jiatun fly to San Francisco?"
FERRY = b"The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911."


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A server whose corpus may be changed."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "harbour.txt").write_text("The harbour of Ystad was dredged in the winter of 1910.", "utf-8")
    with serve("--corpus", folder / "corpus", "--index", folder / "index") as served:
        served.wait_until_listening()
        yield served


def test_an_answer_is_typed(server):
    """An answer has its citations, each of which is what the document says there."""
    with Client(server.address) as client:
        reply = client.ask(QUESTION, top_k=3, include=["context"])
        assert reply.answerable
        assert len(reply.passages) <= 3
        for citation in reply.citations:
            text = client.document(citation.document_id).text
            assert text[citation.start_char_index : citation.end_char_index] == citation.cited_text
        assert client.index().documents == len(client.documents())


def test_the_same_on_an_event_loop(server):
    """``AsyncClient`` answers the same, also many at once."""

    async def ask():
        async with AsyncClient(server.address) as client:
            replies = await asyncio.gather(*(client.ask(QUESTION) for _ in range(4)))
            return [reply.answer.text for reply in replies], await client.documents()

    texts, documents = asyncio.run(ask())
    with Client(server.address) as client:
        assert texts == [client.ask(QUESTION).answer.text] * 4
        assert documents == client.documents()


def test_a_change_is_followed_to_its_end(own_server):
    """An upload's build is streamed until it is done; then the document answers, and is deleted and restored."""
    with Client(own_server.address) as client:
        job = client.rebuild()
        assert client.wait_for(job).state == "done"
        states = list(client.follow(client.upload(("ferry.txt", FERRY)).job))
        assert states[-1].state == "done"
        assert states[-1].result.added == ["ferry.txt"]
        assert client.ask("When did the ferry Adelaide leave Ystad?").citations[0].document_id == "ferry.txt"
        assert client.wait_for(client.delete("ferry.txt").job).result.removed == ["ferry.txt"]

    async def restore():
        async with AsyncClient(own_server.address) as client:
            return await client.wait_for((await client.restore("ferry.txt")).job)

    assert asyncio.run(restore()).result.added == ["ferry.txt"]


def test_a_refusal_is_a_problem(server):
    """What the service refuses is raised with its problem; what it would refuse for its form is not sent."""
    with Client(server.address) as client:
        with pytest.raises(ProblemError, match="no document has this id") as refused:
            client.document("none.md")
        assert (refused.value.status, refused.value.slug) == (404, "document-not-found")
        with pytest.raises(ValidationError, match="question"):
            client.ask("  ")


def test_no_server():
    """Where nothing listens, the client says so and not what its library says."""
    with Client("http://127.0.0.1:9") as client, pytest.raises(ConnectionLost):
        client.index()


@contextmanager
def busy(status: int, retry_after: str | None, times: int):
    """A server that refuses so often before it answers; ``seen`` are the requests."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["Authorization"])
            refused = len(seen) <= times
            body = (
                b'{"documents": []}' if not refused else b'{"type":"/problems/x","title":"X","status":1,"detail":"d"}'
            )
            self.send_response(status if refused else 200)
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as it:
        threading.Thread(target=it.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{it.server_port}", seen
        it.shutdown()


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again(status):
    """A refusal for the moment is waited out as the service asks, and the token is sent each time."""
    with busy(status, "0", times=3) as (address, seen), Client(address, token="a-token-of-a-reader") as client:
        assert client.documents() == []
    assert seen == ["Bearer a-token-of-a-reader"] * 4


def test_patience_ends():
    """After the last try, or where the service asks for more patience than there is, the refusal is raised."""
    with busy(429, "0", times=9) as (address, seen), Client(address, retries=Retries(2)) as client:
        with pytest.raises(ProblemError):
            client.documents()
        assert len(seen) == 3
    with busy(503, "3600", times=9) as (address, seen), Client(address) as client:
        with pytest.raises(ProblemError):
            client.documents()
        assert len(seen) == 1


def test_only_moments_are_waited_out():
    """What will not change by waiting is not sent again."""
    with busy(500, "0", times=9) as (address, seen), Client(address) as client:
        with pytest.raises(ProblemError):
            client.documents()
        assert len(seen) == 1


def test_waits():
    """A wait is what Retry-After says, as seconds or as a date; without it, it doubles."""
    retries = Retries(times=3, longest_s=30)
    assert retries.wait_s(429, {"retry-after": "7"}, 1) == 7
    assert retries.wait_s(503, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 1) == 0
    assert [retries.wait_s(503, {}, tried) for tried in (1, 2, 3, 4)] == [0.5, 1, 2, None]
    assert retries.wait_s(503, {"retry-after": "soon"}, 1) == 0.5
