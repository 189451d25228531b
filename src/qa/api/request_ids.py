"""An id for every request: in the lines that are logged meanwhile, in a header of the answer, in problem documents."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from qa.api.errors import unexpected

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_TAKEN_OVER = re.compile(r"[A-Za-z0-9._-]{8,64}")


def new_request_id() -> str:
    """32 hexadecimal digits that no other request has."""
    return uuid.uuid4().hex


class RequestIds:
    """ASGI middleware: binds the id of a request; with ``logged`` each is a line with its status and duration.

    An id that a client or a proxy sends is taken over where it is plain. The line has the path without its query:
    questions belong to whoever asked.
    """

    def __init__(self, app: ASGIApp, logged: bool = False) -> None:
        self._app = app
        self._logged = logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier, began, status = _id_of(Headers(scope=scope)), time.monotonic(), 0
        bind_contextvars(request_id=identifier)  # until the end of the request's task, which has a context of its own

        async def identified(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identifier
            await send(message)

        try:
            await self._app(scope, receive, identified)
        finally:
            if self._logged:
                took_ms = round(1000 * (time.monotonic() - began), 1)
                fields = {"method": scope["method"], "path": scope["path"], "status": status, "took_ms": took_ms}
                logger.info("request", extra=fields)


class Unexpected:
    """ASGI middleware: an error that nobody expected is logged, and answered 500 with the headers of all answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            logger.error("request failed: %s %s", scope["method"], scope["path"], exc_info=error)
            await unexpected()(scope, receive, send)


def _id_of(headers: Headers) -> str:
    wanted = headers.get(HEADER, "")
    return wanted if _TAKEN_OVER.fullmatch(wanted) else new_request_id()
