"""Zip files: each article inside is a document of its own, read as a file of its name is.

Its id is the zip's, ``/`` and its path in there, with ``-`` for what a component of a path cannot hold. Hidden files
and those of systems are left out, and so are files of formats that are not read. A zip in a zip is not opened.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from zipfile import ZipFile

from qa.errors import UnreadableFile
from qa.readers.archives import open_archive, read_part
from qa.types import Document, Unreadable

MAX_ARTICLES = 1000
ZIPPED = ".zip"
_UNSAFE = re.compile(r"[^\w.\-]+")
_SYSTEM = ("__MACOSX", "~$")


def read_zip(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.zip``.

    Raises:
        UnreadableFile: it is damaged, too large when unpacked, or holds too many or one unreadable article.
    """
    archive = open_archive(content)
    names = [entry.filename for entry in archive.infolist() if not entry.is_dir() and _is_article(entry.filename)]
    if len(names) > MAX_ARTICLES:
        raise UnreadableFile(f"the file packs {len(names)} articles, at most {MAX_ARTICLES} are read; unpack it")
    readings = list(_readings(document_id, archive, names))
    if len(readings) == 1 and isinstance(readings[0], Unreadable):
        raise UnreadableFile(readings[0].reason)
    return readings


def _readings(document_id: str, archive: ZipFile, names: list[str]) -> Iterator[Document | Unreadable]:
    from qa.readers import read  # noqa: PLC0415  the registry names this module

    taken: set[str] = set()
    for number, name in enumerate(names, start=1):
        inner = _UNSAFE.sub("-", name).strip("-.") or f"file-{number}"
        inner = f"{number}-{inner}" if inner in taken else inner
        taken.add(inner)
        try:
            yield from read(f"{document_id}/{inner}", read_part(archive, name))
        except UnreadableFile as error:
            yield Unreadable(f"{document_id}/{inner}", str(error))


def _is_article(name: str) -> bool:
    """Whether an entry is a file of a format that is read, zips and pictures aside."""
    from qa.readers import PICTURES, READERS  # noqa: PLC0415  the registry names this module

    parts = PurePosixPath(name.replace("\\", "/")).parts
    if any(part.startswith((".", *_SYSTEM)) and part != ".." for part in parts):
        return False
    suffix = PurePosixPath(name).suffix.lower()
    return suffix != ZIPPED and suffix in READERS.keys() - PICTURES
