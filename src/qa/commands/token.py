"""``qa token``: a new token for a reader or a writer of a server."""

import argparse
import os
from pathlib import Path

from qa.api.tokens import Role, new_token
from qa.config import Settings
from qa.errors import SettingsError


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print a new token once, and keep its hash; a name that is there already gets the new token."""
    if settings.tokens_file is None:
        raise SettingsError("QA_TOKENS_FILE is not set; name the file that is to keep the hashes of tokens")
    token, line = new_token(options.name, Role.WRITE if options.write else Role.READ)
    _keep(settings.tokens_file, options.name, line)
    print(token)
    return 0


def _keep(path: Path, name: str, line: str) -> None:
    others = path.read_text("utf-8").splitlines() if path.exists() else []
    kept = [other for other in others if other.split()[:1] != [name]]
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text("\n".join([*kept, line]) + "\n", "utf-8")
    draft.replace(path)
