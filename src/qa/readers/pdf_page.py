"""One PDF page as PDFium gives it: characters, what decides whether they are seen, and where they stand.

Calls into PDFium cost half a microsecond each, as much as reading a hundred characters in one go: the text of a page is
taken whole, and single characters are looked at only where something speaks for it.
"""

import ctypes
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot, pi
from typing import Any

import pypdfium2
from pypdfium2 import raw

_MIN_SIZE = 1.0
_NEARLY_WHITE = 250
_MAX_OBJECTS = 20_000
_FULL_PAGE_PICTURE = 0.5
_INVISIBLE = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}
_BOLD = 600
_NEARLY_STRAIGHT = 0.05
_DEVICE = 1_000_000  # pixels of a device as large as the page, which PDFium counts in whole ones
UNMAPPED = "\ufffd"


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
class Characters:
    """Characters of a page in PDFium's order, and the index by which PDFium knows each."""

    text: str
    indexes: Sequence[int]

    def part(self, start: int, end: int) -> "Characters":
        return Characters(self.text[start:end], self.indexes[start:end])


class Page:
    """The text of one page with what decides whether it is seen."""

    def __init__(self, document: pypdfium2.PdfDocument, number: int) -> None:
        self.number = number
        self._page = document[number]
        self._textpage = self._page.get_textpage()
        self._text = self._textpage.raw
        self._seen: dict[int, bool] = {}
        self._x, self._y, self._rectangle, self._matrix = (
            ctypes.c_double(),
            ctypes.c_double(),
            raw.FS_RECTF(),
            raw.FS_MATRIX(),
        )
        raw.FPDF_GetPageBoundingBox(self._page, self._rectangle)
        self.box = _box(self._rectangle)

    def close(self) -> None:
        self._textpage.close()
        self._page.close()

    # what is painted

    @cached_property
    def objects(self) -> list[tuple[int, Any]]:
        """Everything painted, with its kind."""
        count = min(raw.FPDFPage_CountObjects(self._page), _MAX_OBJECTS)
        painted = (raw.FPDFPage_GetObject(self._page, position) for position in range(count))
        return [(raw.FPDFPageObj_GetType(one), one) for one in painted if one]

    @cached_property
    def is_picture(self) -> bool:
        """Whether a picture covers at least half of the page, as in a scan."""
        return self.shows_picture(_FULL_PAGE_PICTURE)

    def shows_picture(self, share: float) -> bool:
        """Whether a picture covers at least this share of the page."""
        return any(
            kind == raw.FPDF_PAGEOBJ_IMAGE and bounds(painted).area >= share * self.box.area
            for kind, painted in self.objects
        )

    @cached_property
    def _grounds(self) -> list[Box]:
        """The bounds of everything painted that is not text."""
        return [bounds(painted) for kind, painted in self.objects if kind != raw.FPDF_PAGEOBJ_TEXT]

    # characters

    def characters(self) -> Characters:
        """The visible characters; one that no font maps to a character is U+FFFD."""
        count = raw.FPDFText_CountChars(self._text)
        text = self._whole_text(count)
        if text is None:
            text = "".join(_mapped(raw.FPDFText_GetUnicode(self._text, index)) for index in range(count))
        characters = Characters(text, range(count))
        return characters if self._shows_all_text else self._visible(characters)

    def _whole_text(self, count: int) -> str | None:
        """The text in one go; None where it is not one code point a character."""
        if count <= 0:
            return ""
        buffer = ctypes.create_string_buffer(2 * (count + 1))
        written = raw.FPDFText_GetText(self._text, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
        text = buffer.raw[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")
        return text if len(text) == count and UNMAPPED not in text and "\0" not in text else None

    def _visible(self, characters: Characters) -> Characters:
        pairs = [(c, i) for c, i in zip(characters.text, characters.indexes, strict=True) if self._is_visible(i)]
        return Characters("".join(c for c, _ in pairs), [i for _, i in pairs])

    @cached_property
    def _shows_all_text(self) -> bool:
        """Whether all text of the page is painted plainly, so that no character needs a closer look."""
        if len(self.objects) == _MAX_OBJECTS or any(kind == raw.FPDF_PAGEOBJ_FORM for kind, _ in self.objects):
            return False
        return all(_is_plain(painted) for kind, painted in self.objects if kind == raw.FPDF_PAGEOBJ_TEXT)

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
        if self.size(index) < _MIN_SIZE:
            return False
        if raw.FPDFTextObj_GetTextRenderMode(painted) in _INVISIBLE:
            return self.is_picture  # recognised words under the picture of a page
        colour = _fill(painted)
        if colour is None:
            return True
        if colour[3] == 0:
            return False
        return min(colour[:3]) < _NEARLY_WHITE or self._has_ground(bounds(painted))

    def _has_ground(self, text: Box) -> bool:
        x, y = (text.left + text.right) / 2, (text.bottom + text.top) / 2
        return any(ground.holds(x, y) for ground in self._grounds)

    # one character

    def origin(self, index: int, quarters: int = 0) -> tuple[float, float]:
        """Where a character stands on its baseline, on the page turned so that it stands upright."""
        raw.FPDFText_GetCharOrigin(self._text, index, self._x, self._y)
        return turned(self._x.value, self._y.value, quarters) if quarters else (self._x.value, self._y.value)

    def edges(self, index: int, quarters: int = 0) -> tuple[float, float]:
        """Where a character begins and ends: its advance lies between."""
        raw.FPDFText_GetLooseCharBox(self._text, index, self._rectangle)
        box = self._rectangle
        if not quarters:
            return box.left, box.right
        ends = turned(box.left, box.bottom, quarters)[0], turned(box.right, box.top, quarters)[0]
        return min(ends), max(ends)

    def character_box(self, index: int) -> Box:
        """The room that a character takes: its advance wide and its font high."""
        raw.FPDFText_GetLooseCharBox(self._text, index, self._rectangle)
        return _box(self._rectangle)

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """A point as fractions of the page as it is shown, turned and cropped, from its left and top edge."""
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page, 0, 0, _DEVICE, _DEVICE, 0, x, y, across, down)
        return across.value / _DEVICE, down.value / _DEVICE

    def size(self, index: int) -> float:
        """The size of a character's font as painted, in points."""
        raw.FPDFText_GetMatrix(self._text, index, self._matrix)
        return float(raw.FPDFText_GetFontSize(self._text, index) * hypot(self._matrix.c, self._matrix.d))

    def is_bold(self, index: int) -> bool:
        """Whether a character's font is a bold one."""
        return bool(raw.FPDFText_GetFontWeight(self._text, index) >= _BOLD)

    def is_generated(self, index: int) -> bool:
        """Whether PDFium put a character there that the page does not hold."""
        return bool(raw.FPDFText_IsGenerated(self._text, index) == 1)

    def quarters(self, index: int) -> int | None:
        """By how many quarters a character is turned, 0 to 3; None where it stands askew."""
        turned = float(raw.FPDFText_GetCharAngle(self._text, index)) / (pi / 2)
        whole = round(turned)
        return whole % 4 if abs(turned - whole) <= _NEARLY_STRAIGHT else None


def _box(rectangle: Any) -> Box:
    return Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def turned(x: float, y: float, quarters: int) -> tuple[float, float]:
    """A point of a page that is turned to the right by some quarters."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[quarters]


def _mapped(code: int) -> str:
    return chr(code) if 0 < code <= sys.maxunicode else UNMAPPED


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


def bounds(painted: Any) -> Box:
    """The room that something painted takes."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(painted, left, bottom, right, top)
    return Box(left.value, bottom.value, right.value, top.value)
