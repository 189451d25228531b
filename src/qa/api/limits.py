"""Limits that hold before a request is parsed: the size of its body, and the headers that every response carries."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.errors import problem
from qa.errors import TooLarge

MAX_BODY_BYTES = 256 * 1024
MAX_DISCARDED_BYTES = 16 * 2**20
MAX_DIGITS = 20
UPLOAD = ("POST", "/documents")
LARGER_BYTES = {("POST", "/verify"): 8 * 2**20}

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with "no-referrer" the page's own forms would say "Origin: null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",  # answers belong to whoever asked
}
STATIC = {"Cache-Control": "no-cache"}  # the page's own files are asked for again each time, and are then 304


class Limits:
    """ASGI middleware: 413 for large bodies, whether or not their length is declared; security headers; HEAD as GET.

    A body is read whole before the application sees it, but for uploads, which the application reads as they come.
    What is beyond the limit is not kept, but it is read, up to a point, before the refusal: a client that is still
    sending when the connection closes would lose the answer.
    """

    def __init__(self, app: ASGIApp, max_upload_bytes: int, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max = max_body_bytes
        self._max_upload = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (scope["method"], scope["path"]) == UPLOAD:
            await self._stream(scope, receive, _secured(send, scope))
        else:
            await self._whole(scope, receive, _secured(send, scope))

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = LARGER_BYTES.get((scope["method"], scope["path"]), self._max)
        first = await self._read_body(scope, receive, most)
        if first is None:
            await _refuse(most, scope, receive, send)
            return
        messages = [first]

        async def replay() -> Message:
            return messages.pop() if messages else await receive()

        # Every resource that has GET has HEAD (RFC 9110, section 9.1); the server leaves out the body.
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await self._app({**scope, "method": method}, replay, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared, received, ended = _declared_length(scope), 0, False
        if declared > self._max_upload and (_waits_for_leave(scope) or declared > MAX_DISCARDED_BYTES):
            await _refuse(self._max_upload, scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal received, ended
            message = await receive()
            received += len(message.get("body", b""))
            ended = ended or not message.get("more_body", False)
            if received > self._max_upload:
                raise TooLarge(f"the body is larger than {self._max_upload} bytes; send less at a time")
            return message

        async def drained(message: Message) -> None:
            """Send; what is still to come of a refused request is read first."""
            nonlocal received, ended
            if message["type"] == "http.response.start" and not ended:
                MutableHeaders(scope=message)["Connection"] = "close"
                first = received
                while not ended and not _waits_for_leave(scope) and received - first <= MAX_DISCARDED_BYTES:
                    more = await receive()
                    received += len(more.get("body", b""))
                    ended = not more.get("more_body", False)
            await send(message)

        await self._app(scope, counted, drained)

    async def _read_body(self, scope: Scope, receive: Receive, most: int) -> Message | None:
        """The whole body as one message (or that the client has gone), or None where it is too large."""
        declared = _declared_length(scope)
        if declared > MAX_DISCARDED_BYTES or (declared > most and _waits_for_leave(scope)):
            return None
        body, received = b"", 0
        while received <= MAX_DISCARDED_BYTES:
            message = await receive()
            if message["type"] != "http.request":
                return message
            part = message.get("body", b"")
            received += len(part)
            body = body + part if received <= most else b""
            if not message.get("more_body", False):
                break
        return {"type": "http.request", "body": body, "more_body": False} if received <= most else None


def _secured(send: Send, scope: Scope) -> Send:
    wanted = SECURITY_HEADERS | (STATIC if scope["path"].startswith("/static/") else {})

    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in wanted.items():
                headers.setdefault(name, value)
        await send(message)

    return secured


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    detail = f"the body is larger than {limit} bytes; send less"
    response = problem(TooLarge.status, TooLarge.slug, TooLarge.title, detail, headers={"Connection": "close"})
    await response(scope, receive, send)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < MAX_DIGITS:
            return int(value)
    return 0


def _waits_for_leave(scope: Scope) -> bool:
    """Whether the client sends its body only when told to go on (RFC 9110, section 10.1.1)."""
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in scope["headers"])
