"""What one client may ask for in a minute, and how it is slowed down after wrong tokens."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from qa.errors import TooBusy

WRONG_TOKENS = 10  # of one client in a minute; more are not looked at
WRONG_TOKENS_OF_ALL = 120
WRONG_TOKEN_PAUSE_S = 1.0
JUDGEMENTS = 60
RETRY_AFTER_S = 30


class ClientLimits:
    """Counts requests by client and by what they ask for; ``requests`` is how many a minute, 0 for any number.

    With several ``processes`` each lets its share pass, since connections are spread over them.
    """

    def __init__(self, requests: int, processes: int = 1) -> None:
        self._requests = -(-requests // processes)
        self._judgements = -(-JUDGEMENTS // processes)
        self._wrong, self._wrong_of_all = -(-WRONG_TOKENS // processes), -(-WRONG_TOKENS_OF_ALL // processes)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        # Wrong tokens are few, so each one's time is kept; the counter estimates, and lets one more pass now and then.
        self._wrong_tokens = MovingWindowRateLimiter(MemoryStorage())

    def check_request(self, client: str) -> None:
        """Count a request.

        Raises:
            TooBusy: the client has made too many.
        """
        if self._requests and not self._hit(self._requests, "request", client):
            raise _too_many(f"more than {self._requests} requests a minute")

    def check_judgement(self, client: str) -> None:
        """Count a judgement of a passage.

        Raises:
            TooBusy: the client has sent too many.
        """
        if not self._hit(self._judgements, "judgement", client):
            raise _too_many(f"more than {self._judgements} judgements a minute")

    def check_wrong_tokens(self, client: str) -> None:
        """See whether a client has tried so many wrong tokens that no more are looked at.

        Raises:
            TooBusy: it has, or all clients together have.
        """
        for limit, name in ((self._wrong, client), (self._wrong_of_all, "*")):
            if not self._wrong_tokens.test(RateLimitItemPerMinute(limit), name):
                raise _too_many("too many wrong tokens")

    def note_wrong_token(self, client: str) -> None:
        """Count a wrong token."""
        self._wrong_tokens.hit(RateLimitItemPerMinute(self._wrong), client)
        self._wrong_tokens.hit(RateLimitItemPerMinute(self._wrong_of_all), "*")

    def _hit(self, limit: int, what: str, client: str) -> bool:
        return self._limiter.hit(RateLimitItemPerMinute(limit), what, client)


def _too_many(what: str) -> TooBusy:
    return TooBusy(f"{what}; try again in {RETRY_AFTER_S} seconds", RETRY_AFTER_S)
