"""Vertical writing: columns run down and follow each other from right to left; they become lines."""

import re
from collections.abc import Sequence
from statistics import median

from qa.readers.pdf_glyphs import Glyph
from qa.readers.pdf_page import Characters, Page

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SAMPLE = 60
_MIN_SAMPLE = 6
_STACKED = 0.6  # of the characters that follow each other
_SAME_COLUMN = 0.35
_COLUMN_WIDTH = 0.75
_NEXT = (0.5, 1.9)
_RUBY = 0.65  # of the usual size: smaller characters beside a column tell how it is read aloud
_TIER_GAP = 1.6


def is_vertical(page: Page, characters: Characters) -> bool:
    """Whether most characters of a page stand below the one before."""
    if characters.text.isascii():
        return False
    wide = [characters.indexes[match.start()] for match in _WIDE.finditer(characters.text)]
    if len(wide) < _MIN_SAMPLE:
        return False
    step = max(len(wide) // _SAMPLE, 1)
    followed = [(wide[place], wide[place + 1]) for place in range(0, len(wide) - 1, step)]
    stacked = sum(_is_below(page, before, after) for before, after in followed)
    return stacked > _STACKED * len(followed)


def _is_below(page: Page, before: int, after: int) -> bool:
    size = page.size(before)
    (x, y), (below_x, below_y) = page.origin(before), page.origin(after)
    return abs(x - below_x) < _SAME_COLUMN * size and _NEXT[0] * size < y - below_y < _NEXT[1] * size


def columns(page: Page, characters: Characters) -> list[list[Glyph]]:
    """The columns in reading order: tiers from the top, columns from the right, characters from the top.

    A glyph's ``left`` and ``right`` are its top and bottom, downwards, and its ``y`` is where its column stands,
    from left to right: the page turned so that columns are lines.
    """
    upright = [_upright(page, text, index) for text, index in zip(characters.text, characters.indexes, strict=True)]
    standing = [glyph for glyph in upright if not glyph.text.isspace()]
    usual = median(glyph.width for glyph in standing)
    body = [glyph for glyph in standing if glyph.width >= _RUBY * usual]
    return [column for tier in _tiers(body, usual) for column in _columns(tier, usual)]


def _upright(page: Page, text: str, index: int) -> Glyph:
    x, y = page.origin(index)
    size = page.size(index)
    return Glyph(text, index, -y - size / 2, -y + size / 2, x)


def _tiers(body: Sequence[Glyph], usual: float) -> list[list[Glyph]]:
    """The page cut where nothing stands from side to side."""
    tiers: list[list[Glyph]] = []
    reach = float("-inf")
    for glyph in sorted(body, key=lambda glyph: glyph.left):
        if glyph.left - reach > _TIER_GAP * usual:
            tiers.append([])
        tiers[-1].append(glyph)
        reach = max(reach, glyph.right)
    return tiers


def _columns(tier: Sequence[Glyph], usual: float) -> list[list[Glyph]]:
    from_the_right = sorted(tier, key=lambda glyph: -glyph.y)
    found: list[list[Glyph]] = []
    for glyph in from_the_right:
        if not found or found[-1][0].y - glyph.y > _COLUMN_WIDTH * usual:
            found.append([])
        found[-1].append(glyph)
    return [_side_by_side_from_the_left(column, usual) for column in found]


def _side_by_side_from_the_left(column: Sequence[Glyph], usual: float) -> list[Glyph]:
    """From the top down; figures that stand side by side from the left."""
    return sorted(column, key=lambda glyph: (round(glyph.left / (usual / 2)), glyph.y))
