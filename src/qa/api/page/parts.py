"""Long documents in parts: a page shows the one around a span, so that its cost does not grow with the document."""

from dataclasses import dataclass

from qa.types import Document, Span

WHOLE = 60_000  # code points of a document that is shown whole
PART = 40_000
NEAR = 2000  # how far behind its even place a part may begin, to begin with a paragraph


@dataclass(frozen=True, slots=True)
class Part:
    """One of ``count`` parts, counted from 1; together they are the document, and none overlaps another."""

    span: Span
    number: int
    count: int

    def holds(self, offset: int) -> bool:
        """Whether a code point lies in this part."""
        return self.span.start <= offset < self.span.end


def part_at(document: Document, offset: int) -> Part:
    """The part that holds a code point; the last one for what lies behind the end."""
    number = min(offset // PART + 1, _count(document))
    part = numbered_part(document, number)
    return numbered_part(document, number - 1) if offset < part.span.start else part


def numbered_part(document: Document, number: int) -> Part:
    """A part by its number; the last one for a number that is too large."""
    count = _count(document)
    number = min(max(number, 1), count)
    return Part(Span(_begin(document, number, count), _begin(document, number + 1, count)), number, count)


def _count(document: Document) -> int:
    length = len(document.text)
    return 1 if length <= WHOLE else -(-length // PART)


def _begin(document: Document, number: int, count: int) -> int:
    """Where a part begins: behind an empty line, a line or a word, if there is one near."""
    if number > count:
        return len(document.text)
    even = (number - 1) * PART
    if not even:
        return 0
    for end in ("\n\n", "\n", " "):
        if (index := document.text.find(end, even, even + NEAR)) >= 0:
            return index + len(end)
    return even
