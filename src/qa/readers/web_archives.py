"""WARC (pages that a crawler kept) and WEBARCHIVE (a page that Safari kept): pages with address and date of retrieval.

WARC is read by warcio (Apache 2.0). Each page of it is a document of its own, read as a file of its type is; where a
page was kept more than once, the newest is read. Its id is the file's, ``/`` and the page's address.
"""

import io
import plistlib
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from qa.errors import UnreadableFile
from qa.readers.archives import MAX_PART_BYTES, MAX_UNPACKED_BYTES
from qa.readers.html import read_html
from qa.readers.metadata import first_date, one_line
from qa.types import Document, Unreadable

MAX_PAGES = 1000
SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
}
"""What is read, by its type; styles, scripts, pictures and answers other than 200 are passed over."""
_UNSAFE = re.compile(r"[^\w.\-]+")
_LONGEST = 100
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, ExpatError, plistlib.InvalidFileException)  # of plistlib


def read_warc(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.warc`` and ``.warc.gz``.

    Raises:
        UnreadableFile: it is none, is too large, or holds no page.
    """
    readings: dict[str, list[Document | Unreadable]] = {}
    try:
        for address, kind, date, body in _pages(content):
            readings.pop(address, None)
            readings[address] = _read(document_id, len(readings) + 1, address, kind, date, body)
            if len(readings) > MAX_PAGES:
                raise UnreadableFile(f"it holds more than {MAX_PAGES} pages; divide it")
    except ArchiveLoadFailed as error:
        raise UnreadableFile("the file is no WARC, or is damaged; get it again from its source") from error
    if not readings:
        raise UnreadableFile("it holds no page that was answered with 200")
    found = [reading for page in readings.values() for reading in page]
    if len(found) == 1 and isinstance(found[0], Unreadable):
        raise UnreadableFile(found[0].reason)
    return found


def _pages(content: bytes) -> Iterator[tuple[str, str, str, bytes]]:
    """Address, type, date of retrieval and content of each page."""
    total = 0
    for record in ArchiveIterator(io.BytesIO(content)):
        headers = record.rec_headers
        if record.rec_type == "response" and record.http_headers is not None:
            status, kind = record.http_headers.get_statuscode(), record.http_headers.get_header("Content-Type")
        elif record.rec_type == "resource":
            status, kind = "200", headers.get_header("Content-Type")
        else:
            continue
        kind = (kind or "").partition(";")[0].strip().lower()
        if status != "200" or kind not in SUFFIXES:
            continue
        body = record.content_stream().read(MAX_PART_BYTES + 1)
        total += len(body)
        if len(body) > MAX_PART_BYTES or total > MAX_UNPACKED_BYTES:
            raise UnreadableFile(
                f"it unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MB, or a page to {MAX_PART_BYTES // 2**20}"
            )
        yield headers.get_header("WARC-Target-URI") or "", kind, headers.get_header("WARC-Date") or "", body


def _read(
    document_id: str, number: int, address: str, kind: str, date: str, body: bytes
) -> list[Document | Unreadable]:
    from qa.readers import read  # noqa: PLC0415  the registry names this module

    name = f"{number}-{_slug(address)}"
    name = name if name.endswith(SUFFIXES[kind]) else name + SUFFIXES[kind]
    try:
        readings = read(f"{document_id}/{name}", body)
    except UnreadableFile as error:
        return [Unreadable(f"{document_id}/{name}", str(error))]
    return [
        replace(reading, url=one_line(address), retrieved=first_date(date))
        if isinstance(reading, Document)
        else reading
        for reading in readings
    ]


def _slug(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "page"
    return _UNSAFE.sub("-", f"{parts.netloc}{parts.path}").strip(".-")[:_LONGEST].rstrip(".-") or "page"


def read_webarchive(document_id: str, content: bytes) -> list[Document]:
    """Read ``.webarchive``: the page itself, without what it loads.

    Raises:
        UnreadableFile: it is none, or holds no page.
    """
    try:
        main = plistlib.loads(content)["WebMainResource"]
        page, address = main["WebResourceData"], main.get("WebResourceURL")
    except _BROKEN as error:
        raise UnreadableFile("the file is no web archive, or is damaged; save the page as .html") from error
    if not isinstance(page, bytes):
        raise UnreadableFile("the web archive holds no page; save the page as .html")
    address = one_line(address) if isinstance(address, str) else None
    return [replace(document, url=document.url or address) for document in read_html(document_id, page)]
