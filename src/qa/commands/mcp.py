"""``qa mcp``."""

import argparse
import threading

from qa import compose
from qa.api.mcp import build_server, run_on_stdio
from qa.config import Settings
from qa.serving.verifying import Verifying


def print_nothing(snapshot: object) -> None:
    """Standard output belongs to the protocol."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Serve one assistant on standard input and output, and follow the index meanwhile."""
    service = compose.build_service(settings)
    service.open()
    server = build_server(service, Verifying(service))
    follower = threading.Thread(target=service.follow, args=(threading.Event(), print_nothing), daemon=True)
    follower.start()
    run_on_stdio(server)
    return 0
