"""How many requests are worked on at once and how many may wait: what would have to wait longer is refused at once.

Work holds the interpreter, so that more of it at once than there are processors only makes all of it slower, and the
event loop too, which has to answer the checks of health. Requests therefore wait on the event loop, in their order.
"""

import asyncio
import os
import time
from collections import defaultdict, deque
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.errors import problem_of
from qa.api.limits import UPLOAD
from qa.errors import TooBusy

LONGEST_WAIT_S = 1.5
SURELY_WAITING = 8  # as many may wait, however long they take
MOST_WAITING = 64
CHANGES_AT_ONCE = 4  # they wait for a client's body and for the disk
CHANGES_WAITING = 16
SMOOTHING = 0.2
FIRST_GUESS_S = 0.05
KINDS = {
    "ask",
    "turn",
    "panel",
    "passages",
    "similar",
    "timeline",
    "verify",
    "evidence",
    "mcp",
    "v1",
    "documents",
    "corpus",
    "choices",
    "feedback",
    "docs",
    "",
}
# Routes that compute nothing: they answer on the event loop, or stream.
FREE = ("/healthz", "/readyz", "/metrics", "/index", "/static/", "/login")
_AGAIN = "qa.again"
CHANGING = {"POST", "PUT", "DELETE", "PATCH"}


class Slots:
    """Lets ``at_once`` requests in, and ``most_waiting`` wait, as long as those before them take ``LONGEST_WAIT_S``."""

    def __init__(
        self, at_once: int, most_waiting: int = MOST_WAITING, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._free = self._at_once = at_once
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[asyncio.Future[None], str]] = deque()
        self._seconds: defaultdict[str, float] = defaultdict(lambda: FIRST_GUESS_S)
        self._clock = clock

    @property
    def wait_s(self) -> float:
        """How long one more would wait, by what requests of each kind took lately."""
        return sum(self._seconds[kind] for _, kind in self._waiting) / self._at_once

    async def enter(self, kind: str, is_known: bool = False) -> Callable[[], None]:
        """Wait for a turn; returns what ends it. One that is known has had turns before, and is not sent away.

        Raises:
            TooBusy: it would take too long.
        """
        if self._free:
            self._free -= 1
        else:
            if not is_known:
                self._check()
            await self._wait(kind)
        began = self._clock()
        ended = False

        def leave() -> None:
            nonlocal ended
            if not ended:
                ended = True
                self._seconds[kind] += SMOOTHING * (self._clock() - began - self._seconds[kind])
                self._hand_on()

        return leave

    def _check(self) -> None:
        waiting = len(self._waiting)
        if waiting >= self._most_waiting or (waiting >= SURELY_WAITING and self.wait_s > LONGEST_WAIT_S):
            raise TooBusy(f"{waiting} requests wait already; try again in a few seconds")

    async def _wait(self, kind: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = turn, kind
        self._waiting.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._hand_on()
            elif entry in self._waiting:
                self._waiting.remove(entry)
            raise

    def _hand_on(self) -> None:
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Admission:
    """ASGI middleware: every request that computes or changes something has a slot until its answer begins."""

    def __init__(self, app: ASGIApp, processes: int = 1) -> None:
        self._app = app
        self._work = Slots(max((os.cpu_count() or 1) // processes, 1))
        self._changes = Slots(CHANGES_AT_ONCE, CHANGES_WAITING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        slots = self._slots_for(scope)
        if slots is None:
            await self._app(scope, receive, send)
            return
        try:
            leave = await slots.enter(kind_of(scope["path"]))
        except TooBusy as error:
            await problem_of(error)(scope, receive, send)
            return

        async def send_and_leave(message: Message) -> None:
            leave()  # the answer is there; a client that is slow to take it holds no slot
            await send(message)

        async def again() -> None:
            nonlocal leave
            leave()
            leave = await slots.enter(kind_of(scope["path"]), is_known=True)

        try:
            await self._app({**scope, _AGAIN: again}, receive, send_and_leave)
        finally:
            leave()

    def _slots_for(self, scope: Scope) -> Slots | None:
        if scope["type"] != "http":
            return None
        method, path = scope["method"], scope["path"]
        is_change = (method, path) == UPLOAD or (method in CHANGING and path.startswith(("/documents/", "/index/")))
        if is_change:
            return self._changes
        return None if path.startswith(FREE) else self._work


async def take_turn(scope: Scope) -> None:
    """Let those that wait work first: for a route whose request is the work of many."""
    await scope[_AGAIN]()


def kind_of(path: str) -> str:
    """The first part of a path that is one of ours: what requests of a kind cost is remembered."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in KINDS else "other"
