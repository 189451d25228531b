"""Runs the application with uvicorn, and says where it listens."""

import logging
import signal
import socket

import uvicorn

from qa import compose
from qa.api.app import create_app
from qa.api.guard import Guard
from qa.api.protocol import ProblemProtocol
from qa.config import Settings
from qa.errors import SettingsError

logger = logging.getLogger(__name__)

BACKLOG = 128


def serve(settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        SettingsError: the address cannot be bound, or others could read without a token; with what to do.
    """
    _check_who_may_read(settings)
    listener = listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    service = compose.build_service(settings)
    config = uvicorn.Config(
        create_app(service, settings, lambda: server.should_exit),
        http=ProblemProtocol,  # h11, since httptools accepts headers of 5 MB
        ws="none",
        log_level=settings.log_level,
        access_log=settings.log_level == "debug",
        server_header=False,
        proxy_headers=False,  # those of QA_TRUSTED_PROXIES are believed by the application
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    print(f"Ask at http://{f'[{host}]' if ':' in host else host}:{port}/ (Ctrl+C stops)", flush=True)
    # uvicorn shuts down and then raises the signal again. Ctrl+C is to end the process there, as SIGTERM does: winding
    # Python down around a thread that is loading a model can abort.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server.run(sockets=[listener])


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
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, since asyncio switches Nagle's algorithm off only for sockets that say they are TCP: with
    # it, answers on a connection that stays open wait 40 ms for a delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}); stop what runs there, or use another: --port 8001"
        ) from error
    return listener
