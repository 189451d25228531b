"""Lines of PDF pages → the tables among them: lines one below the other whose cells stand in the same columns."""

from collections.abc import Iterator, Sequence

from qa.readers.pdf_lines import Line
from qa.readers.tables import column_names, head_rows
from qa.types import Span, Table

FEWEST_ROWS = 3
ALIGNED = 0.6  # of the size: cells whose left, right or middle differ by less stand in one column
FURTHEST = 4.0  # of the size: rows stand no further apart


def tables_among(lines: Sequence[Line]) -> list[list[Line]]:
    """The rows of each table, in order."""
    return [rows for rows in _runs(lines) if len(rows) >= FEWEST_ROWS]


def as_table(rows: Sequence[Line], offsets: Sequence[int]) -> Table:
    """A table whose rows stand in a document's text, each from its offset on."""
    words = [[row.text[cell.start : cell.end] for cell in row.cells] for row in rows]
    bounds = [
        tuple(offset + place for cell in row.cells for place in (cell.start, cell.end))
        for row, offset in zip(rows, offsets, strict=True)
    ]
    count = head_rows(words)
    head = tuple(Span(cells[0], cells[-1]) for cells in bounds[:count])
    return Table(column_names(words[:count]), head, tuple(bounds[count:]))


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    run: list[Line] = []
    for line in lines:
        if run and not _follows(run[-1], line):
            yield run
            run = []
        if line.cells:
            run.append(line)
    yield run


def _follows(before: Line, line: Line) -> bool:
    """Whether a line is the next row of a table."""
    if len(line.cells) != len(before.cells) or line.page != before.page:
        return False
    if not 0 < before.y - line.y <= FURTHEST * max(line.size, before.size):
        return False
    near = ALIGNED * line.size
    return all(
        min(abs(a.left - b.left), abs(a.right - b.right), abs(a.left + a.right - b.left - b.right) / 2) <= near
        for a, b in zip(before.cells, line.cells, strict=True)
    )
