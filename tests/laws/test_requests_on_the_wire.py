"""What is too large, endless, cut off or no HTTP is refused with a problem document, and holds nobody up."""

import json

import pytest
from problems import assert_problem, assert_refused, post, send


def test_large_bodies_with_their_length(client):
    """A body of 5 MB is a 413 that the client gets to read, every time."""
    for _ in range(5):
        assert_refused(post(client, b'{"question": "' + b"c4nary" * 900_000 + b'"}'), 413)


def test_large_bodies_without_their_length(server):
    """A chunked body of 5 MB that never says how long it is is a 413, and the client gets to read it."""
    head = (
        b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    status, headers, body = send(server, head, *[chunk] * 80, b"0\r\n\r\n")
    assert_problem(status, headers["content-type"], body, 413)
    assert headers["connection"] == "close"


def test_endless_bodies_are_cut_off(server):
    """A body that never ends is read no further than to a limit, and refused."""
    head = (
        b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    with server.connect() as connection:
        connection.sendall(head)
        sent = 0
        try:
            while sent < 200 * 2**20:
                connection.sendall(chunk)
                sent += 65536
        except OSError:  # it hung up, as it should
            pass
    assert 2**20 < sent < 100 * 2**20


@pytest.mark.parametrize("length", [b"5000000", b"99999999999999999999999", b"0999999999"])
def test_a_declared_length_alone_is_refused(server, length):
    """A client that asks for leave to send 5 MB, or that declares far more, is refused before any of it is sent."""
    head = b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
    status, headers, body = send(server, head + b"Content-Length: " + length + b"\r\n\r\n")
    assert_problem(status, headers["content-type"], body, status)
    assert status in {400, 413}


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Huge: " + b"c4nary" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"c4nary\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nNo colon here c4nary\r\n\r\n",
        b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /ask HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nc4nary\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50 + b"\r\n\r\n",
    ],
    ids=[
        "huge header",
        "huge address",
        "nonsense",
        "no host",
        "no colon",
        "two lengths",
        "negative length",
        "bad chunk",
        "tls",
    ],
)
def test_what_is_not_http(server, request_bytes):
    """What the HTTP parser refuses is a problem document too, and the server goes on."""
    status, headers, body = send(server, request_bytes)
    assert_problem(status, headers["content-type"], body, 400)
    status, _, body = send(server, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (status, json.loads(body)) == (200, {"status": "ok"})


def test_a_body_that_never_comes_holds_nobody_up(server, client):
    """A client that sends half a request and waits, or goes away, does not keep others from their answers."""
    head = b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    half = head + b'{"question"'
    waiting = [server.connect() for _ in range(50)]
    for connection in waiting:
        connection.sendall(half)
    for connection in waiting[:25]:
        connection.close()
    assert client.get("/ask", params={"question": "Who is Jia Jia?"}).status_code == 200
    for connection in waiting[25:]:
        connection.close()


def test_nothing_failed_on_the_inside(server, client):
    """After all this the server runs and its log has no traceback. (Runs last in this file.)"""
    assert client.get("/readyz").status_code == 200
    assert "Traceback" not in server.log
    assert "ERROR" not in server.log
