"""``qa serve --processes N``: one process that serves nothing, and N that answer, each on a listener of its own.

A shared listener gave all connections to one process; with SO_REUSEPORT the kernel spreads them. A process that dies
takes its own requests with it and no others, and another takes its place within a second.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from qa import compose
from qa.config import Settings
from qa.corpus.watch import watch
from qa.index.folder import current_id
from qa.serving.jobs import Jobs
from qa.serving.shared import Address, Board, share, unshare

logger = logging.getLogger(__name__)

LOOK_S = 0.1
LEAST_LIFE_S = 1.0  # what dies sooner waits that long for its successor
END_S = 8.0

Child = Callable[[Settings, int, Address], None]


def supervise(settings: Settings, reserved: socket.socket, child: Child) -> None:
    """Keep ``settings.processes`` children alive until told to stop; ``reserved`` only holds the port."""
    board, stopping = Board(), threading.Event()
    received: list[int] = []
    uploads = compose.build_uploads(settings)
    jobs = compose.build_jobs(settings, uploads, lambda: board.wait_until_open(current_id(settings.index)))
    address = share(jobs, board)

    def stop(number: int, frame: object) -> None:
        received.append(number)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    uploads.sweep()
    jobs.start()
    if settings.watch:
        _watch(settings, stopping, jobs)
    children = _Children(settings, reserved.getsockname()[1], address, child)
    try:
        while not stopping.wait(LOOK_S):
            for process_id in children.replace_dead():
                board.forget(process_id)
    finally:
        children.end()
        jobs.close()
        unshare(address)
    for first in received[:1]:  # end as a single process does
        signal.signal(first, signal.SIG_DFL)
        os.kill(os.getpid(), first)


class _Children:
    """The processes that answer."""

    def __init__(self, settings: Settings, port: int, address: Address, child: Child) -> None:
        self._arguments = (settings.model_copy(update={"watch": False}), port, address)
        self._child = child
        self._context = multiprocessing.get_context("spawn")
        self._alive: list[tuple[BaseProcess, float]] = [self._start() for _ in range(settings.processes)]

    def replace_dead(self) -> list[int]:
        """Start another process for each that has ended; returns the ids of those."""
        dead = []
        for index, (process, began) in enumerate(self._alive):
            if not process.is_alive() and time.monotonic() - began >= LEAST_LIFE_S:
                logger.error("process %s has ended (%s); another takes its place", process.pid, process.exitcode)
                dead.append(process.pid or 0)
                self._alive[index] = self._start()
        return dead

    def end(self) -> None:
        """Let all finish what they began, and end them."""
        for process, _ in self._alive:
            process.terminate()
        ends = time.monotonic() + END_S
        for process, _ in self._alive:
            process.join(max(ends - time.monotonic(), 0))
            process.kill()

    def _start(self) -> tuple[BaseProcess, float]:
        process = self._context.Process(target=self._child, args=self._arguments, name="qa-serve")
        process.start()
        return process, time.monotonic()


def _watch(settings: Settings, stopping: threading.Event, jobs: Jobs) -> None:
    def changed() -> None:
        jobs.request(until_built=True)

    arguments = (settings.corpus, settings.index, stopping, changed)
    threading.Thread(target=watch, args=arguments, name="watch-corpus", daemon=True).start()
