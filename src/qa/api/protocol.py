"""uvicorn's HTTP/1.1 with a problem document for what is not HTTP, where uvicorn itself answers in plain text."""

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.api.errors import problem

DETAIL = "this is not a valid HTTP/1.1 request, or its headers are larger than 64 KB"


class ProblemProtocol(H11Protocol):
    """Refuses a request that cannot be parsed with 400 and ``application/problem+json``."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's words are the same for every cause
        response = problem(400, "bad-request", "Bad Request", DETAIL, headers={"Connection": "close"})
        events = (
            h11.Response(status_code=response.status_code, headers=response.raw_headers, reason=b"Bad Request"),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        )
        try:
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:  # an answer has begun already: all that is left is to hang up
            self.logger.debug("invalid HTTP after the answer began")
        self.transport.close()
