"""One request of each kind that could cost much: ``attack.py`` measures the processor time of each.

``@@@@@@`` in a request stands for a number that never comes again, so that no answer is at hand.
"""

import json

NUMBER = b"@@@@@@"
JSON = "Content-Type: application/json\r\n"
HTML = "Accept: text/html\r\n"
MCP = f"{JSON}Accept: application/json, text/event-stream\r\n"


def request_of(method: str, path: str, body: bytes = b"", headers: str = "", host: str = "localhost") -> bytes:
    """A request that asks for the end of the connection."""
    length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{length}{headers}\r\n".encode() + body


def numbered(request: bytes, number: int) -> bytes:
    """The request with its number."""
    return request.replace(NUMBER, b"%06d" % number)


def _posted(path: str, body: object, headers: str = JSON) -> bytes:
    return request_of("POST", path, json.dumps(body).encode(), headers)


def _verified(text: str) -> bytes:
    return request_of("POST", "/verify", json.dumps({"text": text}, ensure_ascii=False).encode(), JSON)


def _question(text: str, **more: object) -> bytes:
    return _posted("/ask", {"question": f"{text} @@@@@@"} | more)


_CHUNKED = f"POST /ask HTTP/1.1\r\nHost: localhost\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n".encode()
_SPAN = "start=800000&end=800018"
_TALK = [{"role": "user", "content": "Who left Hong Kong?"}] * 19 + [{"role": "user", "content": "Why? @@@@@@"}]
_QUOTED = "".join(f"Entry {n}. Nothing was {'heard' if n % 5 else 'seen'}. " for n in range(500))[:8000]
TURNS = {
    "25 quotations of 3,900 letters": 13,
    "1,000 quotations of 99 letters": 10,
    "12 quotations of 8,000 letters": 12,
}
_CALL = {"name": "ask", "arguments": {"question": "Who is Jia Jia? @@@@@@"}}

SHAPES = {
    "a question": _question("Who is Jia Jia?"),
    "a question of 2,000 characters": _question("gulls " * 330),
    "a question of 330 words": _question(" ".join(f"gull{n:02}" for n in range(0, 3300, 13))[:1980]),
    "fifty passages": _question("Who left?", top_k=50),
    "everything included": _question("Who left?", top_k=50, include=["scores", "context", "agreement", "evidence"]),
    "twenty earlier questions": _question("And he?", history=["Who left Hong Kong? " * 90] * 20),
    "a body of 250 KB": _question("a", filters={"tags": ["x" * 2500] * 95}),
    "JSON a thousand deep": request_of("POST", "/ask", b"[" * 100_000, JSON),
    "a body of 8 MB": request_of("POST", "/ask", b"a" * (8 << 20), JSON),
    "200,000 chunks of one byte": _CHUNKED + b"1\r\n \r\n" * 200_000,
    "a header of 60 KB": request_of("GET", "/healthz", headers=f"X: {'a' * 60_000}\r\n"),
    "a page of 2 MB": request_of("GET", f"/documents/long.txt?{_SPAN}", headers=HTML),
    "a document of 2 MB": request_of("GET", "/documents/long.txt"),
    "its file": request_of("GET", "/documents/long.txt/original"),
    "its similarities": request_of("GET", "/documents/long.txt/similarity?question=gulls+@@@@@@"),
    "its panel": request_of("GET", f"/panel?open=long.txt&{_SPAN}&question=gulls+@@@@@@", headers=HTML),
    "all documents": request_of("GET", "/documents"),
    "the page": request_of("GET", "/?question=Who+is+Jia+Jia%3F+@@@@@@", headers=HTML),
    "the manual": request_of("GET", "/docs", headers=HTML),
    "metrics": request_of("GET", "/metrics"),
    "an address of 60 KB": request_of("GET", "/" + "a" * 60_000),
    "a filter of nothing": request_of("GET", "/ask?question=Who+@@@@@@&tags=none"),
    "sentences like one": request_of("GET", "/similar?document_id=xu-jiatun.md&start=0&end=100"),
    "an evidence pack": request_of("GET", "/evidence?question=Who+is+Jia+Jia%3F+@@@@@@"),
    "a draft of 1 MB": _verified("“He left Hong Kong for San Francisco.” " + "He stayed. " * 95_000),
    "a web page of 1 MB": _verified("<html>" + "<p>He stayed “for long”.</p>" * 29_000),
    "1,000 quotations of 99 letters": _verified(" ".join(f"“{_QUOTED[n : n + 95]}{n:04}”" for n in range(1000))),
    "25 quotations of 3,900 letters": _verified(" ".join(f"“{_QUOTED[n : n + 3900]}”" for n in range(25))),
    "12 quotations of 8,000 letters": _posted("/verify", {"citations": [{"cited_text": _QUOTED}] * 12}),
    "a call over MCP": _posted(
        "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": _CALL}, MCP
    ),
    "a chat of twenty messages": _posted("/v1/chat/completions", {"model": "qa", "messages": _TALK}),
}  # fmt: skip
