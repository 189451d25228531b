"""Formats by their first bytes, to tell a file whose suffix says something else."""

from pathlib import PurePosixPath

from qa.errors import UnreadableFile

_HEAD = 1024
_ZIP, _PDF, _HTML = "a zip container (such as .docx or .epub)", "a PDF", "an HTML page"
_OLE = "an old Office file, or one protected by a password"
_RTF = "rich text (.rtf)"
_ALLOWED = {".pdf": {_PDF}, ".docx": {_ZIP}, ".epub": {_ZIP}, ".html": {_HTML}, ".htm": {_HTML}, ".xhtml": {_HTML}}
_REQUIRED = {".pdf", ".docx", ".epub"}
_ADVICE = {
    _PDF: "rename it to end in .pdf",
    _HTML: "rename it to end in .html",
    _ZIP: "rename it to end in what it is",
    _OLE: "save it as .docx without a password",
    _RTF: "save it as .docx",
}


def check_signature(document_id: str, content: bytes) -> None:
    """Refuse a file whose first bytes are another format's than its suffix says.

    Raises:
        UnreadableFile: naming both.
    """
    suffix = PurePosixPath(document_id).suffix.lower()
    head = content[:_HEAD]
    found = _PDF if suffix == ".pdf" and b"%PDF-" in head else _kind(head)  # a PDF may begin after some noise
    allowed = _ALLOWED.get(suffix, set())
    if found is not None and found not in allowed:
        raise UnreadableFile(f"the file ends in {suffix} but begins like {found}; {_ADVICE[found]}")
    if found is None and suffix in _REQUIRED:
        raise UnreadableFile(f"the file ends in {suffix} but does not begin like one; get it again from its source")


def _kind(head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return _HTML
    if start.startswith(b"%pdf-"):
        return _PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _ZIP
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _OLE
    return _RTF if head.startswith(b"{\\rtf") else None
