"""One PDF page → its visible lines, in the order in which they are read, with place, size and weight of each."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.readers.pdf_directions import in_reading_order
from qa.readers.pdf_glyphs import close_up, glyphs, may_be_spread, may_be_twice, once
from qa.readers.pdf_page import UNMAPPED, Characters, Page
from qa.readers.pdf_vertical import columns, is_vertical

HYPHEN = "\x02"  # what PDFium reports for a hyphen that divides a word at the end of a line
DOWNWARD = 4  # the direction of vertical writing
_LEFTWARD = 5
_HYPHENS = "\x02\xad\ufffe"
_MEANINGLESS = frozenset({0, 0xFEFF, 0xFFFF, ord(UNMAPPED)})
_NEW_LINE = 0.6  # of the line's size: a baseline that moves further is another line, less is a raised or lowered mark
_WIDE_SPACE = 0.9  # of the size: less is no space between characters that are written without
_WIDE_GAP = 1.0  # of the size: more between two words divides cells of a table
_LEAST_ROW, _LONGEST_ROW = 3, 200  # characters of a line that may be a row
_PIECE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"[^\s\x02\xad\ufffe]*[\x02\xad\ufffe]|\S+")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"  # scripts that are written without spaces; Korean is not among them
_SPACE_IN_WIDE = re.compile(rf"(?<=[{_WIDE}]) (?=[{_WIDE}])")


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline: ``left`` and ``right`` are where they begin and end, ``y`` the baseline, in points.

    ``direction`` tells in which frame these are: 0 to 3 is a page turned to the right so often that its lines run
    from left to right, others are downward and leftward writing, where ``left`` is where a line begins all the same.
    ``number`` counts the lines of a page, from 0. ``cells`` are what wide gaps divide a short line into.
    """

    page: int
    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool
    direction: int = 0
    number: int = 0
    cells: tuple["Cell", ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of a line with a wide gap on either side: where they stand in its text, and on the page, in points."""

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A line with PDFium's index of each of its characters."""

    line: Line
    indexes: tuple[int, ...]


@dataclass(slots=True)
class _Draft:
    """A line in the making: its pieces, its baseline, and where its last piece began."""

    quarters: int
    size: float
    y: float
    piece_x: float
    piece_y: float
    pieces: list[Characters] = field(default_factory=list)

    def is_left_by(self, x: float, y: float, quarters: int) -> bool:
        """Whether a piece that begins at a place stands on another line; raised and lowered marks do not."""
        away = _NEW_LINE * self.size
        return quarters != self.quarters or (
            abs(y - self.piece_y) > away and (abs(y - self.y) > away or x < self.piece_x)
        )

    def characters(self) -> Characters:
        if len(self.pieces) == 1:
            return self.pieces[0]
        text = " ".join(piece.text for piece in self.pieces)
        indexes: list[int] = []
        for piece in self.pieces:
            indexes += [*([indexes[-1]] if indexes else []), *piece.indexes]
        return Characters(text, indexes)


class _Piece:
    """Characters of one baseline, with where the first stands."""

    __slots__ = ("characters", "quarters", "x", "y")

    def __init__(self, page: Page, characters: Characters, quarters: int) -> None:
        self.characters, self.quarters = characters, quarters
        self.x, self.y = page.origin(characters.indexes[0], quarters)


def lines_of(page: Page) -> list[Line]:
    """The visible lines; text that runs askew (a watermark) is left out."""
    lines: list[Line] = []
    for characters, rest in _lines(page):
        text = _clean(characters.text)
        if text:
            cells = _cells(page, characters, rest) if _LEAST_ROW <= len(text) <= _LONGEST_ROW and " " in text else ()
            lines.append(Line(page.number, text, *rest, len(lines), cells))
    return lines


def _cells(page: Page, characters: Characters, rest: "_Rest") -> tuple[Cell, ...]:
    """The cells of a line from left to right; nothing where no gap is wide."""
    _, _, _, size, _, quarters = rest
    if quarters:
        return ()
    traced = _clean_traced(characters)
    cells: list[Cell] = []
    start = 0
    ends = [p for p, character in enumerate(traced.text) if character == " "] + [len(traced.text)]
    left = page.edges(traced.indexes[0])[0]
    for end in ends:
        right = page.edges(traced.indexes[end - 1])[1]
        after = page.edges(traced.indexes[end + 1])[0] if end < len(traced.text) else None
        if after is None or after - right > _WIDE_GAP * size:
            cells.append(Cell(start, end, left, right))
            start, left = end + 1, after or 0.0
    return tuple(cells) if len(cells) > 1 else ()


def traced_lines(page: Page) -> Iterator[TracedLine]:
    """The same lines, with the index of every character."""
    number = 0
    for characters, rest in _lines(page):
        traced = _clean_traced(characters)
        if traced.text:
            yield TracedLine(Line(page.number, traced.text, *rest, number), tuple(traced.indexes))
            number += 1


_Rest = tuple[float, float, float, float, bool, int]


def _lines(page: Page) -> Iterator[tuple[Characters, _Rest]]:
    characters = page.characters()
    if may_be_twice(characters.text):
        characters = once(page, characters)
    if is_vertical(page, characters):
        yield from _vertical_lines(page, characters)
        return
    draft: _Draft | None = None
    for piece in _pieces(page, characters):
        if draft and draft.is_left_by(piece.x, piece.y, piece.quarters):
            yield _line(page, draft)
            draft = None
        if draft is None:
            size = page.size(piece.characters.indexes[0])
            draft = _Draft(piece.quarters, size, piece.y, piece.x, piece.y)
        draft.piece_x, draft.piece_y = piece.x, piece.y
        draft.pieces.append(piece.characters)
    if draft:
        yield _line(page, draft)


def _pieces(page: Page, characters: Characters) -> Iterator[_Piece]:
    """What stands on one baseline, as PDFium ends lines; where it does not, word by word."""
    text = characters.text
    for match in _PIECE.finditer(text):
        start, end = match.span()
        while start < end and text[end - 1] == " ":
            end -= 1
        while start < end and text[start] == " ":
            start += 1
        if start == end:
            continue
        part = characters.part(start, end)
        quarters = page.quarters(part.indexes[0])
        if quarters is None:
            continue
        piece = _Piece(page, part, quarters)
        x, y = page.origin(part.indexes[-1], quarters)
        if abs(y - piece.y) <= 1 and _is_inside(page, piece.x, piece.y, quarters) and _is_inside(page, x, y, quarters):
            yield piece
        else:
            yield from _words(page, part, quarters)


def _words(page: Page, characters: Characters, quarters: int) -> Iterator[_Piece]:
    """Word after word, without those beyond the page's edge; words of one baseline together."""
    size = page.size(characters.indexes[0])
    first: _Piece | None = None
    start = end = 0
    for word in _WORD.finditer(characters.text):
        piece = _Piece(page, characters.part(*word.span()), quarters)
        inside = _is_inside(page, piece.x, piece.y, quarters)
        if first is not None and (not inside or abs(piece.y - first.y) > _NEW_LINE * size / 2):
            yield _Piece(page, characters.part(start, end), quarters)
            first = None
        if inside:
            first, start = (piece, word.start()) if first is None else (first, start)
            end = word.end()
    if first is not None:
        yield _Piece(page, characters.part(start, end), quarters)


def _is_inside(page: Page, x: float, y: float, quarters: int) -> bool:
    if quarters:
        x, y = ((x, y), (-y, x), (-x, -y), (y, -x))[quarters]
    return page.box.holds(x, y)


def _line(page: Page, draft: _Draft) -> tuple[Characters, _Rest]:
    characters, quarters = draft.characters(), draft.quarters
    if not characters.text.isascii():
        if _RIGHT_TO_LEFT.search(characters.text):
            return _line_with_leftward(page, characters, draft)
        characters = _without_narrow_spaces(page, characters, draft)
    if may_be_spread(page, characters, quarters, draft.size):
        characters = close_up(page, characters, quarters, draft.size)
    first, last = characters.indexes[0], characters.indexes[-1]
    left, right = page.edges(first, quarters)[0], page.edges(last, quarters)[1]
    bold = page.is_bold(first) and page.is_bold(last)
    return characters, (left, right, draft.y, draft.size, bold, quarters)


def _without_narrow_spaces(page: Page, characters: Characters, draft: _Draft) -> Characters:
    """Without the spaces that PDFium sees between characters of a script that is written without."""
    spaces = {match.start() for match in _SPACE_IN_WIDE.finditer(characters.text)}
    narrow = {position for position in spaces if _is_narrow(page, characters.indexes, position, draft)}
    return _at(characters, [p for p in range(len(characters.text)) if p not in narrow]) if narrow else characters


def _is_narrow(page: Page, indexes: Sequence[int], position: int, draft: _Draft) -> bool:
    before, index, after = indexes[position - 1 : position + 2]
    if index != before and not page.is_generated(index):
        return False
    gap = page.edges(after, draft.quarters)[0] - page.edges(before, draft.quarters)[1]
    return gap < _WIDE_SPACE * draft.size


def _at(characters: Characters, positions: Sequence[int]) -> Characters:
    return Characters("".join(characters.text[p] for p in positions), [characters.indexes[p] for p in positions])


def _line_with_leftward(page: Page, characters: Characters, draft: _Draft) -> tuple[Characters, _Rest]:
    standing = glyphs(page, characters, draft.quarters)
    generated = frozenset(glyph.number for glyph in standing if glyph.text == " " and page.is_generated(glyph.number))
    line, leftward = in_reading_order(standing, generated, draft.size)
    left, right = min(glyph.left for glyph in line), max(glyph.right for glyph in line)
    bold = page.is_bold(line[0].number) and page.is_bold(line[-1].number)
    edges, direction = ((-right, -left), _LEFTWARD) if leftward else ((left, right), draft.quarters)
    ordered = Characters("".join(glyph.text for glyph in line), [glyph.number for glyph in line])
    return ordered, (*edges, draft.y, draft.size, bold, direction)


def _vertical_lines(page: Page, characters: Characters) -> Iterator[tuple[Characters, _Rest]]:
    for column in columns(page, characters):
        ordered = Characters("".join(glyph.text for glyph in column), [glyph.number for glyph in column])
        bold = page.is_bold(column[0].number) and page.is_bold(column[-1].number)
        size = column[0].right - column[0].left
        yield ordered, (column[0].left, column[-1].right, column[0].y, size, bold, DOWNWARD)


class _Table(dict[int, str]):
    """Characters as text: any white space is a space, shapes of letters are letters, what means nothing is nothing."""

    def __missing__(self, code: int) -> str:
        self[code] = _as_text(code)
        return self[code]


def _as_text(code: int) -> str:
    if code in _MEANINGLESS:
        return ""
    character = chr(code)
    if character in _HYPHENS:
        return HYPHEN
    if character.isspace():
        return " "
    if "\ufb00" <= character < "\ufe00" or "\ufe70" <= character < "\ufeff":  # ligatures and presentation forms
        return unicodedata.normalize("NFKC", character)
    return "" if unicodedata.category(character) == "Cc" else character


_AS_TEXT = _Table()


def _clean(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_AS_TEXT)
        if any("\ud800" <= character < "\ue000" for character in text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(text.split())


def _clean_traced(characters: Characters) -> Characters:
    """As ``_clean``, with an index for each character of the result."""
    text: list[str] = []
    indexes: list[int] = []
    for character, index in zip(characters.text, characters.indexes, strict=True):
        for piece in _AS_TEXT[ord(character)]:
            if piece == " " and (not text or text[-1] == " "):
                continue
            if "\udc00" <= piece < "\ue000" and text and "\ud800" <= text[-1] < "\udc00":
                text[-1] = (text[-1] + piece).encode("utf-16", "surrogatepass").decode("utf-16")
                continue
            text.append(piece)
            indexes.append(index)
    while text and text[-1] == " ":
        text.pop()
        indexes.pop()
    return Characters("".join(text), indexes)
