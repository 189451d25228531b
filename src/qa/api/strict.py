"""h11's reading of requests, without what parsers disagree on, and which so means another thing to a proxy."""

import re

import h11

MAX_PIECES = 1000
PIECE_BYTES = 64
_END = re.compile(rb"\r?\n\r?\n")
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n|$)")  # RFC 9112, section 2.2
_FOLDED = re.compile(rb"\n[ \t]")  # section 5.2


class StrictConnection(h11.Connection):
    """Refuses bare line ends, folded header lines, two lengths of one body, and bodies in a great many small pieces.

    A request that says its length and is chunked too is how one smuggles another past a proxy (RFC 9112, section
    11.2). Pieces cost time each, however small: a million chunks of one byte held the event loop for 11 s.
    """

    _pieces = _size = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """The next event of the client's.

        Raises:
            h11.RemoteProtocolError: what it sent is not taken.
        """
        if self.their_state is h11.IDLE:
            _check_lines(self.trailing_data[0])
        event = super().next_event()
        if isinstance(event, h11.Request):
            _check_length(event)
            self._pieces = self._size = 0
        elif isinstance(event, h11.Data):
            self._check_piece(len(event.data))
        return event

    def _check_piece(self, size: int) -> None:
        self._pieces, self._size = self._pieces + 1, self._size + size
        if self._pieces > MAX_PIECES + self._size // PIECE_BYTES:
            raise h11.RemoteProtocolError("the body comes in too many small pieces")


def _check_lines(received: bytes) -> None:
    end = _END.search(received)
    head = received[: end.end()] if end else received
    if _BARE.search(head) or _FOLDED.search(head):
        raise h11.RemoteProtocolError("a line of the header ends in a bare CR or LF, or is folded")


def _check_length(request: h11.Request) -> None:
    names = {name for name, _ in request.headers}
    if {b"content-length", b"transfer-encoding"} <= names:
        raise h11.RemoteProtocolError("the body has a length and is chunked")
