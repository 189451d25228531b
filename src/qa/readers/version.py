"""Which readers these are: a file that they have read need not be read again by the same ones."""

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

from qa import types
from qa.readers import FORMATS
from qa.readers.scans import PACKAGE, ocr_version


@cache
def readers_version() -> str:
    """A SHA-256 over the readers' own source, the records they fill, and the versions of the libraries they use."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in [*sorted(Path(__file__).parent.glob("*.py")), Path(types.__file__)]:
        digest.update(path.read_bytes())
    for name in sorted({name for entry in FORMATS for name in entry.libraries}):
        digest.update(f"{name} {version(name)}\n".encode())
    digest.update(f"{PACKAGE} {ocr_version()}".encode())
    return digest.hexdigest()
