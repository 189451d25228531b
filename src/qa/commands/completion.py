"""``qa completion``."""

import argparse

from argcomplete.shell_integration import shellcode

from qa.config import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print what a shell has to read so that it completes commands and options."""
    print(shellcode(["qa"], shell=options.shell))
    return 0
