"""Formats by their first bytes, to tell a file whose suffix says something else."""

from qa.errors import UnreadableFile

_HEAD = 1024
ZIP, PDF, HTML = "a zip container (such as .docx or .epub)", "a PDF", "an HTML page"
RTF = "rich text (.rtf)"
PNG, JPEG, TIFF = "a PNG picture", "a JPEG picture", "a TIFF picture"
OLE = "an old Office file, or one protected by a password"
_ADVICE = {
    PDF: "rename it to end in .pdf",
    HTML: "rename it to end in .html",
    ZIP: "rename it to end in what it is",
    OLE: "save it as .docx, .xlsx or .pptx without a password",
    RTF: "rename it to end in .rtf",
    PNG: "rename it to end in .png",
    JPEG: "rename it to end in .jpg",
    TIFF: "rename it to end in .tif",
}
_PICTURES = {PNG: (b"\x89PNG\r\n\x1a\n",), JPEG: (b"\xff\xd8\xff",), TIFF: (b"II*\0", b"MM\0*")}


def check_signature(expected: str, content: bytes, suffix: str, *, must_begin: bool) -> None:
    """Refuse a file whose first bytes are another format's than ``expected`` ("" for text).

    Raises:
        UnreadableFile: naming both; or, with ``must_begin``, where they are of no format.
    """
    head = content[:_HEAD]
    found = PDF if expected == PDF and b"%PDF-" in head else _signature(head)  # a PDF may begin after some noise
    if found is not None and found != expected:
        raise UnreadableFile(f"the file ends in {suffix.lower()} but begins like {found}; {_ADVICE[found]}")
    if found is None and must_begin:
        raise UnreadableFile(
            f"the file ends in {suffix.lower()} but does not begin like one; get it again from its source"
        )


def _signature(head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return HTML
    for picture, begins in _PICTURES.items():
        if head.startswith(begins):
            return picture
    if start.startswith(b"%pdf-"):
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return OLE
    return RTF if head.startswith(b"{\\rtf") else None
