"""One PDF page → its visible lines, in the order of the page's content, with place, size and weight of each."""

import ctypes
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import hypot, pi
from typing import Any

import pypdfium2
from pypdfium2 import raw

HYPHEN = "\x02"  # what PDFium reports for a hyphen that divides a word at the end of a line
_HYPHENS = "\x02\xad\ufffe"
_MEANINGLESS = frozenset({0, 0xFEFF, 0xFFFF})
_NEARLY_STRAIGHT = 0.05
_NEW_LINE = 0.6  # of the line's size: a baseline that moves further is another line, less is a raised or lowered mark
_BOLD = 600
_MIN_SIZE = 1.0
_NEARLY_WHITE = 250
_MAX_OBJECTS = 20_000
_FULL_PAGE_PICTURE = 0.5
_INVISIBLE = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside or on the edge."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    @property
    def area(self) -> float:
        return max(self.right - self.left, 0) * max(self.top - self.bottom, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline: ``left`` and ``right`` are where they begin and end, ``y`` the baseline, in points."""

    page: int
    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool


class Page:
    """The text of one page with what decides whether it is seen."""

    def __init__(self, document: pypdfium2.PdfDocument, number: int) -> None:
        self._number = number
        self._page = document[number]
        self._text = self._page.get_textpage()
        self._seen: dict[int, bool] = {}
        box = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(self._page, box)
        self.box = Box(box.left, box.bottom, box.right, box.top)

    def close(self) -> None:
        self._text.close()
        self._page.close()

    @cached_property
    def is_picture(self) -> bool:
        """Whether a picture covers at least half of the page, as in a scan."""
        return any(
            kind == raw.FPDF_PAGEOBJ_IMAGE and box.area >= _FULL_PAGE_PICTURE * self.box.area
            for kind, box in self._objects
        )

    @cached_property
    def _objects(self) -> list[tuple[int, Box]]:
        """Everything painted that is not text, with its bounds."""
        return [
            (kind, _bounds(painted))
            for position in range(min(raw.FPDFPage_CountObjects(self._page), _MAX_OBJECTS))
            if (painted := raw.FPDFPage_GetObject(self._page, position))
            and (kind := raw.FPDFPageObj_GetType(painted)) != raw.FPDF_PAGEOBJ_TEXT
        ]

    def lines(self) -> Iterator[Line]:
        """The visible lines; text that runs askew (a watermark) is left out."""
        words: list[str] = []
        places: list[tuple[int, float, float]] = []
        size = 0.0
        for index, character, x, y in self._characters():
            if places and self._begins_line(places, size, character, x, y):
                yield from self._line(words, places, size)
                words, places = [], []
            if character != "\n":
                if not places:
                    size = self._size(index)
                words.append(character)
                places.append((index, x, y))
        yield from self._line(words, places, size)

    @staticmethod
    def _begins_line(places: list[tuple[int, float, float]], size: float, character: str, x: float, y: float) -> bool:
        if character == "\n":
            return False  # PDFium's own line ends also stand between the words of one line
        _, last_x, last_y = places[-1]
        return abs(y - last_y) > _NEW_LINE * size and (abs(y - places[0][2]) > _NEW_LINE * size or x < last_x)

    def _characters(self) -> Iterator[tuple[int, str, float, float]]:
        """Visible characters with their index and origin."""
        x, y = ctypes.c_double(), ctypes.c_double()
        for index in range(raw.FPDFText_CountChars(self._text)):
            character = _character(raw.FPDFText_GetUnicode(self._text, index))
            raw.FPDFText_GetCharOrigin(self._text, index, x, y)
            if character and (character == "\n" or self._is_visible(index, x.value, y.value)):
                yield index, character, x.value, y.value

    def _is_visible(self, index: int, x: float, y: float) -> bool:
        if raw.FPDFText_IsGenerated(self._text, index) == 1:
            return True  # a space or hyphen between visible neighbours
        painted = raw.FPDFText_GetTextObject(self._text, index)
        if not painted or not self.box.holds(x, y):
            return not painted
        key = ctypes.addressof(painted.contents)
        if key not in self._seen:
            self._seen[key] = self._is_painted(painted, index)
        return self._seen[key]

    def _is_painted(self, painted: Any, index: int) -> bool:
        if self._size(index) < _MIN_SIZE:
            return False
        if raw.FPDFTextObj_GetTextRenderMode(painted) in _INVISIBLE:
            return self.is_picture  # recognised words under the picture of a page
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not raw.FPDFPageObj_GetFillColor(painted, red, green, blue, alpha):
            return True
        if alpha.value == 0:
            return False
        white = min(red.value, green.value, blue.value) >= _NEARLY_WHITE
        return not white or self._has_ground(_bounds(painted))

    def _has_ground(self, text: Box) -> bool:
        x, y = (text.left + text.right) / 2, (text.bottom + text.top) / 2
        return any(box.holds(x, y) for _, box in self._objects)

    def _size(self, index: int) -> float:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self._text, index, matrix)
        return float(raw.FPDFText_GetFontSize(self._text, index) * hypot(matrix.c, matrix.d))

    def _line(self, words: list[str], places: list[tuple[int, float, float]], size: float) -> Iterator[Line]:
        text = "".join(words).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
        inked = [place for place, word in zip(places, words, strict=True) if not word.isspace()]
        if not text or self._is_askew(inked[0][0]):
            return
        first, last = inked[0][0], inked[-1][0]
        left, _ = self._edges(first)
        _, right = self._edges(last)
        bold = all(raw.FPDFText_GetFontWeight(self._text, index) >= _BOLD for index in (first, last))
        yield Line(self._number, text, left, right, inked[0][2], size, bold)

    def _is_askew(self, index: int) -> bool:
        quarters = float(raw.FPDFText_GetCharAngle(self._text, index)) / (pi / 2)
        return abs(quarters - round(quarters)) > _NEARLY_STRAIGHT

    def _edges(self, index: int) -> tuple[float, float]:
        box = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._text, index, box)
        return box.left, box.right


def _character(code: int) -> str:
    """A character as text: white space is a space, a line's end is a newline, and what means nothing is left out."""
    if code > sys.maxunicode or code in _MEANINGLESS:
        return ""
    character = chr(code)
    if character in _HYPHENS:
        return HYPHEN
    if character in "\r\n":
        return "\n"
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) == "Cc" else character


def _bounds(painted: Any) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(painted, left, bottom, right, top)
    return Box(left.value, bottom.value, right.value, top.value)
