"""``qa purge``: gives the disk back what deleted articles take."""

import argparse

from qa import compose
from qa.config import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Remove all deleted and replaced files for good; they cannot be brought back."""
    removed = compose.build_uploads(settings).purge()
    print(f"{removed} deleted or replaced files were removed for good")
    return 0
