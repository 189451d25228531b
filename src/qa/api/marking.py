"""A passage cut at its highlights, for templates that mark it."""

from dataclasses import dataclass
from itertools import pairwise

from qa.types import HighlightKind, RankedPassage


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text under the same marks."""

    text: str
    answer: bool
    term: bool


def marked_passage(ranked: RankedPassage) -> list[Run]:
    """The passage as runs, in order; joined they are the passage."""
    passage = ranked.passage
    edges = {passage.start, passage.end}
    for highlight in ranked.highlights:
        edges |= {highlight.span.start, highlight.span.end}
    cuts = sorted(edge for edge in edges if passage.start <= edge <= passage.end)
    return [
        Run(
            passage.text[start - passage.start : end - passage.start],
            _covered(ranked, HighlightKind.ANSWER, start, end),
            _covered(ranked, HighlightKind.TERM, start, end),
        )
        for start, end in pairwise(cuts)
    ]


def _covered(ranked: RankedPassage, kind: HighlightKind, start: int, end: int) -> bool:
    return any(h.kind is kind and h.span.start <= start and end <= h.span.end for h in ranked.highlights)
