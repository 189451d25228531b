"""Text → terms: what the lexical index counts and what a question is compared by.

A word is normalised (NFKC, case folded, accents off, possessive off) and stemmed with Snowball's English stemmer.
Scripts written without spaces give overlapping character pairs, the usual choice for CJK retrieval without a
segmenter (Nie, Gao, Zhang, Zhou 2000, "On the use of words and n-grams for Chinese information retrieval").
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import IntFlag
from functools import lru_cache
from typing import NamedTuple

from Stemmer import Stemmer

_UNSPACED = (  # Thai and Lao, Burmese, Khmer, kana, Han
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_LETTERS = rf"(?:[A-Za-z0-9]++|(?![{_UNSPACED}])[^\W_])++"
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>{_LETTERS}(?:['’]{_LETTERS})*)")
_POSSESSIVE = re.compile(r"['’]s?$")
MAX_WORD = 64


class Token(NamedTuple):  # made by the thousand for every question, where a dataclass takes four times as long
    """One term, the normalised word it is the stem of, and the code points it was made from, ``text[start:end]``."""

    term: str
    word: str
    start: int
    end: int


class TokenShape(IntFlag):
    """What a token looks like on the page; what an answer to "who", "when" or "how many" has to have."""

    CAPITAL = 1
    DIGIT = 2
    YEAR = 4
    MONTH = 8
    NUMBER_WORD = 16
    INITIAL = 32


def analyze(text: str) -> list[Token]:
    """The terms of a text, in order; every occurrence is one token."""
    tokens = []
    for run in _RUN.finditer(text):
        start, end = run.span()
        if run.lastgroup == "word":
            tokens.append(Token(*_spelled(run.group()), start, end))
        elif end - start == 1:
            tokens.append(Token(run.group(), run.group(), start, end))
        else:
            pairs = ((text[place : place + 2], place) for place in range(start, end - 1))
            tokens += [Token(pair, pair, place, place + 2) for pair, place in pairs]
    return tokens


@lru_cache(1 << 16)  # the words of a language come again and again
def _spelled(word: str) -> tuple[str, str]:
    """The term and the normalised spelling of a word."""
    normal = normalize(word)[:MAX_WORD]
    return Stemmer("english").stemWord(normal), normal


def terms(text: str) -> list[str]:
    """The terms of a text, in order, without their places."""
    return [token.term for token in analyze(text)]


def normalize(word: str) -> str:
    """One spelling for all ways to write a word: case, accents, width and possessive do not count."""
    if word.isascii():
        return _POSSESSIVE.sub("", word.lower()).replace("'", "")
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _POSSESSIVE.sub("", plain).replace("'", "").replace("’", "") or word


_YEAR = re.compile(r"1\d{3}|20\d{2}")
_MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday century".split()
)
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen "
    "half twice both several percent".split()
)


def token_shapes(text: str, tokens: Sequence[Token]) -> list[int]:
    """The ``TokenShape`` bits of each token of one sentence."""
    return [_shape(text[token.start : token.end], first=not place) for place, token in enumerate(tokens)]


@lru_cache(1 << 16)
def _shape(word: str, first: bool) -> int:
    lower = word.lower()
    shape = TokenShape.INITIAL if first else TokenShape(0)
    if word[0].isupper():
        shape |= TokenShape.CAPITAL
    if any(c.isdigit() for c in word):
        shape |= TokenShape.DIGIT
    if _YEAR.fullmatch(word):
        shape |= TokenShape.YEAR
    if (lower in _MONTHS and word[0].isupper()) or lower == "century":
        shape |= TokenShape.MONTH
    if lower in _NUMBER_WORDS:
        shape |= TokenShape.NUMBER_WORD
    return int(shape)
