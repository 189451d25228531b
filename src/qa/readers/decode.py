"""Bytes → text, without touching line ends: every code point of the file keeps its place."""

import codecs
import re

from charset_normalizer import from_bytes

from qa.errors import UnreadableFile
from qa.readers.unmarked import WESTERN, latin_encoding, utf16_order

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED_WITHIN = 2048
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_PAGE_ENCODING = re.compile(  # of the WHATWG standard: UTF-7 and the like would let a page hide markup
    r"utf-?8|iso-8859-\d+|latin-?1|us-ascii|ascii|windows-\d+|cp\d+|big5(?:-hkscs)?|gb2312|gbk|gb18030|euc-(?:jp|kr)"
    r"|shift[-_]jis|x-sjis|iso-2022-jp|koi8-[ru]|macintosh"
)
_AS_BROWSERS_READ = dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"), WESTERN) | {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-sjis": "shift_jis",
}
_CONTROLS = re.compile(r"[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


def decode(content: bytes) -> str:
    """Decode by byte order mark, else as UTF-8, else by detection; the mark is not part of the text.

    Raises:
        UnreadableFile: the bytes are not text, or in an encoding that cannot be told.
    """
    text = _decode_marked(content)
    return _checked(_decode_unmarked(content) if text is None else text)


def decode_html(content: bytes) -> str:
    """Decode by byte order mark, else as the page itself declares, else as any text.

    Raises:
        UnreadableFile: as ``decode`` does.
    """
    declared = _DECLARED.search(content[:_DECLARED_WITHIN])
    name = declared.group(1).decode("ascii").lower() if declared else ""
    if _PAGE_ENCODING.fullmatch(name) and not content.startswith(tuple(mark for mark, _ in _BYTE_ORDER_MARKS)):
        try:
            return _checked(content.decode(_AS_BROWSERS_READ.get(name, name)))
        except (LookupError, UnicodeDecodeError):
            pass  # it declares what it is not: decoded as any text
    return decode(content)


def _checked(text: str) -> str:
    controls = len(_CONTROLS.findall(text))
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
    if b"\0" in content and (order := utf16_order(content)):
        return content.decode(order)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        try:
            return content.decode(_detect(content))
        except UnicodeDecodeError:  # the guess comes from samples of a long file
            raise UnreadableFile(
                f"byte {error.start} is not UTF-8 and no other encoding fits; save the file as UTF-8"
            ) from error


def _detect(content: bytes) -> str:
    """The likeliest encoding, UTF-8 where none fits; where several of Latin script fit equally, the western one."""
    if b"\0" in content:
        return "utf-8"
    if (latin := latin_encoding(content)) is not None:
        return latin
    matches = from_bytes(content)
    best = matches.best()
    if best is None:
        return "utf-8"
    equal = (m for m in matches if (m.chaos, m.coherence) == (best.chaos, best.coherence))
    return WESTERN if any(WESTERN in match.could_be_from_charset for match in equal) else best.encoding
