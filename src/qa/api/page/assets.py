"""Static files under addresses that name their version: a browser keeps them for good and asks for none twice."""

import hashlib
import re
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIGEST = 12  # hexadecimal digits
FOR_GOOD = "public, max-age=31536000, immutable"
_VERSIONED = re.compile(rf"([0-9a-f]{{{DIGEST}}})/(.+)")


def tree_digest(folder: Path) -> str:
    """A digest of the names and bytes of all files in a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGEST]


class Assets(StaticFiles):
    """``<version>/<name>`` is kept for good, where it is the version that is served; else a browser asks by ETag.

    Scripts name each other by relative addresses, so that one version leads only to its own.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self._version = tree_digest(directory)

    async def get_response(self, path: str, scope: Scope) -> Response:
        versioned = _VERSIONED.fullmatch(path.replace("\\", "/"))
        response = await super().get_response(versioned[2] if versioned else path, scope)
        current = versioned is not None and versioned[1] == self._version
        response.headers["Cache-Control"] = FOR_GOOD if current else "no-cache"
        return response
