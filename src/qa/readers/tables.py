"""Which rows of a table name its columns, and what they call them."""

import re
from collections.abc import Sequence

MAX_NAME = 60  # code points of a column's name; what is longer is a cell that says something
MAX_NAMES = 600  # code points of all names of a table together
_PAIR = 2  # columns of a table that may be names and values rather than records
_YEAR = re.compile(r"(?:1\d|20)\d\d(?:[-/–]\d{2,4})?")
_NUMBER = re.compile(r"[^\w%€$£¥]*[€$£¥]?\s*[+\-−]?\d[\d.,\s' /:–-]*(?:%|‰|[^\W\d]{1,3})?[^\w]*")
_SENTENCE = re.compile(r"[.!?;。!?]$")


def head_rows(rows: Sequence[Sequence[str]]) -> int:
    """1 where the first row names the columns, else 0, told by what the cells say.

    A header's cells are short, all different, and no numbers (years may name columns). Two columns of words alone are
    taken for names and values, which have no header.
    """
    if len(rows) <= 1 or len(rows[0]) < _PAIR:
        return 0
    first = [" ".join(cell.split()) for cell in rows[0]]
    filled = [cell for cell in first if cell]
    if len(filled) < max(_PAIR, len(first) - 1) or len(set(filled)) < len(filled) or not all(map(_is_name, filled)):
        return 0
    years = [bool(_YEAR.fullmatch(cell)) for cell in first[1:] if cell]
    if any(is_number(cell) for cell in filled) and not (len(years) > 1 and all(years)):
        return 0
    if len(first) == _PAIR and not _numbers_below(rows[1:], 1):
        return 0
    return 1


def _is_name(cell: str) -> bool:
    return len(cell) <= MAX_NAME and not _SENTENCE.search(cell)


def is_number(cell: str) -> bool:
    """Whether a cell is a number, an amount or a date in figures."""
    return bool(_NUMBER.fullmatch(cell.strip()))


def _numbers_below(rows: Sequence[Sequence[str]], column: int) -> bool:
    cells = [row[column] for row in rows if len(row) > column and row[column].strip()]
    return bool(cells) and sum(map(is_number, cells)) > len(cells) / 2


def column_names(head: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names of the columns; where several rows name them, each column's words together, from above."""
    width = max((len(row) for row in head), default=0)
    names: list[str] = []
    room = MAX_NAMES
    for column in range(width):
        words = dict.fromkeys(" ".join(row[column].split()) for row in head if column < len(row))
        name = " ".join(filter(None, words))[: min(MAX_NAME, room)].rstrip()
        names.append(name)
        room -= len(name)
    return tuple(names) if any(names) else ()
