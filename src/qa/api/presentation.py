"""How records are named and linked on the outside; shared by JSON and HTML."""

import hashlib
import re
from urllib.parse import quote, urlencode

from qa.types import Document

_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


def prefers_html(accept: str) -> bool:
    """Whether an Accept header (RFC 9110, section 12.5.1) ranks text/html above application/json by name."""
    quality = {"text/html": 0.0, "application/json": 0.0}
    for item in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in item.split(";"))
        if kind in quality:
            quality[kind] = next((_quality(p) for p in parameters if p.startswith("q=")), 1.0)
    return quality["text/html"] > quality["application/json"]


def _quality(parameter: str) -> float:
    number = parameter.removeprefix("q=")
    return float(number) if _QUALITY.fullmatch(number) else 0.0


def display_title(document: Document) -> str:
    """The title, or the id where the document has none."""
    return document.title or document.id


def text_sha256(document: Document) -> str:
    """SHA-256 of the text as UTF-8, hexadecimal."""
    return hashlib.sha256(document.text.encode("utf-8")).hexdigest()


def document_url(document_id: str, start: int | None = None, end: int | None = None) -> str:
    """The address of a document, opened at a span where one is given (code points, end exclusive)."""
    address = f"/documents/{quote(document_id, safe='/')}"
    if start is None or end is None:
        return address
    return f"{address}?{urlencode({'start': start, 'end': end})}#quote"
