"""The lines of all pages → the text of the document, with where each line and page begins in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.readers.pdf_layout import body_size, is_heading, paragraphs, without_running_lines
from qa.readers.pdf_lines import Line
from qa.readers.pdf_tables import as_table, tables_among
from qa.readers.pdf_words import Joiner
from qa.readers.text import TextBuilder


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line and the offset of its first character in the document's text."""

    offset: int
    line: Line

    @property
    def end(self) -> int:
        return self.offset + len(self.line.text)


@dataclass(frozen=True, slots=True)
class Writing:
    """Where the lines of a text stand in it, and where its pages begin."""

    lines: list[PlacedLine]
    page_starts: tuple[int, ...]


def write_pages(pages: Sequence[Sequence[Line]]) -> tuple[TextBuilder, Writing]:
    """The text of all pages without their running lines, and where it came from."""
    builder = TextBuilder()
    kept = without_running_lines(pages)
    joiner, body = Joiner(kept), body_size(kept)
    tables = tables_among([line for page in kept for line in page])
    rows = {(row.page, row.number) for table in tables for row in table}
    placed: list[PlacedLine] = []
    for paragraph in paragraphs(kept, rows):
        pieces = joiner.pieces(paragraph.lines)
        offset = builder.next_start
        for line, piece in zip(paragraph.lines, pieces, strict=True):
            placed.append(PlacedLine(offset, line))
            offset += len(piece)
        is_row = (paragraph.lines[0].page, paragraph.lines[0].number) in rows
        write = builder.heading if is_heading(paragraph, body) and not is_row else builder.block
        write("".join(pieces))
    offsets = {(entry.line.page, entry.line.number): entry.offset for entry in placed}
    builder.tables += [as_table(table, [offsets[row.page, row.number] for row in table]) for table in tables]
    return builder, Writing(placed, _page_starts(placed, len(pages), builder.length))


def _page_starts(placed: Sequence[PlacedLine], count: int, length: int) -> tuple[int, ...]:
    """Where each page begins; one without words begins where the next one does."""
    starts: dict[int, int] = {}
    for entry in placed:
        starts.setdefault(entry.line.page, entry.offset)
    following = length
    for page in reversed(range(count)):
        following = starts.setdefault(page, following)
    return tuple(0 if page == 0 else starts[page] for page in range(count))
