"""Tables keep their meaning: a row is one sentence that knows the names of its columns, and is cited as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.indexing.splitter import SentenceSplitter
from qa.readers import read
from qa.readers.tables import column_names, head_rows
from qa.readers.text import MAX_ROW, TextBuilder
from qa.types import Document

MARKDOWN = (
    b"# Fleet\n\nShips at Ansel. All of them.\n\n| Year | Ships | Tons |\n|---|---|---|\n| 1930 | 774 | 38,950 |\n"
)
PAGE = """<html><body><p>Ships at Ansel.</p><table><caption>The fleet</caption>
<tr><th rowspan="2">Year</th><th colspan="2">Ships</th></tr><tr><th>sail</th><th>steam</th></tr>
<tr><td rowspan="2">1930</td><td>12</td><td>39</td></tr><tr><td>13</td><td></td></tr></table></body></html>"""


def readings(document):
    """Every row of a document's tables, its cells with the names of their columns."""
    rows = [(table.columns, bounds) for table in document.tables for bounds in table.rows]
    return [" · ".join(_named_cells(document.text, columns, bounds)) for columns, bounds in rows]


def _named_cells(text, columns, bounds):
    cells = [text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
    names = [*columns, *[""] * (len(cells) - len(columns))]
    return [f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell]


def test_rows_read_with_the_names_of_their_columns():
    """A row of a Markdown table reads with its columns' names, and stands in the text as its cells alone."""
    (document,) = read("a.md", MARKDOWN)
    assert readings(document) == ["Year: 1930 · Ships: 774 · Tons: 38,950"]
    span = document.tables[0].span(0)
    assert document.text[span.start : span.end] == "1930 | 774 | 38,950"


def test_cells_over_rows_and_columns_belong_to_each():
    """A header over two columns names both; a cell over two rows is said by both; a caption stays."""
    (document,) = read("a.html", PAGE.encode())
    assert readings(document) == ["Year: 1930 · Ships sail: 12 · Ships steam: 39", "Year: 1930 · Ships sail: 13"]
    assert document.text.startswith("Ships at Ansel.\n\nThe fleet\n\nYear | Ships\n\nYear | sail | steam")


def test_tables_that_only_lay_out_are_text():
    """A table around headings, other tables or long text is no table of data; its words stay."""
    prose = "The bridge was opened in 1803. " * 30
    for cell in ("<h2>News</h2>", "<table><tr><td>1<td>2</table>", prose):
        (document,) = read("a.html", f"<table><tr><td>left<td>{cell}</table><p>The end of it.</p>".encode())
        assert all("left" not in reading for reading in readings(document))
        assert "left" in document.text


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([["Year", "Ships", "Tons"], ["1930", "774", "38,950"]], 1),
        ([["", "1910", "1920"], ["Ships", "774", "801"]], 1),
        ([["Name", "Office"], ["Ann Lee", "mayor"], ["Bo Ek", "clerk"]], 0),
        ([["Wood", "Price"], ["oak", "€ 12.50"], ["ash", "9 kr"]], 1),
        ([["1930", "774", "38,950"], ["1931", "775", "38,951"]], 0),
        ([["Born", "1930"], ["Died", "1999"]], 0),
        ([["Only", "a", "header"]], 0),
        ([["The ship left at noon.", "It was late.", "Nobody came."], ["1", "2", "3"]], 0),
    ],
)
def test_headers_are_told_by_what_cells_say(rows, count):
    """Short, different cells without numbers are a header over three columns or over numbers; pairs are not."""
    assert head_rows(rows) == count


def test_names_of_two_rows_stand_together():
    """Where two rows name the columns, a column is called what both say, from above."""
    assert column_names([["", "Ships", "Ships"], ["Year", "sail", "steam"]]) == ("Year", "Ships sail", "Ships steam")


words = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=12)


@given(rows=st.lists(st.lists(words, min_size=1, max_size=5), max_size=6), head=st.none() | st.integers(0, 2))
def test_cells_are_slices_of_the_text(rows, head):
    """Whatever cells say, each cell's span is its words, and rows stand in order and apart."""
    builder = TextBuilder()
    builder.block("Before.")
    builder.table(rows, head)
    builder.block("After.")
    document, end = builder.document("a"), len("Before.")
    for table in document.tables:
        for row in range(len(table.rows)):
            assert end < table.span(row).start
            end = table.span(row).end
            starts, ends = table.rows[row][::2], table.rows[row][1::2]
            words = [document.text[start:end] for start, end in zip(starts, ends, strict=True)]
            assert words in [[" ".join(cell.split()) for cell in cells] for cells in rows]


def test_a_row_is_one_sentence(embedder):
    """Rows are sentences whole, full stops inside or not; prose around them is divided as ever."""
    (document,) = read("a.md", MARKDOWN + b"| 1931 | 77. Or 78? | 39,000 |\n\nThe end. Nothing follows.\n")
    passages = SentenceSplitter(embedder, 256)(document)
    sentences = [passage.document_text(span) for passage in passages for span in passage.sentences]
    assert sentences == [
        "Fleet", "Ships at Ansel.", "All of them.", "Year | Ships | Tons", "1930 | 774 | 38,950",
        "1931 | 77. Or 78? | 39,000", "The end.", "Nothing follows.",
    ]  # fmt: skip


def test_rows_far_from_the_header_know_it(embedder):
    """A passage that begins inside a table has the columns' names in its context, and still fits the embedder."""
    rows = "".join(f"| wood {n} | {n * 3} | {n * 7} |\n" for n in range(200))
    (document,) = read("a.md", f"# Timber\n\n| Wood | Weeks | Price |\n|---|---|---|\n{rows}".encode())
    passages = SentenceSplitter(embedder, 256)(document)
    assert len(passages) > 5
    assert {passage.context for passage in passages[1:]} == {"Timber – Wood | Weeks | Price"}
    assert max(embedder.count_tokens([passage.embedded_text for passage in passages])) <= 256


def test_prose_in_a_table_is_divided():
    """A row longer than ``MAX_ROW`` is no single sentence; its words stay."""
    builder = TextBuilder()
    builder.table([["Question", "Answer"], ["Who?", "He left. " * MAX_ROW]], head=1)
    builder.table([["A", "B"], ["1", "2"]], head=1)
    assert [len(table.rows) for table in builder.tables] == [1]
    assert "Who? | He left." in builder.text


def test_documents_survive_json():
    """A document with tables is the same after JSON, and one that was written without them still opens."""
    import json
    from dataclasses import asdict

    builder = TextBuilder()
    builder.table([["A", "B"], ["1", "2"]], head=1)
    document = builder.document("a")
    fields = json.loads(json.dumps(asdict(document)))
    assert Document.from_fields(fields) == document
    del fields["tables"]
    assert Document.from_fields(fields).text == document.text
