"""Text → terms: what the lexical index counts and what a question is compared by.

A word is normalised (NFKC, case folded, accents, invisible characters and possessive off) and stemmed with Snowball's
English stemmer. A number is one term however its digits are grouped. A word that is divided at the end of a line counts
as the whole word and as its two halves. Scripts written without spaces give overlapping character pairs, the usual
choice for CJK retrieval without a segmenter (Nie, Gao, Zhang, Zhou 2000, "On the use of words and n-grams for Chinese
information retrieval"). Offsets are those of the text as it stands: it is never changed, only its terms are.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import IntFlag
from functools import lru_cache
from typing import NamedTuple

from Stemmer import Stemmer

VERSION = 2  # of these rules; part of an index's recipe, since an index holds what they make
MAX_WORD = 64

_UNSPACED = (  # Thai and Lao, Burmese, Khmer, kana, Han
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufeff"  # soft hyphen, zero-width characters, direction marks
_MARKS = "".join(chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) in {"Mn", "Mc"})
_LETTER = rf"(?:[A-Za-z0-9]|(?![{_UNSPACED}])[^\W_])"
_LETTERS = rf"{_LETTER}(?:[A-Za-z0-9]++|(?![{_UNSPACED}])(?:[^\W_]|[{_MARKS}{_INVISIBLE}]))*+"
_GROUP = "[,.'’\u00a0\u2009\u202f ](?=[0-9]{3}(?![0-9]))"  # what stands before three digits of a long number
_NUMBER = rf"[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})++(?:[.,][0-9]+)?|[0-9]++\.[0-9]++|[0-9]++,[0-9]{{1,2}}"
_LINE_END = r"-[ \t]*\r?\n[ \t]*(?=[a-zß-öø-ÿ])"
_RUN = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<number>(?<![\w.,])(?:{_NUMBER})(?![.,]?[0-9]))"
    rf"|(?P<divided>{_LETTERS}{_LINE_END}{_LETTERS})"
    rf"|(?P<word>{_LETTERS}(?:['’]{_LETTERS})*)"
)
_GROUPS, _DIVISION, _DROPPED = re.compile(_GROUP), re.compile(_LINE_END), re.compile(f"[{_INVISIBLE}]")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_POSSESSIVE = re.compile(r"['’]s?$")


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
    tokens: list[Token] = []
    for run in _RUN.finditer(text):
        match run.lastgroup:
            case "word":
                tokens.append(Token(*_spelled(run.group()), *run.span()))
            case "number":
                number = _GROUPS.sub("", run.group()).replace(",", ".")[:MAX_WORD]
                tokens.append(Token(number, number, *run.span()))
            case "divided":
                tokens += _divided(run.group(), run.start())
            case _:
                tokens += _pairs(run.group(), run.start())
    return tokens


def _divided(text: str, offset: int) -> Iterator[Token]:
    """Both halves of a word with a hyphen and a line's end between them, then the whole."""
    division = _DIVISION.search(text)
    assert division is not None, "the expression for divided words holds that for their division"
    head, tail = text[: division.start()], text[division.end() :]
    end = offset + len(text)
    yield Token(*_spelled(head), offset, offset + len(head))
    yield Token(*_spelled(tail), end - len(tail), end)
    yield Token(*_spelled(head + tail), offset, end)


def _pairs(text: str, offset: int) -> Iterator[Token]:
    """Each character with the next one; a single character is itself a term."""
    if len(text) == 1:
        yield Token(text, text, offset, offset + 1)
    for index in range(len(text) - 1):
        pair = text[index : index + 2]
        yield Token(pair, pair, offset + index, offset + index + 2)


def is_unspaced(term: str) -> bool:
    """Whether a term is of a script that is written without spaces, so that it need not be a word."""
    return bool(_UNSPACED_RUN.fullmatch(term))


@lru_cache(1 << 16)  # the words of a language come again and again
def _spelled(word: str) -> tuple[str, str]:
    """The term and the normalised spelling of a word."""
    normal = normalize(word)[:MAX_WORD]
    return Stemmer("english").stemWord(normal), normal


def terms(text: str) -> list[str]:
    """The terms of a text, in order, without their offsets."""
    return [token.term for token in analyze(text)]


def normalize(word: str) -> str:
    """One spelling for all ways to write a word: case, accents, width, soft hyphens and possessive do not count."""
    if word.isascii():
        return _POSSESSIVE.sub("", word.lower()).replace("'", "")
    visible = _DROPPED.sub("", word)
    decomposed = unicodedata.normalize("NFKD", visible.casefold())
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
    return [_shape(text[token.start : token.end], first=not index) for index, token in enumerate(tokens)]


def is_name(shape: int) -> bool:
    """Whether a token looks like a name or a number: it has a digit, or a capital that no sentence begins with."""
    return bool(shape & TokenShape.DIGIT) or shape & (TokenShape.CAPITAL | TokenShape.INITIAL) == TokenShape.CAPITAL


FUNCTION_WORDS = frozenset(
    "a about after again all also am an and any anything are as ask at be been before being between but by can "
    "could did do does doing done down else ever find for from further get give go had has have having he her "
    "here hers him his how i if in into is it its just know let like made make many may me might more most much "
    "my need no nor not now of off ok on once one ones only or other others our out over own please same say "
    "see she should show so some such take tell than that the their theirs them then there these they thing "
    "things this those through to too under until up us use used very want was way we were what when where "
    "which while who whom whose why will with work works would yes you your ".split()
)


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
