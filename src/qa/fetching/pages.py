"""A page → a file of the corpus that says where and when it was retrieved, and what changed since the last time."""

import datetime as dt
import difflib
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from qa.corpus.folder import read_file
from qa.corpus.uploads import Uploads
from qa.errors import FetchRefused, UnreadableFile
from qa.fetching.web import Headers, Page, Web
from qa.readers.front_matter import FENCE, split_fields
from qa.types import Document, Unreadable

FOLDER = "web"
SUFFIXES = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md"}
_BOM = b"\xef\xbb\xbf"
_UNSAFE = re.compile(r"[^\w.]+")
_LONGEST_NAME = 80
_SUFFIX = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|txt|md)$", re.IGNORECASE)
Parse = Callable[[str, bytes], list[Document | Unreadable]]


class Outcome(StrEnum):
    """What became of a page since it was retrieved before."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page in the corpus; ``removed`` and ``added`` are the lines of its text that differ from the time before."""

    url: str
    document_id: str
    outcome: Outcome
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """Keeps pages in a corpus folder, below ``web/HOST/``."""

    corpus: Path
    uploads: Uploads
    parse: Parse

    def fetch(self, web: Web, url: str) -> Fetched:
        """Ask for a page and keep it; one that has not changed stays as it was, with the day of its retrieval.

        Raises:
            FetchRefused: it cannot be had, or is of no type that is kept.
        """
        page = web.get(url, self._conditions)
        kept = self._kept(page.url)
        if page.status == HTTPStatus.NOT_MODIFIED and kept is not None:
            return Fetched(page.url, kept[0], Outcome.UNCHANGED)
        if page.status != HTTPStatus.OK:
            raise FetchRefused(f"{page.url}: the server answers {page.status} {_phrase(page.status)}".rstrip())
        suffix = SUFFIXES.get(page.headers.get("content-type", "text/html").partition(";")[0].strip().lower())
        if suffix is None:
            raise FetchRefused(f"{page.url}: pages of type {page.headers['content-type']} are not kept")
        document_id = kept[0] if kept else self._name(page.url, suffix)
        content = stored(page, dt.datetime.now(dt.UTC).date())
        if kept and _body(kept[1]) == _body(content):
            return Fetched(page.url, document_id, Outcome.UNCHANGED)
        self.uploads.add(document_id, io.BytesIO(content), replace=True, folders=True)
        if not kept:
            return Fetched(page.url, document_id, Outcome.NEW)
        return Fetched(page.url, document_id, Outcome.CHANGED, *self._difference(document_id, kept[1], content))

    def addresses(self) -> list[str]:
        """The addresses of all pages that were fetched before."""
        files = sorted(path for path in (self.corpus / FOLDER).glob("*/*") if path.suffix in SUFFIXES.values())
        found = (split_fields(_text(path.read_bytes()))[0].get("url") for path in files)
        return [url for url in found if isinstance(url, str)]

    def _conditions(self, url: str) -> Headers:
        kept = self._kept(url)
        fields = split_fields(_text(kept[1]))[0] if kept else {}
        pairs = (("If-None-Match", fields.get("etag")), ("If-Modified-Since", fields.get("last_modified")))
        return {name: value for name, value in pairs if isinstance(value, str)}

    def _kept(self, url: str) -> tuple[str, bytes] | None:
        """The id and the content of the file that holds a page, if one does."""
        for suffix in dict.fromkeys(SUFFIXES.values()):
            for name in (_file_name(url, suffix), _file_name(url, suffix, apart=True)):
                try:
                    content = read_file(self.corpus, name)
                    if split_fields(_text(content))[0].get("url") == url:
                        return name, content
                except UnreadableFile:
                    continue
        return None

    def _name(self, url: str, suffix: str) -> str:
        name = _file_name(url, suffix)
        return _file_name(url, suffix, apart=True) if (self.corpus / name).exists() else name

    def _difference(self, name: str, before: bytes, after: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
        old, new = ([line for line in self._read(name, content).splitlines() if line] for content in (before, after))
        lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
        removed = tuple(line[1:] for line in lines if line.startswith("-"))
        return removed, tuple(line[1:] for line in lines if line.startswith("+"))

    def _read(self, name: str, content: bytes) -> str:
        readings = self.parse(name, content)
        return "\n".join(reading.text for reading in readings if isinstance(reading, Document))


def stored(page: Page, day: dt.date) -> bytes:
    """The file that keeps a page: as it came, below a front matter with its address and the day.

    Where the server names an encoding, the page is kept in UTF-8 with a mark that wins over what the page itself says.
    """
    fields = {
        "url": page.url,
        "retrieved": day.isoformat(),
        "etag": page.headers.get("etag"),
        "last_modified": page.headers.get("last-modified"),
    }
    given = {name: value for name, value in fields.items() if value}
    front = f"{FENCE}\n{yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=10_000)}{FENCE}\n".encode()
    _, _, encoding = page.headers.get("content-type", "").lower().partition("charset=")
    body = page.body.removeprefix(_BOM)
    encoding = "utf-8" if body != page.body else encoding.strip("\"' ;")
    if not encoding:
        return front + body
    try:
        return _BOM + front + body.decode(encoding, "replace").encode()
    except (LookupError, UnicodeError):
        return front + body


def _text(content: bytes) -> str:
    return content.removeprefix(_BOM).decode("utf-8", "replace")


def _body(content: bytes) -> str:
    return split_fields(_text(content))[1]


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else ""


def _file_name(url: str, suffix: str, *, apart: bool = False) -> str:
    """``web/HOST/PATH.html``; with a digest where addresses differ in what no file's name shows."""
    parts = urlsplit(url)
    path = _UNSAFE.sub("-", _SUFFIX.sub("", unquote(parts.path))).strip("-.") or "index"
    if apart or parts.query or len(path) > _LONGEST_NAME:
        path = f"{path[:_LONGEST_NAME].strip('-.')}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
    host = _UNSAFE.sub("-", parts.netloc).strip("-.")
    return f"{FOLDER}/{host}/{path}{suffix}"
