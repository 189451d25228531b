"""Glyphs → the words that were set: letters set apart are closed up, letters painted twice are taken once."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from qa.readers.pdf_page import Characters, Page

# rare in a row unless painted twice
_RARE = ("ii", "jj", "..", ",,", ";;", "::", "lll", "ttt", "fff", "rrr", "!!", "((", "))")
_TWICE_WIDTH = 0.65  # of a letter's advance: one that stands nearer to its like is the same letter painted again
_TWICE_HEIGHT = 4.0  # points
_CELL = 4.0
_MIN_DOUBLED = 3
_LONE_LETTER = re.compile(r" ([^\W\d_])(?= |$)")
_LETTERS_APART = re.compile(r"(?<!\S)[^\W\d_](?: +[^\W\d_]){2,}(?!\S)")
_SPACE = 0.25  # of the size: the width of a space in most fonts
_NO_SPACE = 0.18
_MIN_APART = 3  # single letters in a row
_MIN_APART_ALONE = 4
_LIKE = 1.4


class Glyph(NamedTuple):
    """A character, PDFium's index of it, where it begins and ends, and its baseline, on the page as turned."""

    text: str
    number: int
    left: float
    right: float
    y: float

    @property
    def width(self) -> float:
        return self.right - self.left


def glyphs(page: Page, characters: Characters, quarters: int = 0) -> list[Glyph]:
    """All characters with their places."""
    return [
        Glyph(text, index, *page.edges(index, quarters), page.origin(index, quarters)[1])
        for text, index in zip(characters.text, characters.indexes, strict=True)
    ]


# letters that are painted twice, for a bold look or a shadow


def may_be_twice(text: str) -> bool:
    """Whether a page has letters in a row, words or lines that are rare unless they were painted twice."""
    if any(letters in text for letters in _RARE):
        return True
    lines = text.splitlines()
    return any(line == after and line for line, after in pairwise(lines)) or any(map(_is_doubled, text.split()))


def _is_doubled(word: str) -> bool:
    half = len(word) // 2
    return half >= _MIN_DOUBLED and word[:half] == word[half:] and word.isalpha()


def once(page: Page, characters: Characters) -> Characters:
    """The characters without those that lie on their like."""
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    kept: list[int] = []
    for position, glyph in enumerate(glyphs(page, characters)):
        if not glyph.text.isspace():
            if any(_covers(other, glyph) for other in _near(seen, glyph)):
                continue
            seen.setdefault((glyph.text, *_cell(glyph)), []).append(glyph)
        kept.append(position)
    return Characters(
        "".join(characters.text[position] for position in kept), [characters.indexes[position] for position in kept]
    )


