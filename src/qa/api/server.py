"""Runs the application with uvicorn, and says where it listens."""

import asyncio
import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from qa import compose
from qa.api.app import create_app
from qa.api.connections import MOST, RESERVED_FILES, Connections
from qa.api.guard import Guard
from qa.api.processes import END_S, supervise
from qa.api.protocol import ProblemProtocol
from qa.config import Settings
from qa.errors import SettingsError
from qa.logs import log_to_stderr
from qa.serving.shared import Address, shared

logger = logging.getLogger(__name__)

BACKLOG = 128  # as many are accepted before the first of them is looked at
MOST_FILES = 65_536
TICKS_A_SECOND = 10
REPORT_S = 0.5
SWITCH_S = 0.001  # after which a thread that works lets the event loop have its turn


def serve(settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        SettingsError: the address cannot be bound, or others could read without a token; with what to do.
    """
    _check_who_may_read(settings)
    several = settings.processes > 1
    listener = bind(settings.host, settings.port, reused=True) if several else listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    if several:
        print(_greeting(host, port), flush=True)
        supervise(settings, listener, serve_one_of_several)
    else:
        service = compose.build_service(settings)
        server = Server(create_app(service, settings, lambda: server.should_exit), settings)
        print(_greeting(host, port), flush=True)
        _run(server, listener)


def serve_one_of_several(settings: Settings, port: int, address: Address) -> None:
    """Serve as one of the processes of a supervisor, which has bound the port, until it ends or says so."""
    log_to_stderr(settings.log_level, settings.log_format)
    service = compose.build_service(settings)
    builds, board = shared(address)
    app = create_app(service, settings, lambda: server.should_exit, builds, board.asked)
    server = Server(app, settings)
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None

    def report() -> None:
        while os.getppid() == supervisor.pid:
            with suppress(OSError, EOFError):  # the supervisor is about to end
                board.report(os.getpid(), service.asked, service.snapshot.manifest.id if service.ready else "")
            time.sleep(REPORT_S)
        server.should_exit = True
        time.sleep(END_S)
        os._exit(1)  # something waits for what does not come, such as an engine that is gone

    threading.Thread(target=report, name="report", daemon=True).start()
    if not board.listens_first(os.getpid()):
        with suppress(Exception):  # the thread that follows the index tries again, and reports it
            service.catch_up()
    listener = bind(settings.host, port, reused=True)
    listener.listen(BACKLOG)
    _run(server, listener)


def _greeting(host: str, port: int) -> str:
    return f"Ask at http://{f'[{host}]' if ':' in host else host}:{port}/ (Ctrl+C stops)"


def _run(server: "Server", listener: socket.socket) -> None:
    # uvicorn shuts down and then raises the signal again. Ctrl+C is to end the process there, as SIGTERM does: winding
    # Python down around a thread that is loading a model can abort.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.setswitchinterval(SWITCH_S)
    server.run(sockets=[listener])


class Server(uvicorn.Server):
    """uvicorn's server with limits on connections, and with few words when the system has no more of them."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        most = min(MOST, max(_raise_open_files() - RESERVED_FILES, 1))
        self._connections = Connections(max(most // settings.processes, 1))
        # h11, since httptools accepts headers of 5 MB
        protocol: Any = partial(ProblemProtocol, connections=self._connections)
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            backlog=BACKLOG,
            log_config=None,  # its lines go the way of all others
            access_log=False,  # questions would be in it; see QA_LOG_REQUESTS
            server_header=False,
            proxy_headers=False,  # those of QA_TRUSTED_PROXIES are believed by the application
            timeout_graceful_shutdown=5,
        )
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(AcceptErrors())
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_A_SECOND == 0:
            self._connections.sweep()
        return await super().on_tick(counter)


class AcceptErrors:
    """Logs that connections cannot be accepted once a minute, where asyncio does at every try; the rest as it does."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not str(context.get("message", "")).startswith("socket.accept()"):
            loop.default_exception_handler(context)
        elif time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + 60
            logger.error("connections cannot be accepted: %s (this is said once a minute)", context.get("exception"))


def _raise_open_files() -> int:
    """Let this process open as many files as it may; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return MOST_FILES if soft == resource.RLIM_INFINITY else soft


def _check_who_may_read(settings: Settings) -> None:
    guard = Guard.of(settings)
    if guard.is_local:
        return
    if settings.open:
        logger.warning("QA_OPEN=1: EVERYBODY WHO CAN REACH %s MAY READ ALL DOCUMENTS AND ASK", settings.host)
    elif not guard.tokens:
        raise SettingsError(
            f"others can reach {settings.host}, and no token tells who may read: set QA_READ_TOKEN to a long random "
            "text, or QA_OPEN=1 to let everybody read"
        )


def listen(host: str, port: int) -> socket.socket:
    """Bind an address and listen on it; port 0 takes a free one.

    Raises:
        SettingsError: the address cannot be bound, with what to do.
    """
    listener = bind(host, port)
    try:
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def bind(host: str, port: int, reused: bool = False) -> socket.socket:
    """Bind an address, with others that bind it as ``reused`` too.

    Raises:
        SettingsError: the address cannot be bound, with what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, since asyncio switches Nagle's algorithm off only for sockets that say they are TCP: with
    # it, answers on a connection that stays open wait 40 ms for a delayed acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if reused else socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from error
    return bound


def _cannot_listen(host: str, port: int, error: OSError) -> SettingsError:
    return SettingsError(
        f"cannot listen on {host}:{port} ({error.strerror}); stop what runs there, or use another: --port 8001"
    )
