"""The tables of a page: rows of cells, with cells that span rows or columns, told from tables that only lay out."""

from dataclasses import dataclass
from itertools import takewhile

from lxml.html import HtmlElement as Element

from qa.readers.text import MAX_ROW

MAX_COLUMNS = 1000
_CELLS = frozenset({"td", "th", "cell"})
_ROWS = frozenset({"tr", "row"})
_LAYOUT = frozenset(
    {"table", "h1", "h2", "h3", "h4", "h5", "h6", "head", "article", "section", "form", "pre", "blockquote"}
)
_MIN_COLUMNS = 2
_ENDS_A_LINE = frozenset({"br", "lb", "p", "div", "li", "item"})


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """The words of a table.

    Attributes:
        caption: its title, "" without one.
        rows: the words of every cell; a cell over several rows is repeated in each, one over several columns stands
            in the first of them.
        head: how many rows name the columns; None where the markup does not say.
        names: the rows of the head, where a cell over several columns names each of them.
    """

    caption: str
    rows: list[list[str]]
    head: int | None
    names: list[list[str]]


def read_table(table: Element) -> HtmlTable | None:
    """The rows of a table of data; None for a frame around other things: tables, headings, long text, one column."""
    if any(element.tag in _LAYOUT for element in table.iterdescendants()):
        return None
    elements = [element for element in table.iterdescendants() if element.tag in _ROWS]
    rows = _grid(elements, repeated=False)
    if max(map(len, rows), default=0) < _MIN_COLUMNS or any(sum(map(len, row)) > MAX_ROW for row in rows):
        return None
    head = sum(1 for _ in takewhile(_is_head, elements))
    caption = table.find("caption")
    return HtmlTable(
        "" if caption is None else words_of(caption),
        rows,
        head if 0 < head < len(rows) else None,
        _grid(elements[:head], repeated=True),
    )


def _is_head(row: Element) -> bool:
    cells = [cell for cell in row if cell.tag in _CELLS]
    if row.getparent() is not None and row.getparent().tag == "thead":
        return True
    return bool(cells) and all(cell.tag == "th" or cell.get("role") == "head" for cell in cells)


def _grid(rows: list[Element], repeated: bool) -> list[list[str]]:
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column → rows that a cell from above still reaches into, its words
    for row in rows:
        cells: list[str] = []
        reaching: dict[int, tuple[int, str]] = {}
        for cell in (element for element in row if element.tag in _CELLS):
            _take_hanging(hanging, reaching, cells)
            words, height = words_of(cell), _number(cell, "rowspan")
            width = min(_number(cell, "colspan"), MAX_COLUMNS - len(cells))
            for column in range(width):
                shown = words if repeated or not column else ""
                if height > 1:
                    reaching[len(cells)] = (height - 1, shown)
                cells.append(shown)
        _take_hanging(hanging, reaching, cells)
        hanging = reaching
        grid.append(cells)
    return grid


def _take_hanging(hanging: dict[int, tuple[int, str]], reaching: dict[int, tuple[int, str]], cells: list[str]) -> None:
    """Add the cells that reach into this row from above, where the row stands now."""
    while (column := len(cells)) in hanging:
        height, words = hanging[column]
        if height > 1:
            reaching[column] = (height - 1, words)
        cells.append(words)


def _number(cell: Element, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), MAX_COLUMNS) if value.isascii() and value.isdigit() else 1


def words_of(cell: Element) -> str:
    """The words inside an element on one line."""
    parts = [cell.text or ""]
    for element in cell.iterdescendants():
        parts += [" " if element.tag in _ENDS_A_LINE else "", element.text or ""]
        parts.append(element.tail or "")
    return " ".join("".join(parts).split())
