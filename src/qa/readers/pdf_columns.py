"""Tables whose content a PDF holds column by column: short lines one below the other, then such lines beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from qa.readers.pdf_lines import Cell, Line

FEWEST_ROWS = 3
LONGEST_CELL = 40  # characters
ALIGNED = 0.6  # of the size: lines whose left, right or middle differ by less stand below each other
SAME_ROW = 0.3  # of the size: baselines that differ by less are one row's
FURTHEST = 4.0  # of the size: rows stand no further apart
FILLED = 0.6  # of the way from column to column that cells take at most, on average: prose in columns takes more
PAIRED = 0.5  # of the cells of one of two columns, at least, hold figures: else they may be verses or addresses
GAP = " "


def with_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page, those of such tables put together to rows."""
    columns = list(_columns(lines))
    found: list[Line] = []
    first = 0
    while first < len(columns):
        table, count = [columns[first]], 0
        for column in columns[first + 1 :]:
            shared = min(len(table[-1]), len(column))
            if (count and count != len(table[-1])) or not _beside(table[-1][-shared:], column[:shared]):
                break
            table.append(column)
            count = shared
        found += _put_together(table, count)
        first += len(table)
    return found


def _put_together(table: Sequence[Sequence[Line]], count: int) -> list[Line]:
    """Rows, with the lines that stand above the first column and below the last one."""
    body = [column[-count:] if number == 0 else column[:count] for number, column in enumerate(table)]
    if count < FEWEST_ROWS or not _is_loose(body):
        return [line for column in table for line in column]
    return [*table[0][:-count], *map(_row, zip(*body, strict=True)), *table[-1][count:]]


def _columns(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of short lines one below the other with one edge or middle; other lines by themselves."""
    run: list[Line] = []
    for line in lines:
        if run and not _is_below(run[-1], line):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _is_below(before: Line, line: Line) -> bool:
    size = max(line.size, before.size)
    return (
        line.direction == before.direction == 0
        and max(len(line.text), len(before.text)) <= LONGEST_CELL
        and not (line.cells or before.cells)
        and min(
            abs(line.left - before.left),
            abs(line.right - before.right),
            abs(line.left + line.right - before.left - before.right) / 2,
        )
        <= ALIGNED * size
        and 0 < before.y - line.y <= FURTHEST * size
    )


def _beside(column: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether a column stands to the right of another and has a line for each of its lines."""
    pairs = list(zip(column, other, strict=True))
    return len(pairs) >= FEWEST_ROWS and all(a.right < b.left and abs(a.y - b.y) <= SAME_ROW * a.size for a, b in pairs)


def _is_loose(table: Sequence[Sequence[Line]]) -> bool:
    """Whether cells leave room between the columns, as words of prose in columns do not."""
    shares = [
        (line.right - line.left) / max(_edge(following) - _edge(column), 1.0)
        for column, following in pairwise(table)
        for line in column
    ]
    if sum(shares) / len(shares) > FILLED:
        return False
    figures = [sum(any(map(str.isdigit, line.text)) for line in column) for column in table]
    return len(table) > 2 or max(figures) >= PAIRED * len(table[0])  # noqa: PLR2004  columns


def _edge(column: Sequence[Line]) -> float:
    return min(line.left for line in column)


def _row(lines: tuple[Line, ...]) -> Line:
    cells: list[Cell] = []
    text = ""
    for line in lines:
        start = len(text) + len(GAP) if text else 0
        text = f"{text}{GAP}{line.text}" if text else line.text
        cells.append(Cell(start, len(text), line.left, line.right))
    first, last = lines[0], lines[-1]
    return replace(first, text=text, right=last.right, bold=all(line.bold for line in lines), cells=tuple(cells))
