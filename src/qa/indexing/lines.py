"""Which line ends are ends of sentences: those of poems, lists, headings and addresses, not those of wrapped prose.

Prose is wrapped where the next word would not have fitted into the line. Where most lines of a block end so, they are
wrapped; where they do not, each line stands for itself.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from qa.analysis import FUNCTION_WORDS
from qa.types import Span

VERSION = 3  # of the rules by which text is cut into sentences; part of an index's recipe
NARROWEST = 30  # characters: prose is not wrapped to less
MOSTLY = 0.75  # of the lines of wrapped prose are full, the last one aside
LINE_END = 2  # characters, at most
ENOUGH_LINES = 4  # of a block tell how wide it is; else the widest line of the section does
_LINE = re.compile(r"[^\n\u2028]*\S[^\n\u2028]*")
_GOES_ON = re.compile(r"(?:[,;&(–—-]|\b(\w+))\s*$")
_BEGINS_ANEW = re.compile(r"\s*(?:[^\w\s]*[A-Z0-9À-Þ]|[-*•‣–—]\s)")


def line_blocks(text: str, paragraph: Span, width: int) -> Iterator[Span]:
    """A paragraph cut at the line ends that end a sentence; together the pieces hold all its words.

    ``width`` is the length of the section's widest line, in characters.
    """
    lines = [Span(*match.span()) for match in _LINE.finditer(text, paragraph.start, paragraph.end)]
    if not lines:
        return
    lengths = [len(text[line.start : line.end].strip()) for line in lines]
    widest = max(lengths) if len(lines) >= ENOUGH_LINES else max(width, *lengths)
    full = [
        length + 1 + len(text[after.start : after.end].split(maxsplit=1)[0]) > widest >= NARROWEST
        for length, after in zip(lengths, lines[1:], strict=False)
    ]
    wrapped = bool(full) and sum(full) >= MOSTLY * len(full)
    start = lines[0].start
    for is_full, (line, after) in zip(full, pairwise(lines), strict=True):
        if not _continues(text, line, after, is_full=is_full, wrapped=wrapped):
            yield Span(start, line.end)
            start = after.start
    yield Span(start, lines[-1].end)


def widest_line(text: str, section: Span) -> int:
    """The length of the widest line of a section, in characters, as prose is wrapped: lone lines do not count."""
    lines = [Span(*match.span()) for match in _LINE.finditer(text, section.start, section.end)]
    return max((len(line) for line, after in pairwise(lines) if after.start - line.end <= LINE_END), default=0)


def _continues(text: str, line: Span, after: Span, *, is_full: bool, wrapped: bool) -> bool:
    """Whether a sentence may go on in the next line."""
    if wrapped:
        return is_full or not _BEGINS_ANEW.match(text, after.start)
    end = _GOES_ON.search(text, line.start, line.end)
    if end is None or (end[1] and _BEGINS_ANEW.match(text, after.start)):
        return False
    return end[1] is None or (end[1].lower() in FUNCTION_WORDS and end[1].islower())
