"""What every failure of the API looks like, and requests byte by byte."""

import json
from pathlib import Path
from tempfile import gettempdir

from places import CHECKOUT

CANARY = "c4nary"


PROBLEMS = {
    400: "/problems/bad-request", 404: "/problems/not-found", 405: "/problems/method-not-allowed",
    413: "/problems/content-too-large", 422: "/problems/invalid-request", 429: "/problems/too-many-requests",
    503: "/problems/index-not-ready",
}  # fmt: skip


def assert_problem(status, content_type, body, expected):
    """RFC 9457, and nothing that belongs to the inside."""
    assert status == expected
    assert content_type == "application/problem+json"
    problem = json.loads(body)
    assert set(problem) <= {"type", "title", "status", "detail", "request_id", "errors"}
    assert problem["status"] == status
    assert problem["type"] in {PROBLEMS[status], "/problems/document-not-found"}
    assert problem["title"]
    assert problem["detail"]
    text = body if isinstance(body, str) else body.decode()
    inside = (str(CHECKOUT), str(Path.home()), gettempdir())
    for leak in ("Traceback", 'File "', ".py", "site-packages", "0x", CANARY, *inside):
        assert leak not in text


def assert_refused(response, expected=422):
    assert_problem(response.status_code, response.headers["content-type"], response.content, expected)
    return response.json()


def post(client, content, **headers):
    content = content if isinstance(content, bytes) else content.encode()
    return client.post("/ask", content=content, headers={"content-type": "application/json"} | headers)


def read_answer(connection):
    """Status, headers and body of whatever the server says before it hangs up or falls silent."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
            head, _, body = received.partition(b"\r\n\r\n")
            if body.endswith(b"}"):
                break
    except OSError:  # it hung up on what was still being sent
        pass
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, body


def send(server, *pieces):
    with server.connect() as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:  # it has answered already and hung up
            pass
        return read_answer(connection)
