"""A word → one spelling for the ways in which a script may write it, beyond what ``analysis.normalize`` takes off.

Traditional characters and Japan's forms become simplified ones (opencc), digits of any script ASCII's, and letters that
languages share in several forms one of them: Arabic ye and kaf, Turkish ı, Polish ł, Danish ø.
"""

import re
import unicodedata
from functools import cache, lru_cache

from anyascii import anyascii
from opencc import OpenCC

from qa.index.transliteration import HAN

_ARABIC = str.maketrans("ىیېکةۀہھٱ", "يييكهههها", "ـ")
_COUNTED = re.compile("^([0-9]+)[년일]$")  # Korean writes "year" and "day" without a space
_ZEROS = re.compile("^0+(?=[0-9])")


@lru_cache(1 << 16)
def folded(word: str) -> str:
    """The spelling that a normalised word shares with others of the same script.

    >>> folded("許家"), folded("١٩٩٠"), folded("05"), folded("łodz")
    ('许家', '1990', '5', 'lodz')
    """
    spelled = (
        word if word.isascii() else "".join(map(_character, unicodedata.normalize("NFC", word).translate(_ARABIC)))
    )
    spelled = _COUNTED.sub(r"\1", spelled)
    return _ZEROS.sub("", spelled) if spelled.isdecimal() else spelled


def simplified(text: str) -> str:
    """A text with simplified Chinese characters, each in its place."""
    return text if text.isascii() else "".join(_simplified(c) if HAN.match(c) else c for c in text)


@lru_cache(1 << 14)
def _character(character: str) -> str:
    if HAN.match(character):
        return _simplified(character)
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return anyascii(character).lower() if unicodedata.name(character, "").startswith("LATIN") else character


@lru_cache(1 << 14)
def _simplified(character: str) -> str:
    from_japanese, from_traditional = _converters()
    simple = from_traditional.convert(from_japanese.convert(character))
    return simple if len(simple) == 1 else character


@cache
def _converters() -> tuple[OpenCC, OpenCC]:
    return OpenCC("jp2t"), OpenCC("t2s")
