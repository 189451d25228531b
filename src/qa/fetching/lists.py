"""Addresses that a feed (RSS, Atom) or a site map names."""

import gzip
import io
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree

from qa.corpus.folder import MAX_FILE_BYTES
from qa.errors import FetchRefused

_GZIP = b"\x1f\x8b"


def links_of_feed(content: bytes, url: str) -> list[str]:
    """The addresses of a feed's entries, in its order.

    Raises:
        FetchRefused: it is no feed.
    """
    root = _parsed(content, url)
    if _name(root) not in {"rss", "RDF", "feed"}:
        raise FetchRefused(f"{url}: this is no feed of RSS or Atom")
    return _once(urljoin(url, link) for entry in root.iter("{*}item", "{*}entry") if (link := _link(entry)))


def _link(entry: etree._Element) -> str | None:
    for link in entry.iterchildren("{*}link"):
        if link.get("rel", "alternate") == "alternate":
            address = (link.get("href") or link.text or "").strip()
            if address:
                return address
    return None


def links_of_sitemap(content: bytes, url: str) -> tuple[list[str], list[str]]:
    """The addresses of pages that a site map names, and those of other site maps.

    Raises:
        FetchRefused: it is no site map.
    """
    root = _parsed(content, url)
    if _name(root) not in {"urlset", "sitemapindex"}:
        raise FetchRefused(f"{url}: this is no site map")
    found = _once(urljoin(url, (place.text or "").strip()) for place in root.iterfind("*/{*}loc"))
    return (found, []) if _name(root) == "urlset" else ([], found)


def _parsed(content: bytes, url: str) -> etree._Element:
    if content.startswith(_GZIP):
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            try:
                content = packed.read(MAX_FILE_BYTES + 1)
            except (OSError, EOFError) as error:
                raise FetchRefused(f"{url}: the list is damaged") from error
    if len(content) > MAX_FILE_BYTES:
        raise FetchRefused(f"{url}: the list is larger than {MAX_FILE_BYTES // 2**20} MB")
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FetchRefused(f"{url}: this is no XML") from error


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _once(addresses: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(addresses))
