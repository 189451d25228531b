"""Lines of PDF pages → paragraphs: joined over lines, columns and pages, without running heads and page numbers."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from qa.readers.pdf_lines import Line
from qa.readers.pdf_words import is_wide

_EDGE_LINES = 2
_RUNNING_SHARE = 0.4
_RUNNING_PAGES = 2
_SAME_SIZE = 0.08
_HEADING_SIZE = 1.12
_HEADING_LENGTH = 200
_BOLD_HEADING_LENGTH = 120
_WIDE_GAP = 1.3
_INDENT = 0.8
_PAGE_NUMBER = re.compile(r"(?:page|seite|p\.|–|—|-)?\s*(?:#+|[ivxlc]+)\s*(?:(?:/|of|von|–|—|-)\s*#*)?", re.IGNORECASE)
_PAGE_NUMBER_AT_AN_END = re.compile(r"^\d+\b|\b\d+(?:\s*(?:/|of|von)\s*\d+)?$")
_BULLET = re.compile(r"(?:[•▪◦‣·●○–—]|\(?(?:\d{1,3}|[a-z])[.)])\s", re.IGNORECASE)
_SENTENCE_END = re.compile(r"""[.!?:;。！？…]["'”’»)\]]*$""")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; they may lie on several pages."""

    lines: list[Line] = field(default_factory=list)

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Drop page numbers, and what stands at the top or bottom of many pages alike but for its page number."""
    largest = _HEADING_SIZE * body_size(pages)
    edges = [[line for line in _edges(page) if line.size <= largest] for page in pages]
    repeated = Counter(place for page in edges for place in {_running_place(line) for line in page})
    enough = max(_RUNNING_PAGES, _RUNNING_SHARE * sum(1 for page in pages if page))
    running = {place for place, count in repeated.items() if count >= enough}
    kept = [
        [line for line in page if line not in edge or not (_running_place(line) in running or _is_page_number(line))]
        for page, edge in zip(pages, edges, strict=True)
    ]
    return kept if any(kept) else [list(page) for page in pages]


def _edges(page: Sequence[Line]) -> list[Line]:
    by_height = sorted(page, key=lambda line: line.y)
    return by_height[:_EDGE_LINES] + by_height[-_EDGE_LINES:]


def _is_page_number(line: Line) -> bool:
    """Whether a line is nothing but a page number: the one counted from the file's first page, or in Roman numerals."""
    if not _PAGE_NUMBER.fullmatch(_with_number_sign(line.text)):
        return False
    numbers = re.findall(r"\d+", line.text)
    return not numbers or str(line.page + 1) in numbers


def _running_place(line: Line) -> tuple[str, int]:
    """A line's words with ``#`` for the page's number (``Page 3``, ``3 Title``, ``Title 3/10``), and its height."""
    numbered = _with_number_sign(line.text)
    words = numbered if _PAGE_NUMBER.fullmatch(numbered) else _PAGE_NUMBER_AT_AN_END.sub("#", line.text)
    return words, round(line.y)


def _with_number_sign(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size of most characters, in points."""
    sizes: Counter[float] = Counter()
    for line in (line for page in pages for line in page):
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def paragraphs(pages: Sequence[Sequence[Line]], rows: Collection[tuple[int, int]] = frozenset()) -> Iterator[Paragraph]:
    """Join the lines of all pages into paragraphs, in order; ``rows``, by page and number, stand by themselves."""
    lines = [line for page in pages for line in page]
    rights = _right_margins(lines)
    leading = _leading(lines)
    current = Paragraph()
    for position, line in enumerate(lines):
        before = lines[position - 1]
        is_apart = (line.page, line.number) in rows or (before.page, before.number) in rows
        if current.lines and (is_apart or _begins(before, line, rights[position - 1], leading)):
            yield current
            current = Paragraph()
        current.lines.append(line)
    if current.lines:
        yield current


def _begins(before: Line, line: Line, right: float, leading: float) -> bool:
    """Whether a line begins a paragraph, seen from the line before it and that line's right margin."""
    if abs(line.size - before.size) > _SAME_SIZE * before.size or line.bold != before.bold or _BULLET.match(line.text):
        return True
    ended = _SENTENCE_END.search(before.text) is not None
    if _is_elsewhere(before, line):
        return ended or _ends_early(before, line, right)
    if before.y - line.y > _WIDE_GAP * leading * line.size:
        return True
    indented = line.left - before.left
    if _INDENT * line.size < indented < 6 * line.size and ended:
        return True
    return _ends_early(before, line, right) and (ended or not line.text[0].islower())


def _is_elsewhere(before: Line, line: Line) -> bool:
    """Whether a line stands on another page or in another column than the one before."""
    return line.page != before.page or line.direction != before.direction or line.y > before.y + before.size


def _ends_early(before: Line, line: Line, right: float) -> bool:
    """Whether the next line's first word would have fitted: then the line was ended on purpose."""
    character = (before.right - before.left) / max(len(before.text), 1)
    first_word = 1 if is_wide(line.text[0]) else len(line.text.split()[0])
    return before.right + (first_word + 1.5) * character < right


def _right_margins(lines: Sequence[Line]) -> list[float]:
    """For each line, how far to the right its column reaches, seen from lines of its size."""
    margins: list[float] = []
    first = 0
    for position in range(1, len(lines) + 1):
        if position == len(lines) or _is_elsewhere(lines[position - 1], lines[position]):
            column = lines[first:position]
            reach: dict[int, float] = {}
            for line in column:
                reach[round(line.size)] = max(reach.get(round(line.size), line.right), line.right)
            margins += [reach[round(line.size)] for line in column]
            first = position
    return margins


def _leading(lines: Sequence[Line]) -> float:
    """The distance of baselines inside paragraphs, as a multiple of the size: the lower quartile of all."""
    gaps = sorted(
        (before.y - line.y) / line.size
        for before, line in pairwise(lines)
        if not _is_elsewhere(before, line) and before.y > line.y and line.size > 0
    )
    return max(gaps[len(gaps) // 4], 1.0) if gaps else 1.2


def is_heading(paragraph: Paragraph, body: float) -> bool:
    """Larger than the body, or bold and short without a sentence's end."""
    length = sum(len(line.text) for line in paragraph.lines)
    if paragraph.size > _HEADING_SIZE * body:
        return length <= _HEADING_LENGTH
    ended = paragraph.lines[-1].text.endswith((".", ",", ";"))
    return paragraph.bold and paragraph.size >= body * 0.98 and length <= _BOLD_HEADING_LENGTH and not ended
