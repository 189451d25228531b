"""uvicorn's HTTP/1.1 with deadlines, half-closed clients, and a problem document for what is not taken."""

import time
from http import HTTPStatus
from typing import Any

import h11
from structlog.contextvars import bound_contextvars
from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.api.connections import HEADER_S, STUCK_S, Connections, has_time_for_body
from qa.api.errors import problem
from qa.api.limits import SECURITY_HEADERS, UPLOAD
from qa.api.request_ids import HEADER, new_request_id
from qa.api.strict import StrictConnection

MAX_HEAD_BYTES = 64 * 1024
MAX_HEAD_PIECES = 1000
BAD_REQUEST = "this is not a valid HTTP/1.1 request, or its headers are larger than 64 KB"
TOO_SLOW = "the request did not come in time; send it at once"
TOO_MANY = "too many connections; try again in a few seconds"


class ProblemProtocol(H11Protocol):
    """One connection. What cannot be parsed is a 400 and ``application/problem+json``, what comes too slowly a 408."""

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections = connections
        self.conn = StrictConnection(h11.SERVER, MAX_HEAD_BYTES)
        self._since = time.monotonic()  # when this began to wait for a request, or for the rest of one
        self._stuck_since: float | None = None
        self._pieces = self._received = 0
        self._half_closed = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if not self._connections.add(self, self.client[0] if self.client else ""):
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, TOO_MANY, {"Retry-After": "2"})

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._pieces, self._received = self._pieces + 1, self._received + len(data)
        waited = self.conn.their_state is h11.IDLE
        if waited and self._pieces > MAX_HEAD_PIECES:
            self._answer(HTTPStatus.BAD_REQUEST, BAD_REQUEST)
            return
        super().data_received(data)
        if waited and self.conn.their_state is not h11.IDLE:
            self._start_waiting()
            self._connections.asks(self)

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn always closes
        """Whether the connection stays open: the client has sent a whole request, and may still read its answer."""
        cycle = self.cycle
        self._half_closed = cycle is not None and not cycle.more_body and not cycle.response_started
        return self._half_closed

    def on_response_complete(self) -> None:
        self._start_waiting()
        self._connections.waits(self)
        super().on_response_complete()
        if self._half_closed and self.cycle.response_complete:
            self.transport.close()

    def pause_writing(self) -> None:
        self._stuck_since = time.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stuck_since = None
        super().resume_writing()

    def has_expired(self, now: float) -> bool:
        """Whether the client is too slow with its request, or takes nothing of its answer."""
        if self._stuck_since is not None:
            return now - self._stuck_since > STUCK_S
        elapsed = now - self._since
        if self.conn.their_state is h11.IDLE:
            return elapsed > HEADER_S
        if self.conn.their_state is h11.SEND_BODY and not self.flow.read_paused:
            is_upload = (self.scope["method"], self.scope["path"]) == UPLOAD
            return not has_time_for_body(elapsed, self._received, is_upload)
        return False

    def expire(self) -> None:
        """Hang up; a client that has sent a part of a request is told why."""
        if self._stuck_since is not None:
            self.transport.abort()
        elif self._received and not (self.cycle and self.cycle.response_started and not self.cycle.response_complete):
            self._answer(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW)
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's words are the same for every cause
        self._answer(HTTPStatus.BAD_REQUEST, BAD_REQUEST)

    def _start_waiting(self) -> None:
        self._since = time.monotonic()
        self._pieces = self._received = 0

    def _answer(self, status: HTTPStatus, detail: str, more: dict[str, str] | None = None) -> None:
        identifier = new_request_id()
        headers = SECURITY_HEADERS | {"Connection": "close", HEADER: identifier} | (more or {})
        slug = status.phrase.lower().replace(" ", "-")
        with bound_contextvars(request_id=identifier):
            response = problem(status, slug, status.phrase, detail, headers=headers)
        events = (
            h11.Response(status_code=status, headers=response.raw_headers, reason=status.phrase.encode()),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        )
        try:
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:  # an answer has begun already: all that is left is to hang up
            self.logger.debug("invalid HTTP after the answer began")
        if self.cycle is not None:
            self.cycle.disconnected = True  # what the application still sends comes too late
            self.cycle.message_event.set()
        self.transport.close()
