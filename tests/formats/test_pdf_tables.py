"""Tables drawn on PDF pages: rows keep together, and with the names of their columns."""

import io
from itertools import product

import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from qa.readers import read
from qa.types import Document

BEFORE = "The harbour office counted the ships that called in each year and the men who were paid off there."
AFTER = "The quay was lengthened in 1927 with a loan from the county, which was paid back within nine years."
CONTENTS = {
    "numbers": [["Year", "Ships", "Men"], ["1910", "212", "1,870"], ["1920", "164", "1,310"], ["1930", "301", "2,456"]],
    "people": [
        ["Light", "Keeper", "Assistant"], ["Skarholm", "Mats Lunde", "Ole Rask"],
        ["Hook Shoal", "Ruth Amdal", "Pia Wenner"],
        ["Cape Ansel", "Bruno Kessel", "Jan Dusek"],
    ],
    "prices": [["Goods", "Price"], ["Oil", "14.20"], ["Salt", "3.05"], ["Rope, per fathom", "0.40"], ["Tar", "2.75"]],
    "wide": [
        ["Name", "Built", "Yard", "Length", "Crew"], ["Puffin", "1921", "Leith", "84 m", "12"],
        ["Marenka", "1908", "Wend", "61 m", "9"], ["Adelaide", "1911", "Ystad", "97 m", "31"],
    ],
    "years": [
        ["", "1910", "1920", "1930"], ["Ships", "212", "164", "301"], ["Men", "1,870", "1,310", "2,456"],
        ["Fees", "88", "79", "102"],
    ],
}  # fmt: skip
STYLES = {
    "ruled": [("GRID", (0, 0), (-1, -1), 0.5, colors.black)],
    "plain": [],
    "right": [("ALIGN", (1, 0), (-1, -1), "RIGHT"), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)],
    "centred": [("ALIGN", (0, 0), (-1, -1), "CENTER"), ("FONT", (0, 0), (-1, 0), "Helvetica-Bold")],
}
ALL = [*product(CONTENTS, STYLES)]
FLOOR = 0.9  # of the twenty tables are read whole


def drawn(rows, style):
    written = io.BytesIO()
    words = getSampleStyleSheet()["Normal"]
    widths = [90] * len(rows[0])
    flow = [Paragraph(BEFORE, words), Table(rows, colWidths=widths, style=TableStyle(style)), Paragraph(AFTER, words)]
    SimpleDocTemplate(written, invariant=True).build(flow)
    return written.getvalue()


def read_rows(document):
    """The cells of every row of every table, and the names of its columns."""
    return [
        (table.columns, [[document.text[a:b] for a, b in zip(row[::2], row[1::2], strict=True)] for row in table.rows])
        for table in document.tables
    ]


def is_whole(name, style):
    rows = CONTENTS[name]
    [document] = read("a.pdf", drawn(rows, STYLES[style]))
    assert isinstance(document, Document)
    assert BEFORE in document.text
    assert AFTER in document.text
    found = read_rows(document)
    if name == "years":  # an empty cell leaves its row one cell short
        return [rows[1:]] == [body for _, body in found]
    return found == [(tuple(rows[0]), rows[1:])]


def test_twenty_tables_are_read_whole():
    """Of tables with rules and without, aligned left, right and centred, nine in ten come back cell by cell."""
    whole = {pair: is_whole(*pair) for pair in ALL}
    assert sum(whole.values()) >= FLOOR * len(ALL), [pair for pair, good in whole.items() if not good]


def by_columns(columns, pitch, *, right=False):
    """A page whose content stands column by column, with a line above and one below."""
    written = io.BytesIO()
    canvas = Canvas(written, invariant=True)
    canvas.drawString(72, 760, BEFORE)
    canvas.drawString(72, 744, "As counted:")
    for number, column in enumerate(columns):
        for row, words in enumerate(column):
            draw = canvas.drawRightString if right else canvas.drawString
            draw(72 + pitch * number + (60 if right else 0), 720 - 20 * row, words)
    canvas.drawString(72, 700 - 20 * len(columns[0]), AFTER)
    canvas.save()
    return written.getvalue()


@pytest.mark.parametrize("right", [False, True], ids=["left", "right"])
@pytest.mark.parametrize("name", ["numbers", "people", "prices", "wide"])
def test_tables_that_are_stored_column_by_column(name, right):
    """Rows are put together from columns, with the line above and the line below in their places."""
    rows = CONTENTS[name]
    [document] = read("a.pdf", by_columns([*zip(*rows, strict=True)], 95, right=right))
    assert read_rows(document) == [(tuple(rows[0]), rows[1:])]
    assert document.text.startswith(f"{BEFORE}")
    assert document.text.endswith(AFTER)


def test_prose_in_columns_is_no_table():
    """Columns whose lines reach to the next column are read one after the other, also where they are narrow."""
    words = (f"{BEFORE} {AFTER} " * 3).split()
    lines = [" ".join(words[start : start + 5]) for start in range(0, 80, 5)]
    [document] = read("a.pdf", by_columns([lines[:8], lines[8:]], 175))
    assert document.tables == ()
    assert " ".join(words[:40]) in " ".join(document.text.split())


def test_verses_in_columns_are_no_table():
    """Two columns of short lines without figures are read one after the other."""
    verses = ["The ships came in", "at break of day,", "and on the quay", "the old men lay."]
    [document] = read("a.pdf", by_columns([verses, verses[::-1]], 175))
    assert document.tables == ()
    assert " ".join(verses) in " ".join(document.text.split())


@pytest.mark.parametrize("style", STYLES)
def test_prose_is_no_table(style):
    """Paragraphs, lists and two columns of prose have no tables."""
    written = io.BytesIO()
    words = getSampleStyleSheet()["Normal"]
    prose = [[Paragraph(BEFORE * 3, words), Paragraph(AFTER * 3, words)]]
    flow = [Paragraph(BEFORE, words), Table(prose, colWidths=[200, 200], style=TableStyle(STYLES[style]))]
    SimpleDocTemplate(written, invariant=True).build([*flow, *(Paragraph(f"{n}. {AFTER}", words) for n in range(4))])
    [document] = read("a.pdf", written.getvalue())
    assert document.tables == ()
