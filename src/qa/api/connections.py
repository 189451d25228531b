"""Who is connected, how many at most, and who waits too long: slow clients keep nobody from an answer."""

import time
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice
from typing import Protocol

MOST = 4096
MOST_OF_ADDRESS = 256
RESERVED_FILES = 256  # descriptors for everything else: snapshots, uploads, builds
HEADER_S = 10.0
BODY_S = 60.0
BODY_GRACE_S = 10.0
BODY_RATE = 8192  # bytes a second on average, after the grace
STUCK_S = 30.0  # a client that takes nothing of its answer


class Client(Protocol):
    """One connection, as it is looked at."""

    def has_expired(self, now: float) -> bool:
        """Whether the client has had its time."""

    def expire(self) -> None:
        """Hang up."""


class Connections:
    """All connections of a process.

    There are at most ``most`` of them, and ``most_of_address`` of one address that wait for a request. When another
    comes, the one that has waited longest without a whole request goes: slow ones do not displace those that ask.
    """

    def __init__(self, most: int = MOST, most_of_address: int = MOST_OF_ADDRESS) -> None:
        self._most = most
        self._most_of_address = most_of_address
        self._all: dict[Client, str] = {}
        self._waiting: dict[Client, None] = {}
        self._waiting_at: defaultdict[str, dict[Client, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, client: Client, address: str) -> bool:
        """Take a new connection, which waits for its request; False where there are too many."""
        if len(self._waiting_at.get(address, ())) >= self._most_of_address:
            self._evict(self._waiting_at[address])
        if len(self._all) >= self._most:
            self._evict(self._waiting)
        if len(self._all) >= self._most:
            return False
        self._all[client] = address
        self.waits(client)
        return True

    def remove(self, client: Client) -> None:
        """Forget a connection that has ended; one that was not taken is nothing to forget."""
        self.asks(client)
        self._all.pop(client, None)

    def asks(self, client: Client) -> None:
        """Note that a connection has brought a whole request head."""
        if client in self._waiting:
            address = self._all[client]
            del self._waiting[client], self._waiting_at[address][client]
            if not self._waiting_at[address]:
                del self._waiting_at[address]

    def waits(self, client: Client) -> None:
        """Note that a connection has its answer, and may bring another request."""
        if client in self._all:
            self._waiting[client] = self._waiting_at[self._all[client]][client] = None

    def _evict(self, waiting: Mapping[Client, None]) -> None:
        for client in list(islice(waiting, 1)):
            self.remove(client)
            client.expire()

    def sweep(self) -> None:
        """Hang up on all whose time is over."""
        now = time.monotonic()
        for client in [client for client in self._all if client.has_expired(now)]:
            client.expire()


def has_time_for_body(elapsed_s: float, received: int, is_upload: bool) -> bool:
    """Whether a body may go on: it comes fast enough, and unless it is an upload, it ends within a minute."""
    return elapsed_s <= BODY_GRACE_S + received / BODY_RATE and (is_upload or elapsed_s <= BODY_S)
