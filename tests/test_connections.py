"""The server and clients that are slow, greedy or odd: they are cut off, and nobody waits for them."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from qa.api.connections import BODY_RATE, Connections, has_time_for_body
from servers import serve

HEADER_WAIT_S = 14
HEAD = b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
QUESTION = b'{"question": "Who is Jia Jia?"}'
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(QUESTION) + QUESTION


class Connected:
    """A connection that waits for its request, and tells when it was hung up on."""

    def __init__(self):
        self.ended = False

    def has_expired(self, now):
        return False

    def expire(self):
        self.ended = True


def test_the_one_that_waits_longest_makes_room():
    """Of a full address the longest waiting connection goes; one that works on a request, or of others, stays."""
    connections = Connections(most=5, most_of_address=2)
    first, second, third, fourth, other = clients = [Connected() for _ in range(5)]
    for client in (first, second, third):
        assert connections.add(client, "a")
        connections.asks(first)
    assert connections.add(other, "b")
    assert connections.add(fourth, "a")
    assert [client.ended for client in clients] == [False, True, False, False, False]


def test_the_one_that_waits_longest_of_all_makes_room():
    """Where there are as many as there may be, it is no matter from where the longest waiting one comes."""
    connections = Connections(most=2, most_of_address=2)
    clients = [Connected() for _ in range(3)]
    assert all(connections.add(client, str(number)) for number, client in enumerate(clients))
    assert [client.ended for client in clients] == [True, False, False]
    assert len(connections) == 2


def test_there_is_a_bound_for_all():
    """Beyond the bound none is taken while all others have asked; the books are balanced at the end."""
    connections = Connections(most=2, most_of_address=5)
    clients = [Connected() for _ in range(3)]
    for client in clients[:2]:
        assert connections.add(client, "a")
        connections.asks(client)
    assert not connections.add(clients[2], "a")
    for client in clients:
        connections.remove(client)
    assert len(connections) == 0
    assert connections.add(clients[2], "a")


@pytest.mark.parametrize(
    ("elapsed_s", "received", "is_upload", "in_time"),
    [
        (9, 0, False, True), (11, 0, False, False), (20, 10 * BODY_RATE, False, True),
        (61, 100 * BODY_RATE, False, False), (61, 100 * BODY_RATE, True, True), (111, 100 * BODY_RATE, True, False),
    ],
)  # fmt: skip
def test_the_time_of_a_body(elapsed_s, received, is_upload, in_time):
    """Ten seconds, and a second for each 8 KB that has come; a minute for all but uploads."""
    assert has_time_for_body(elapsed_s, received, is_upload) is in_time


def answer_of(server, request: bytes, half_close: bool = False) -> bytes:
    with server.connect() as connection:
        try:
            connection.sendall(request)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:  # it has answered already
            pass
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
                if re.search(rb"\r\n\r\n.*}$", received, re.DOTALL) and not half_close:
                    break
        except OSError:
            pass
    return received


def test_half_closed_clients_are_answered(server):
    """Whoever sends a whole request and then closes that direction reads the answer, every time."""
    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(lambda _: answer_of(server, WHOLE, half_close=True), range(30)))
    assert all(answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"}") for answer in answers)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\tz\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 3000 + b"0\r\n\r\n",
    ],
    ids=["bare LF", "one bare LF", "folded", "folded by a tab", "length and chunked", "tiny chunks"],
)
def test_what_is_refused_at_once(server, request_bytes):
    """Requests that a proxy may read otherwise, and bodies in tiny pieces: 400, with all security headers."""
    head, _, body = answer_of(server, request_bytes).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    for name in (b"content-security-policy", b"x-content-type-options", b"permissions-policy", b"cache-control"):
        assert name in head.lower()
    assert b'"/problems/bad-request"' in body


def test_pipelined_requests_are_answered_in_order(server):
    """Two whole requests at once have two answers."""
    both = WHOLE + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(both)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200 ") == 2
    assert received.endswith(b'{"status":"ok"}')


def test_a_million_tiny_chunks_cost_little(server):
    """Six megabytes of chunks of one byte cost less than a second of processor time, where parsing them took 11 s."""
    tiny = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 1_000_000
    before = cpu_seconds(server)
    answer_of(server, tiny)
    assert cpu_seconds(server) - before < 1


def cpu_seconds(server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_slow_clients_are_cut_off_and_keep_nobody_waiting(corpus_index):
    """Hundreds of clients that send a byte now and then are gone after some seconds; all questions are answered."""
    with serve("--index", corpus_index) as server:
        server.wait_until_ready()
        slow = [server.connect() for _ in range(300)]
        for number, connection in enumerate(slow):
            connection.sendall(HEAD + b"Content-Length: 500\r\n\r\n{" if number % 2 else b"GET /ask HTT")
        began = time.monotonic()
        with httpx2.Client(base_url=server.address, timeout=30) as client:
            for number in range(20):
                response = client.post("/ask", json={"question": f"Who is Jia Jia? {number}"})
                assert response.status_code == 200
        open_ones = slow
        while open_ones and time.monotonic() < began + HEADER_WAIT_S:
            time.sleep(0.5)
            open_ones = [connection for connection in open_ones if not is_closed(connection)]
        assert len(open_ones) == 0
        for connection in slow:
            connection.close()


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while chunk := connection.recv(65536):
            assert chunk.startswith(b"HTTP/1.1 408 ")
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_more_connections_than_files(corpus_index):
    """Where the system gives few descriptors, all of them idle, questions are answered and the log stays short."""
    with serve("--index", corpus_index, limit_files=600) as server:
        server.wait_until_ready()
        idle = []
        for _ in range(900):
            try:
                idle.append(server.connect())
            except OSError:
                break
        with httpx2.Client(base_url=server.address, timeout=30) as client:
            codes = [client.get("/ask", params={"question": f"Who? {n}"}).status_code for n in range(5)]
        for connection in idle:
            connection.close()
        assert set(codes) == {200}
        assert len(server.log) < 20_000
