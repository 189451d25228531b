"""Blocks → the text of a document: paragraphs, list items and table rows with an empty line between them."""

from qa.readers.checks import MAX_LINE
from qa.types import Span

BLOCK_GAP = "\n\n"
CELL_GAP = " | "


class TextBuilder:
    """Collects the blocks of a document and the spans of its headings."""

    def __init__(self) -> None:
        self.headings: list[Span] = []
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
        """Write words without the white space around them; returns their span, or None where nothing is left."""
        words = words.strip()
        if not words:
            return None
        start = self.next_start
        self._parts += (self._gap, words)
        self.length = start + len(words)
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

    @property
    def first_heading(self) -> str:
        """The first heading's words on one line, for a title; nothing where they are more than titles have."""
        words = self.text[self.headings[0].start : self.headings[0].end] if self.headings else ""
        line = " ".join(words.split())
        return line if len(line) <= MAX_LINE else ""
