"""The words of lines → the words of paragraphs: what a line's end divided is put together, what it parted is not."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

from qa.readers.pdf_lines import HYPHEN, Line
from qa.readers.pdf_words_korean import KoreanWords

_HYPHENS = ("-", HYPHEN)
_DIVIDED = re.compile(rf"\w[-{HYPHEN}]$")
_WORD, _LAST_WORD, _FIRST_WORD = re.compile(r"[\w-]+"), re.compile(r"[\w-]*$"), re.compile(r"^[\w-]*")
_DIVIDING_SHARE = 0.03


class Joiner:
    """Joins the lines of a paragraph; it knows the words of the whole document, to decide about divided ones."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        self._lines = [line.text for page in pages for line in page]
        self._korean = KoreanWords(self._lines)

    @cached_property
    def _divided(self) -> list[bool]:
        return [text.endswith(_HYPHENS) and bool(_DIVIDED.search(text)) for text in self._lines]

    @cached_property
    def _words(self) -> set[str]:
        whole = (_without_parts(text, after) for text, after in zip(self._lines, [False, *self._divided], strict=False))
        return {word for text in whole for word in _WORD.findall(text.lower())}

    @cached_property
    def _divides(self) -> bool:
        return sum(self._divided) > _DIVIDING_SHARE * len(self._lines)

    def pieces(self, paragraph: Sequence[Line]) -> list[str]:
        """The text of each line, ended so that the pieces in a row are the paragraph."""
        pieces = [line.text for line in paragraph]
        for position in range(len(pieces) - 1):
            pieces[position] = self._joined(pieces[position], pieces[position + 1])
        return [piece.replace(HYPHEN, "-") for piece in pieces]

    def _joined(self, before: str, after: str) -> str:
        if before.endswith(_HYPHENS) and _DIVIDED.search(before):
            return before[:-1] + self._hyphen(before[:-1], after)
        if is_wide(before[-1]) and is_wide(after[0]):
            return before
        return before if self._korean.divides(before, after) else f"{before} "

    def _hyphen(self, before: str, after: str) -> str:
        """The hyphen between two parts of a word, or nothing where only the line's end put it there.

        Other places of the document decide, then whether it divides words at all (most word processors do not).
        """
        left, right = _LAST_WORD.findall(before)[0], _FIRST_WORD.findall(after)[0]
        if not (left[-1:].isalpha() and right[:1].islower()):
            return "-"
        left, right = left.lower(), right.lower()
        if f"{left}{right}" in self._words:
            return ""
        if f"{left}-{right}" in self._words or {left, right} <= self._words:
            return "-"
        return "" if self._divides else "-"


def _without_parts(text: str, after_divided: bool) -> str:
    """A line without the parts of divided words at its ends."""
    text = re.sub(r"\S+$", "", text) if _DIVIDED.search(text) else text
    return re.sub(r"^\S+", "", text) if after_divided else text


def is_wide(character: str) -> bool:
    """Whether a character belongs to a script that is written without spaces."""
    return unicodedata.east_asian_width(character) in "WF" and not "\uac00" <= character <= "\ud7a3"
