"""``qa serve``."""

import argparse

from qa.api.server import serve
from qa.config import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    serve(settings)
    return 0
