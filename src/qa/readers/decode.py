"""Bytes → text, without touching line ends: every code point of the file keeps its place."""

import codecs

from charset_normalizer import from_bytes

from qa.errors import UnreadableFile

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN = "cp1252"
_ALLOWED_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")


def decode(content: bytes) -> str:
    """Decode by byte order mark, else as UTF-8, else by detection; the mark is not part of the text.

    Raises:
        UnreadableFile: the bytes are not text, or in an encoding that cannot be told.
    """
    text = _decode_marked(content)
    if text is None:
        text = _decode_unmarked(content)
    controls = sum(1 for c in text if (c < " " or "\x7f" <= c < "\xa0") and c not in _ALLOWED_CONTROLS)
    if "\0" in text or controls > len(text) // 100:
        raise UnreadableFile("the file is not text (it holds control characters); remove it or convert it to text")
    return text


def _decode_marked(content: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise UnreadableFile(
                    f"the file begins as {encoding.upper()} but byte {error.start + len(mark)} is not; save it as UTF-8"
                ) from error
    return None


def _decode_unmarked(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        try:
            return content.decode("utf-8" if b"\0" in content else _detect(content))
        except UnicodeDecodeError:  # the guess comes from samples of a long file
            raise UnreadableFile(
                f"byte {error.start} is not UTF-8 and no other encoding fits; save the file as UTF-8"
            ) from error


def _detect(content: bytes) -> str:
    """The likeliest encoding, UTF-8 where none fits.

    Where several Latin ones fit equally, it is Windows-1252, which is what the web takes for granted too (WHATWG
    Encoding Standard, section 4.2): the detector would take another, and every ï would become a ď.
    """
    matches = from_bytes(content)
    best = matches.best()
    if best is None:
        return "utf-8"
    equal = (m for m in matches if (m.chaos, m.coherence) == (best.chaos, best.coherence))
    return _WESTERN if any(_WESTERN in match.could_be_from_charset for match in equal) else best.encoding
