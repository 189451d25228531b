"""Abbreviations and their long forms, as sentences define them: "World Health Organization (WHO)"."""

import re
from collections.abc import Iterator

_SHORT = r"(?=[^()]*[A-Z0-9][^()]*[A-Z0-9])[A-Za-z][A-Za-z0-9.&/-]{1,9}"
_AFTER = re.compile(rf"([^()]+)\(({_SHORT})\)")
_BEFORE = re.compile(rf"\b({_SHORT}) \(([^()]+)\)")


def abbreviations(sentence: str) -> Iterator[tuple[str, str]]:
    """Each abbreviation that a sentence defines, and its long form, as they are written.

    Schwartz and Hearst 2003, "A simple algorithm for identifying abbreviation definitions in biomedical text".
    """
    if "(" not in sentence:
        return
    for match in _AFTER.finditer(sentence):
        if long := _long_form(match[2], match[1].rstrip()):
            yield match[2], long
    for match in _BEFORE.finditer(sentence):
        if _long_form(match[1], match[2]) == match[2]:
            yield match[1], match[2]


def _long_form(short: str, text: str) -> str | None:
    """The fewest last words of a text that have the letters of an abbreviation in order, its first one at a start."""
    letters = [letter.lower() for letter in short if letter.isalnum()]
    position = len(text)
    for index, letter in reversed(list(enumerate(letters))):
        position = _last(letter, text, position, starts_word=index == 0)
        if position < 0:
            return None
    long = text[text.rfind(" ", 0, position) + 1 :]
    too_long = len(long.split()) > min(len(letters) + 5, 2 * len(letters))
    return None if too_long or " " not in long or short in long.split() else long


def _last(letter: str, text: str, end: int, *, starts_word: bool) -> int:
    """The last offset before ``end`` of a letter, at the start of a word if that is asked for; -1 without one."""
    for offset in range(end - 1, -1, -1):
        if text[offset].lower() == letter and not (starts_word and offset and text[offset - 1].isalnum()):
            return offset
    return -1
