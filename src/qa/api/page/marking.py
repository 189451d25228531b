"""Texts cut for templates: passages at their highlights, documents into paragraphs, sentences and marks.

Nothing is lost in the cut: the runs of a passage, joined, are the passage, and so are a document's blocks with the
blank lines between them.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.api.page.why import is_telling
from qa.types import Document, HighlightKind, RankedPassage, Span, Table

_GAP = re.compile(r"\s*\n[^\S\n]*\r?\n\s*|\s*\u2029\s*")
WRAPPED_LINE = range(40, 130)  # lengths of lines that were broken by an editor, not by the author


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text under the same marks."""

    text: str
    answer: bool
    term: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A sentence, or what lies between two (``span`` is None); ``first`` is where a sentence over two blocks begins."""

    span: Span | None
    first: bool
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its text as it stands in the document, and its cells, each as runs."""

    span: Span
    text: str
    cells: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or table (which has ``rows``); ``flows`` where line breaks mean nothing."""

    heading: bool
    flows: bool
    stretches: tuple[Stretch, ...]
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


def marked_passage(ranked: RankedPassage) -> list[Run]:
    """The passage as runs, in order; joined they are the passage."""
    passage = ranked.passage
    answers = [mark.span for mark in ranked.highlights if mark.kind is HighlightKind.ANSWER]
    words = [
        mark.span
        for mark in ranked.highlights
        if mark.kind is HighlightKind.TERM and is_telling(passage.document_text(mark.span))
    ]
    return _runs(passage.text, passage.start, Span(passage.start, passage.end), answers, words)


def blocks(
    document: Document, sentences: Sequence[Span], marked: Sequence[Span] = (), words: Sequence[Span] = (),
    within: Span | None = None,
) -> list[Block]:  # fmt: skip
    """The document, or what is ``within`` a span of it, for reading.

    ``sentences`` are in order and disjoint; ``marked`` and ``words`` are to be marked.
    """
    headings = {span.start for span in document.headings}
    starts = [span.start for span in sentences]
    result = []
    for span in _paragraphs_and_tables(document, within or Span(0, len(document.text))):
        if isinstance(span, Table):
            result.append(_table_block(document, span, marked, words))
            continue
        first = max(bisect_right(starts, span.start) - 1, 0)
        own = [s for s in sentences[first : bisect_left(starts, span.end)] if s.start < span.end and span.start < s.end]
        near = [_within(group, span) for group in (marked, words)]
        stretches = tuple(
            Stretch(
                sentence, part.start == sentence.start if sentence else False, tuple(_runs_of(document, part, near))
            )
            for part, sentence in _stretches(span, own)
        )
        result.append(Block(span.start in headings, _flows(document.text[span.start : span.end]), stretches))
    return result


def _paragraphs_and_tables(document: Document, within: Span) -> Iterator[Span | Table]:
    """The paragraphs of a part of a document, and the tables that lie whole in it, in order."""
    offset = within.start
    for table in document.tables:
        lines = [*table.head, *(table.span(row) for row in range(len(table.rows)))]
        if not table.rows or not lines:
            continue
        start, end = min(line.start for line in lines), max(line.end for line in lines)
        if start < offset or end > within.end:
            continue
        yield from _paragraphs(document.text, Span(offset, start))
        yield table
        offset = end
    yield from _paragraphs(document.text, Span(offset, within.end))


def _table_block(document: Document, table: Table, marked: Sequence[Span], words: Sequence[Span]) -> Block:
    rows = []
    for number, ends in enumerate(table.rows):
        span = table.span(number)
        cells = [Span(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True)]
        near = [_within(group, span) for group in (marked, words)]
        runs = tuple(tuple(_runs_of(document, cell, near)) if len(cell) else () for cell in cells)
        rows.append(Row(span, document.text[span.start : span.end], runs))
    return Block(heading=False, flows=True, stretches=(), columns=table.columns, rows=tuple(rows))


def _runs_of(document: Document, part: Span, near: Sequence[Sequence[Span]]) -> list[Run]:
    return _runs(document.text[part.start : part.end], part.start, part, near[0], near[1])


def _runs(text: str, offset: int, span: Span, answers: Sequence[Span], words: Sequence[Span]) -> list[Run]:
    edges = {span.start, span.end}
    for mark in (*answers, *words):
        edges |= {edge for edge in (mark.start, mark.end) if span.start < edge < span.end}
    return [
        Run(text[start - offset : end - offset], _covered(answers, start, end), _covered(words, start, end))
        for start, end in pairwise(sorted(edges))
    ]


def _covered(marks: Sequence[Span], start: int, end: int) -> bool:
    return any(mark.start <= start and end <= mark.end for mark in marks)


def _within(spans: Sequence[Span], span: Span) -> list[Span]:
    return [other for other in spans if other.start < span.end and span.start < other.end]


def _paragraphs(text: str, within: Span) -> Iterator[Span]:
    shown = text[within.start : within.end]
    start = within.start + len(shown) - len(shown.lstrip())
    end = within.start + len(shown.rstrip())
    for gap in _GAP.finditer(text, start, end):
        if start < gap.start():
            yield Span(start, gap.start())
        start = gap.end()
    if start < end:
        yield Span(start, end)


def _stretches(block: Span, sentences: Sequence[Span]) -> Iterator[tuple[Span, Span | None]]:
    """The block's parts in order, each with the sentence it belongs to; together they are the block."""
    offset = block.start
    for sentence in sentences:
        start, end = max(sentence.start, block.start), min(sentence.end, block.end)
        if offset < start:
            yield Span(offset, start), None
        yield Span(start, end), sentence
        offset = end
    if offset < block.end:
        yield Span(offset, block.end), None


def _flows(text: str) -> bool:
    """Whether all lines but the last are as long as an editor's window: such breaks are not the author's."""
    return all(len(line) in WRAPPED_LINE for line in text.split("\n")[:-1])
