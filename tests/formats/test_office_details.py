"""Encodings, and Word's own numbers, tables and formulas."""

import honest
import pytest

from qa.readers import read
from qa.readers.docx_numbers import written


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Elk lid mag één boot per week lenen."),
        ("cp1252", "La araña asustó al señor Núñez: ¡menudo susto! Pagó 6,30 €."),
        ("cp1252", "Il était déjà là, le garçon."),
        ("cp1250", "Zażółć gęślą jaźń. Wczoraj przyjechał do Łodzi."),
        ("utf-16-le", "Spare paddles hang behind the blue door."),
        ("utf-16-be", "Spare paddles hang behind the blue door, señor."),
    ],
)
def test_short_texts(encoding: str, words: str) -> None:
    """A line of a western language is read as Windows-1252, others as what they are; UTF-16 needs no mark."""
    (document,) = read("a.txt", words.encode(encoding))
    assert document.text == words


def _cells(*rows: str) -> bytes:
    return honest.word("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>")


def _cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def test_tables_of_word() -> None:
    """A row is one sentence with the columns' names; a cell over several rows stands in each."""
    head = _cell("Year") + _cell("Harbour") + _cell("Ships")
    first = _cell("1910") + _cell("Ansel", '<w:vMerge w:val="restart"/>') + _cell("12")
    second = _cell("1930") + _cell("", "<w:vMerge/>") + _cell("39")
    (document,) = read("a.docx", _cells(head, first, second))
    table = document.tables[-1]
    assert table.columns == ("Year", "Harbour", "Ships")
    assert [document.text[table.span(row).start : table.span(row).end] for row in range(2)] == [
        "1910 | Ansel | 12",
        "1930 | Ansel | 39",
    ]


def test_formulas() -> None:
    """Fraction bars and powers are told apart from what stands beside them."""
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    run = "<m:r><m:t>{}</m:t></m:r>"
    power = f"<m:sSup><m:e>{run.format('L')}</m:e><m:sup>{run.format('4')}</m:sup></m:sSup>"
    fraction = f"<m:f><m:num>{run.format('5q')}{power}</m:num><m:den>{run.format('384EI')}</m:den></m:f>"
    text = f'<w:p><w:r><w:t>It is </w:t></w:r><m:oMath xmlns:m="{math}">{run.format("s=")}{fraction}</m:oMath></w:p>'
    (document,) = read("a.docx", honest.word(text))
    assert document.text.endswith("\n\nIt is s=5qL⁴/(384EI)")


@pytest.mark.parametrize(
    ("number", "shape", "text"),
    [(3, "decimal", "3"), (3, "decimalZero", "03"), (2, "lowerLetter", "b"), (28, "upperLetter", "BB"),
     (1994, "upperRoman", "MCMXCIV"), (9, "lowerRoman", "ix")],
)  # fmt: skip
def test_shapes_of_numbers(number: int, shape: str, text: str) -> None:
    """Numbers are written as Word writes them."""
    assert written(number, shape) == text
