"""Two ways to see past how a text is written: to find a quotation, and to say whether it is the same.

A *key* keeps letters and digits only, without case and accents: text is found by it. The *plain form* keeps
punctuation, but not which quotes, dashes, ellipses and white space were used: two texts are the same by it.
"""

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

_QUOTES = "'\"`´‘’‚‛“”„‟′″‹›«»「」『』＂＇"
_DASHES = "-‐‑‒–—―−﹘﹣－"
_AT_ENDS = "'.,;:!?-()[]{}|/\\*_=<>~#·•。，、；：！？（）"  # not the signs of amounts
_PLAIN = str.maketrans(
    dict.fromkeys(_QUOTES, "'") | dict.fromkeys(_DASHES, "-") | {"…": "...", "\u00ad": "", "\ufeff": ""}
)
_IGNORED = re.compile(r"[\s\u200b-\u200f\u2060-\u2064]+")
_LATEX_QUOTES = re.compile("''")


class _Keys(dict[int, str]):
    """What stays of each character in a key; made as characters are met."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code)).casefold()
        kept = "".join(character for character in decomposed if character.isalnum())
        self[code] = kept
        return kept


_KEYS = _Keys()
_LENGTHS = np.full(0x110000, -1, np.int8)  # of what stays of each character; known as characters are met


def key_of(text: str) -> str:
    """The letters and digits of a text, without case and accents."""
    return text.translate(_KEYS)


def key_offsets(text: str) -> NDArray[np.int64]:
    """The offset in the text of each character of its key, ``(len(key_of(text)),)``."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    lengths = _LENGTHS[codes]
    for code in np.unique(codes[lengths < 0]).tolist():
        _LENGTHS[code] = len(_KEYS[code])
    return np.repeat(np.arange(len(text)), _LENGTHS[codes])


def plain(text: str) -> str:
    """A text whose quotes, dashes, ellipses and composed letters are written one way, without white space."""
    return _LATEX_QUOTES.sub("'", _IGNORED.sub("", unicodedata.normalize("NFC", text)).translate(_PLAIN))


def same(quoted: str, original: str) -> bool:
    """Whether a quotation is what the original says.

    The first letter may have the other case, since a quotation may begin a sentence that it did not begin, and the
    marks at the ends may be the quoting sentence's own.
    """
    first, second = plain(quoted).strip(_AT_ENDS), plain(original).strip(_AT_ENDS)
    if first[:1].casefold() == second[:1].casefold():
        first, second = first[1:], second[1:]
    return first == second