def _cell(glyph: Glyph) -> tuple[int, int]:
    return int(glyph.left // _CELL), int(glyph.y // _CELL)


def _near(seen: dict[tuple[str, int, int], list[Glyph]], glyph: Glyph) -> Iterator[Glyph]:
    column, row = _cell(glyph)
    reach = 1 + int(_TWICE_WIDTH * glyph.width // _CELL)
    for x in range(column - reach, column + reach + 1):
        for y in range(row - 1, row + 2):
            yield from seen.get((glyph.text, x, y), ())


def _covers(other: Glyph, glyph: Glyph) -> bool:
    """Whether a letter stands where its like does; the letters of one ligature do, too, side by side in the order."""
    across, down = abs(other.left - glyph.left), abs(other.y - glyph.y)
    if across == 0 and down == 0 and glyph.number == other.number + 1:
        return False
    return across < _TWICE_WIDTH * glyph.width and down < min(_TWICE_HEIGHT, glyph.width)


# letters that are set apart


def may_be_spread(page: Page, characters: Characters, quarters: int, size: float) -> bool:
    """Whether a line holds single letters that may belong together."""
    text = characters.text
    lone = [match.start(1) for match in _LONE_LETTER.finditer(text)]
    if text[1:2] == " " and text[0].isalpha():
        lone.insert(0, 0)
    if len(lone) >= _MIN_APART and _LETTERS_APART.search(text):
        return True
    return any(_is_near(page, characters, position, quarters, size) for position in lone)


def _is_near(page: Page, characters: Characters, position: int, quarters: int, size: float) -> bool:
    """Whether a single letter stands near to another one over a space that the page does not hold."""
    text, indexes = characters.text, characters.indexes
    left, right = page.edges(indexes[position], quarters)
    before, after = position - 2, position + 2
    near = _NO_SPACE * size
    if before >= 0 and text[before] != " " and page.is_generated(indexes[before + 1]):
        near = min(near, left - page.edges(indexes[before], quarters)[1])
    if after < len(text) and text[after] != " " and page.is_generated(indexes[after - 1]):
        near = min(near, page.edges(indexes[after], quarters)[0] - right)
    return near < _NO_SPACE * size


class _Gap(NamedTuple):
    """The room between two words, and whether the page holds a space in it."""

    width: float
    spaced: bool


def close_up(page: Page, characters: Characters, quarters: int, size: float) -> Characters:
    """A line without the spaces between letters of one word that was set apart or moved together."""
    line = glyphs(page, characters, quarters)
    words = [list(group) for blank, group in groupby(line, key=lambda glyph: glyph.text.isspace()) if not blank]
    between = [
        any(not page.is_generated(glyph.number) for glyph in group)
        for blank, group in groupby(line, key=lambda glyph: glyph.text.isspace())
        if blank
    ]
    if line[0].text.isspace():
        between = between[1:]
    gaps = [
        _Gap(after[0].left - before[-1].right, spaced)
        for (before, after), spaced in zip(pairwise(words), between, strict=False)
    ]
    joined = _joined_runs(words, gaps) | _joined_pairs(words, gaps, size)
    text, indexes = "", []
    for position, word in enumerate(words):
        text += "".join(glyph.text for glyph in word)
        indexes += [glyph.number for glyph in word]
        if position < len(gaps) and position not in joined:
            text += " "
            indexes.append(word[-1].number)
    return Characters(text, indexes)


def _joined_pairs(words: Sequence[Sequence[Glyph]], gaps: Sequence[_Gap], size: float) -> set[int]:
    """Gaps without a space on the page that are hardly wider than those between the letters beside them."""
    usual = min(_usual_gap(words, gaps) or _SPACE * size, _SPACE * size)
    inside = [[after.left - before.right for before, after in pairwise(word)] for word in words]
    joined: set[int] = set()
    for position, gap in enumerate(gaps):
        letters = [*inside[position], *inside[position + 1]]
        apart = _LIKE * median(letters) if letters else 0.0
        if not gap.spaced and gap.width < max(usual / 2, apart):
            joined.add(position)
    return joined


def _joined_runs(words: Sequence[Sequence[Glyph]], gaps: Sequence[_Gap]) -> set[int]:
    """Gaps between single letters in a row that are narrower than those around, or than those between their words."""
    single = [len(word) == 1 and word[0].text.isalpha() for word in words]
    joined: set[int] = set()
    for is_single, run in groupby(range(len(words)), key=single.__getitem__):
        positions = list(run)
        first, last = positions[0], positions[-1]
        if not is_single or len(positions) < _MIN_APART:
            continue
        inner = range(first, last)
        least = min(gaps[position].width for position in inner)
        around = [gaps[position].width for position in (first - 1, last) if 0 <= position < len(gaps)]
        widest = max([gaps[position].width for position in inner] + around)
        alone = not around and len(positions) >= _MIN_APART_ALONE
        if widest > _LIKE * max(least, 0.01) or alone:
            joined |= {position for position in inner if gaps[position].width <= _LIKE * max(least, 0.01)}
    return joined


def _usual_gap(words: Sequence[Sequence[Glyph]], gaps: Sequence[_Gap]) -> float | None:
    """The median width between words of more than a letter; None where there are no two beside each other."""
    whole = [
        gap.width
        for gap, (before, after) in zip(gaps, pairwise(words), strict=True)
        if min(len(before), len(after)) > 1
    ]
    return median(whole) if whole else None
