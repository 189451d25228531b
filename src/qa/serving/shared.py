"""What the processes of one server share: builds, which the supervisor runs, and a board on which each counts."""

import secrets
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Protocol, cast

from qa.serving.answer_cache import Asked
from qa.serving.jobs import Job, Jobs

OPEN_S = 30.0
LOOK_S = 0.05


class Builds(Protocol):
    """What a server needs of the builds, wherever they run."""

    def request(self, until_built: bool = False) -> Job: ...
    def get(self, job_id: str) -> Job: ...
    def all(self) -> Sequence[Job]: ...
    def current(self) -> Job | None: ...


class Board:
    """How many questions each process was asked, those of dead ones too, and which snapshot each has open."""

    def __init__(self) -> None:
        self._asked: dict[int, Asked] = {}
        self._open: dict[int, str] = {}
        self._listening: set[int] = set()
        self._lock = threading.Lock()

    def report(self, process_id: int, asked: Asked, snapshot_id: str) -> None:
        """Note how a process stands."""
        with self._lock:
            self._asked[process_id] = asked
            self._open[process_id] = snapshot_id

    def forget(self, process_id: int) -> None:
        """Expect nothing more of a process that has ended; what it counted stays counted."""
        with self._lock:
            self._open.pop(process_id, None)
            self._listening.discard(process_id)

    def listens_first(self, process_id: int) -> bool:
        """Whether no other process listens yet, or is about to.

        The first listens at once, to say that the snapshot is being opened. Connections are spread over all that
        listen, so every other opens its snapshot before, and no question is refused while one process answers.
        """
        with self._lock:
            is_first = not self._listening
            self._listening.add(process_id)
            return is_first

    def asked(self) -> Asked:
        """The sum over all processes."""
        with self._lock:
            counts = list(self._asked.values())
        return Asked(sum(count.questions for count in counts), sum(count.at_hand for count in counts))

    def wait_until_open(self, snapshot_id: str | None) -> None:
        """Wait until every process has a snapshot open, or for half a minute."""
        ends = time.monotonic() + OPEN_S
        while time.monotonic() < ends:
            with self._lock:
                if all(opened == snapshot_id for opened in self._open.values()):
                    return
            time.sleep(LOOK_S)


class _Manager(BaseManager):
    """Gives out proxies of the two."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the supervisor is found, and the key without which it does not answer."""

    path: str
    key: bytes


def share(jobs: Jobs, board: Board) -> Address:
    """Answer other processes of this server from a thread; the socket is this user's alone."""
    address = Address(str(Path(tempfile.mkdtemp(prefix="qa-serve-")) / "shared"), secrets.token_bytes(32))
    _Manager.register("jobs", callable=lambda: jobs, exposed=("request", "get", "all", "current"))
    _Manager.register("board", callable=lambda: board, exposed=("report", "asked", "listens_first"))
    server = _Manager(address.path, authkey=address.key).get_server()
    threading.Thread(target=server.serve_forever, name="shared", daemon=True).start()
    return address


def shared(address: Address) -> tuple[Builds, Board]:
    """The builds and the board of the supervisor."""
    _Manager.register("jobs")
    _Manager.register("board")
    manager = _Manager(address.path, authkey=address.key)
    manager.connect()
    return cast("Builds", manager.jobs()), cast("Board", manager.board())  # type: ignore[attr-defined]


def unshare(address: Address) -> None:
    """Take away the socket and its folder."""
    path = Path(address.path)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        path.parent.rmdir()
