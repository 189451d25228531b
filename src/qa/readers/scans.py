"""Files whose pages are pictures → their documents, page by page, with what was recognised before taken from a cache.

A page is drawn and recognised in processes that can be killed, each within its time; a build that is interrupted goes
on at the page where it was. Without rapidocr, pages are reported as not read.
"""

import base64
import hashlib
import json
import logging
import os
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from qa.errors import UnreadableFile
from qa.progress import Progress
from qa.readers.isolation import Parser, readings_of
from qa.readers.scanned import Scanned
from qa.types import Document, Unreadable

logger = logging.getLogger(__name__)

PACKAGE = "rapidocr"
PAGE_S = 60.0
MEMORY_BYTES = 3 * 2**30  # of address space; a page of A4 takes 0.9 GB
SCALE = 200 / 72  # pixels a point: 200 dots an inch

Readings = Sequence[Document | Unreadable]


def ocr_version() -> str | None:
    """The version of what recognises text; None where it is not installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return None


class Scans:
    """Recognises pages with a process of its own, which is started at the first one."""

    def __init__(self, parser: Parser, cache: Path | None) -> None:
        self._parser = parser
        self._cache = cache
        self._recogniser = Parser(PAGE_S, MEMORY_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recogniser.close()

    def resolved(self, name: str, content: bytes, readings: Readings, progress: Progress) -> Readings:
        """The readings of a file, with the pages that were pictures recognised, or reported as not read.

        Pictures inside other files (a zip's, a message's) are reported.
        """
        scanned = next((r for r in readings if isinstance(r, Scanned) and r.document_id == name), None)
        if scanned is None or ocr_version() is None:
            plain = [Unreadable(r.document_id, r.reason) if isinstance(r, Scanned) else r for r in readings]
            return [reading for reading in plain if isinstance(reading, Document) or reading.reason]
        try:
            return self._recognised(name, content, scanned, progress)
        except UnreadableFile as error:
            return [Unreadable(name, str(error))]

    def _recognised(self, name: str, content: bytes, scanned: Scanned, progress: Progress) -> Readings:
        draw = self._drawing(name, content)
        pages: dict[str, Any] = {}
        failed: list[int] = []
        for done, number in enumerate(scanned.pages, start=1):
            try:
                pages[str(number)] = self._page(draw(number))
            except UnreadableFile as error:
                logger.warning("%s: page %d is not recognised: %s", name, number + 1, error)
                failed.append(number)
            progress("recognising", done, len(scanned.pages))
        if self._cache is not None and _is_pdf(name):
            _keep(pages_path(self._cache, content), pages)  # so that a server can mark lines on the pages
        found = self._parser.run("read-recognised", content, document_id=name, pages=pages, failed=failed)
        return readings_of(found)

    def _drawing(self, name: str, content: bytes) -> Callable[[int], bytes]:
        def draw(number: int) -> bytes:
            if _is_pdf(name):
                picture = self._parser.run("page-image", content, number=number, scale=SCALE)
            else:
                picture = self._parser.run("picture-page", content, number=number)
            return base64.b64decode(picture)

        return draw

    def _page(self, picture: bytes) -> Any:
        digest = hashlib.sha256(f"{ocr_version()} ".encode() + picture).hexdigest()
        kept = self._cache / f"{digest}.json" if self._cache else None
        if kept is not None and kept.is_file():
            try:
                return json.loads(kept.read_text("utf-8"))
            except (OSError, ValueError):
                logger.warning("a recognised page is damaged in the cache and is recognised again")
        words = self._recogniser.run("recognise", picture)
        if kept is not None:
            _keep(kept, words)
        return words


def pages_path(cache: Path, content: bytes) -> Path:
    """Where the words of a file's recognised pages are kept, by the pages' numbers from 0."""
    return cache / f"{hashlib.sha256(content).hexdigest()}.pages.json"


def recognised_pages(cache: Path, content: bytes) -> dict[str, Any]:
    """What was recognised in the pictures of a file's pages; nothing where it was not, or is not kept here."""
    try:
        pages: dict[str, Any] = json.loads(pages_path(cache, content).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return pages


def _is_pdf(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() == ".pdf"


def _keep(path: Path, value: Any) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
        draft.replace(path)
    except OSError as error:
        logger.warning("a recognised page cannot be kept (%s)", error.strerror)
