"""Blocks → the text of a document: paragraphs, list items and table rows with an empty line between them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from qa.errors import UnreadableFile
from qa.readers.checks import MAX_LINE, MAX_TEXT
from qa.readers.tables import column_names, head_rows
from qa.types import Document, Span, Table

BLOCK_GAP = "\n\n"
CELL_GAP = " | "
MAX_ROW = 600  # code points; what is longer is prose in a table's frame, and is divided into sentences


class TextBuilder:
    """Collects the blocks of a document, the spans of its headings, and its tables."""

    def __init__(self) -> None:
        self.headings: list[Span] = []
        self.tables: list[Table] = []
        self.length = 0
        self._parts: list[str] = []
        self._gap = ""  # written before the next words, never at either end of the text

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def next_start(self) -> int:
        """Where the next words will begin."""
        return self.length + len(self._gap)

    def end(self, gap: str = BLOCK_GAP) -> None:
        """End a block; the gap appears once there are words on both sides of it."""
        self._gap = gap if self.length else ""

    def write(self, words: str) -> Span | None:
        """Write words without the white space around them; returns their span, or None where nothing is left.

        Raises:
            UnreadableFile: the text has grown past ``MAX_TEXT``.
        """
        words = words.strip()
        if not words:
            return None
        start = self.next_start
        self._parts += (self._gap, words)
        self.length = start + len(words)
        if self.length > MAX_TEXT:
            raise UnreadableFile(f"its text is longer than {MAX_TEXT:,} characters; divide the file")
        self._gap = ""
        return Span(start, self.length)

    def block(self, words: str) -> Span | None:
        """Write a block and end it."""
        span = self.write(words)
        if span:
            self.end()
        return span

    def heading(self, words: str) -> None:
        """Write a block and note it as a section's heading."""
        span = self.block(words)
        if span:
            self.headings.append(span)

    def table(
        self,
        rows: Iterable[Sequence[str]],
        head: int | None = None,
        columns: tuple[str, ...] = (),
    ) -> None:
        """Write a table, one block a row, cells with `` | `` between them; each row is one sentence.

        Args:
            rows: the words of every cell, "" for an empty one; words of a cell over several columns in the first.
            head: how many rows at the beginning name the columns; None to tell by what they say.
            columns: the names of the columns, where they are not what those rows say.
        """
        self.end()
        filled = [(row, number) for number, row in enumerate(rows) if any(cell.strip() for cell in row)]
        count = head_rows([row for row, _ in filled]) if head is None else head
        spans: list[Span] = []
        bounds: list[tuple[int, ...]] = []
        for row, number in filled:
            cells = self._row(row)
            if number < count:
                spans.append(Span(cells[0], cells[-1]))
            elif cells[-1] - cells[0] <= MAX_ROW:
                bounds.append(cells)
        if bounds:
            names = columns or column_names([row for row, number in filled if number < count])
            self.tables.append(Table(names, tuple(spans), tuple(bounds)))

    def _row(self, row: Sequence[str]) -> tuple[int, ...]:
        """Write a row; returns start and end of each of its cells."""
        spans: list[Span | None] = []
        for cell in row:
            spans.append(self.write(" ".join(cell.split())))
            if any(spans):
                self.end(CELL_GAP)
        self.end()
        return _bounds(spans)

    def document(self, document_id: str) -> Document:
        """The document that was written, with its structure; its title is the first heading."""
        return self.described(Document(document_id, "", ""))

    def described(self, fields: Document) -> Document:
        """The document that was written, with these fields; where they have no title, it is the first heading."""
        return replace(
            fields,
            title=fields.title or self.first_heading,
            text=self.text,
            headings=tuple(self.headings),
            tables=tuple(self.tables),
        )

    @property
    def first_heading(self) -> str:
        """The first heading's words on one line, for a title; nothing where they are more than titles have."""
        words = self.text[self.headings[0].start : self.headings[0].end] if self.headings else ""
        line = " ".join(words.split())
        return line if len(line) <= MAX_LINE else ""


def _bounds(spans: Sequence[Span | None]) -> tuple[int, ...]:
    """Start and end of each cell; an empty one ends where the cell before it does, or begins the row."""
    position = next(span.start for span in spans if span)
    bounds: list[int] = []
    for span in spans:
        bounds += (span.start, span.end) if span else (position, position)
        position = bounds[-1]
    return tuple(bounds)
