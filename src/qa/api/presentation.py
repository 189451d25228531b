"""How records are named and linked on the outside; shared by JSON and HTML."""

import hashlib
from urllib.parse import quote, urlencode

from qa.types import Document


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
