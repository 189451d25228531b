"""One PDF page → its visible lines, in the order of the page's content, with place, size and weight of each."""

import ctypes
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import hypot, pi
from typing import Any

import pypdfium2
from pypdfium2 import raw

HYPHEN = "\x02"  # what PDFium reports for a hyphen that divides a word at the end of a line
_HYPHENS = "\x02\xad\ufffe"
_MEANINGLESS = frozenset({0, 0xFEFF, 0xFFFF})
_LAST_OF_WORDS = "\u2e7f"  # scripts beyond are written without spaces: any of their characters may begin a line
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


@dataclass(slots=True)
class _Draft:
    """A line in the making: its characters, the indexes of the first and last, where its last word began."""

    first: int
    last: int
    size: float
    y: float
    word_x: float
    word_y: float
    characters: list[str] = field(default_factory=list)

    def is_left_by(self, x: float, y: float) -> bool:
        """Whether a word that begins at a place stands on another line; raised and lowered marks do not."""
        away = _NEW_LINE * self.size
        return abs(y - self.word_y) > away and (abs(y - self.y) > away or x < self.word_x)


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
            kind == raw.FPDF_PAGEOBJ_IMAGE and _bounds(painted).area >= _FULL_PAGE_PICTURE * self.box.area
            for kind, painted in self._objects
        )

    @cached_property
    def _objects(self) -> list[tuple[int, Any]]:
        """Everything painted, with its kind."""
        count = min(raw.FPDFPage_CountObjects(self._page), _MAX_OBJECTS)
        painted = (raw.FPDFPage_GetObject(self._page, position) for position in range(count))
        return [(raw.FPDFPageObj_GetType(one), one) for one in painted if one]

    @cached_property
    def _grounds(self) -> list[Box]:
        """The bounds of everything painted that is not text."""
        return [_bounds(painted) for kind, painted in self._objects if kind != raw.FPDF_PAGEOBJ_TEXT]

    def lines(self) -> Iterator[Line]:
        """The visible lines; text that runs askew (a watermark) is left out."""
        draft: _Draft | None = None
        for index, character, origin in self._characters():
            if draft and origin and draft.is_left_by(*origin):
                yield from self._line(draft)
                draft = None
            if draft is None and origin:
                draft = _Draft(index, index, self._size(index), origin[1], *origin)
            if draft is None:
                continue
            if origin:
                draft.word_x, draft.word_y = origin
            if character != " ":
                draft.last = index
            draft.characters.append(character)
        if draft:
            yield from self._line(draft)

    def _characters(self) -> Iterator[tuple[int, str, tuple[float, float] | None]]:
        """Visible characters with their index; those that begin a word, or have no words, come with their origin."""
        check = not self._shows_all_text
        begins, inside = True, True
        for index in range(raw.FPDFText_CountChars(self._text)):
            character = _character(raw.FPDFText_GetUnicode(self._text, index))
            if not character or (check and not self._is_visible(index)):
                continue
            if character == " ":
                begins = True
                yield index, character, None
                continue
            origin = self._origin(index) if begins or not character.isalnum() or character > _LAST_OF_WORDS else None
            inside = inside if origin is None else self.box.holds(*origin)
            begins = not character.isalnum()
            if inside:
                yield index, character, origin

    def _origin(self, index: int) -> tuple[float, float]:
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self._text, index, x, y)
        return x.value, y.value

    @cached_property
    def _shows_all_text(self) -> bool:
        """Whether all text of the page is painted plainly, so that no character needs a closer look."""
        if len(self._objects) == _MAX_OBJECTS or any(kind == raw.FPDF_PAGEOBJ_FORM for kind, _ in self._objects):
            return False
        return all(_is_plain(painted) for kind, painted in self._objects if kind == raw.FPDF_PAGEOBJ_TEXT)

    def _is_visible(self, index: int) -> bool:
        if raw.FPDFText_IsGenerated(self._text, index) == 1:
            return True  # a space or hyphen between visible neighbours
        painted = raw.FPDFText_GetTextObject(self._text, index)
        if not painted:
            return False
        key = ctypes.addressof(painted.contents)
        if key not in self._seen:
            self._seen[key] = self._is_painted(painted, index)
        return self._seen[key]

    def _is_painted(self, painted: Any, index: int) -> bool:
        if self._size(index) < _MIN_SIZE:
            return False
        if raw.FPDFTextObj_GetTextRenderMode(painted) in _INVISIBLE:
            return self.is_picture  # recognised words under the picture of a page
        colour = _fill(painted)
        if colour is None:
            return True
        if colour[3] == 0:
            return False
        return min(colour[:3]) < _NEARLY_WHITE or self._has_ground(_bounds(painted))

    def _has_ground(self, text: Box) -> bool:
        x, y = (text.left + text.right) / 2, (text.bottom + text.top) / 2
        return any(ground.holds(x, y) for ground in self._grounds)

    def _size(self, index: int) -> float:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self._text, index, matrix)
        return float(raw.FPDFText_GetFontSize(self._text, index) * hypot(matrix.c, matrix.d))

    def _line(self, draft: _Draft) -> Iterator[Line]:
        words = "".join(draft.characters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if self._is_askew(draft.first):
            return
        left, _ = self._edges(draft.first)
        _, right = self._edges(draft.last)
        ends = (draft.first, draft.last)
        bold = all(raw.FPDFText_GetFontWeight(self._text, index) >= _BOLD for index in ends)
        yield Line(self._number, " ".join(words.split()), left, right, draft.y, draft.size, bold)

    def _is_askew(self, index: int) -> bool:
        quarters = float(raw.FPDFText_GetCharAngle(self._text, index)) / (pi / 2)
        return abs(quarters - round(quarters)) > _NEARLY_STRAIGHT

    def _edges(self, index: int) -> tuple[float, float]:
        box = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._text, index, box)
        return box.left, box.right


def _is_plain(painted: Any) -> bool:
    """Whether a text is painted in a size and colour that anyone sees; where in doubt, it is not."""
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    if not (raw.FPDFTextObj_GetFontSize(painted, size) and raw.FPDFPageObj_GetMatrix(painted, matrix)):
        return False
    colour = _fill(painted)
    return (
        size.value * hypot(matrix.c, matrix.d) >= _MIN_SIZE
        and raw.FPDFTextObj_GetTextRenderMode(painted) == raw.FPDF_TEXTRENDERMODE_FILL
        and colour is not None
        and colour[3] > 0
        and min(colour[:3]) < _NEARLY_WHITE
    )


def _fill(painted: Any) -> tuple[int, int, int, int] | None:
    """The colour in which an object is filled: red, green, blue and opacity, each 0 to 255."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(painted, red, green, blue, alpha):
        return None
    return red.value, green.value, blue.value, alpha.value


@cache
def _character(code: int) -> str:
    """A character as text: any white space, line ends too, is a space, and what means nothing is left out."""
    if code > sys.maxunicode or code in _MEANINGLESS:
        return ""
    character = chr(code)
    if character in _HYPHENS:
        return HYPHEN
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) == "Cc" else character


def _bounds(painted: Any) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(painted, left, bottom, right, top)
    return Box(left.value, bottom.value, right.value, top.value)
