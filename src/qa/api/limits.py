"""Limits that hold before a request is parsed: the size of its body, and the headers that every response carries."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.errors import problem

MAX_BODY_BYTES = 256 * 1024
MAX_DIGITS = 20

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class _BodyTooLargeError(Exception):
    """Raised inside ``receive`` and caught below: the rest of the body is never read."""


class Limits:
    """ASGI middleware: 413 for large bodies, whether or not their length is declared, and security headers."""

    def __init__(self, app: ASGIApp, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0
        started = False

        async def limited_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max:
                raise _BodyTooLargeError
            return message

        async def secured_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            if _declared_length(scope) > self._max:
                raise _BodyTooLargeError
            await self._app(scope, limited_receive, secured_send)
        except _BodyTooLargeError:
            if started:
                raise
            detail = f"the body is larger than {self._max} bytes; send less"
            response = problem(
                413, "content-too-large", "The request is too large", detail, headers={"Connection": "close"}
            )
            await response(scope, receive, secured_send)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < MAX_DIGITS:
            return int(value)
    return 0
