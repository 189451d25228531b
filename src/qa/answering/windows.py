"""Probabilities of sentences → what is quoted: the sentence that answers, with those that it needs.

A window is the least that answers: the best sentence; a second or third that may well be it; the sentence before one
that begins with a pronoun, where that names what the question asks about; and a list with the line that introduces it.
A heading is quoted with what stands below it, and never beside another sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.answering.pool import Pool
from qa.protocols import Scores

MAX_SENTENCES = 3
MAX_WORDS = 60  # in all, where more than one sentence is quoted
ALSO = 0.12  # a further sentence is quoted if it is the answer with at least this probability
MAX_ITEMS = 12
SHORT_ITEM = 12  # words: a line of no more, without a full stop, after a colon is an item of a list
MIN_TERMS = 2  # words of the question that sentences have to share, to be alike
_ENUMERATES = re.compile(r"\W*(?:who|whom|which|what|list|name|how many|where|when)\b", re.IGNORECASE)
_PRONOUN_LED = re.compile(
    r"\W*(?:he|she|it|they|his|her|its|their|this|that|these|those|both|the (?:former|latter|same))\b", re.IGNORECASE
)
_INTRODUCES = re.compile(r"(?::|\b(?:the following|as follows)\b.{0,20})\s*$", re.IGNORECASE)
_MARKER = re.compile(r"\s*(?:[-*•‣–—·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_FULL_STOP = re.compile(r"[.!?][\"”’')\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Sentences:
    """The chosen ones, by their index in the pool: those of the best one's passage first, in the order of the text."""

    best: int
    chosen: tuple[int, ...]


def asks_for_several(question: str) -> bool:
    """Whether a question may have several answers that are all wanted."""
    return bool(_ENUMERATES.match(question))


def choose(pool: Pool, probabilities: Scores, *, several: bool = False) -> Sentences:
    """What is quoted from a pool of at least one sentence; with ``several`` all sentences that answer like the best."""
    order = np.argsort(-probabilities, kind="stable").tolist()
    best = order[0]
    alike = _alike(pool, best) if several else [best]
    if len(alike) > 1:
        return Sentences(best, _in_order(pool, best, alike[:MAX_ITEMS]))
    chosen = _list_of(pool, best, whole=several)
    if pool.is_heading[best] and (below := _below(pool, best)) is not None:
        chosen = [*chosen, below]
    for other in order[1:MAX_SENTENCES]:
        if pool.is_heading[other]:
            continue
        if len(chosen) < MAX_SENTENCES and probabilities[other] >= ALSO and _fits(pool, [*chosen, other]):
            chosen = [*chosen, other]
    if len(chosen) < MAX_SENTENCES and (before := _antecedent(pool, best, chosen)) is not None:
        chosen = [*chosen, before]
    return Sentences(best, _in_order(pool, best, chosen))


def _in_order(pool: Pool, best: int, chosen: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(set(chosen), key=lambda index: (pool.rank[index] != pool.rank[best], index)))


def _alike(pool: Pool, best: int) -> list[int]:
    """The sentences that say as much of the question as the best one, if that is most of it."""
    shared = pool.has_term[best]
    if shared.sum() < MIN_TERMS or not pool.covers_most[best]:
        return [best]
    return [index for index in range(len(pool)) if pool.has_term[index][shared].all() and pool.covers_most[index]]


def _fits(pool: Pool, chosen: Sequence[int]) -> bool:
    return sum(len(pool.texts[index].split()) for index in set(chosen)) <= MAX_WORDS


def _antecedent(pool: Pool, best: int, chosen: Sequence[int]) -> int | None:
    """The sentence before one that begins with a pronoun, if it says words of the question that this one lacks."""
    before = best - 1
    if not pool.ordinals[best] or before in chosen or not _PRONOUN_LED.match(pool.texts[best]):
        return None
    adds = (pool.has_term[before] & ~pool.has_term[best]).any()
    return before if adds and _fits(pool, [*chosen, before]) else None


def _below(pool: Pool, heading: int) -> int | None:
    """The first sentence under a heading, which tells what it announces."""
    below = heading + 1
    is_there = below < len(pool) and pool.rank[below] == pool.rank[heading] and not pool.is_heading[below]
    return below if is_there and _fits(pool, [heading, below]) else None


def _list_of(pool: Pool, best: int, *, whole: bool) -> list[int]:
    """A sentence with the list that it introduces, or an item with the line that introduces it (and the others)."""
    if _INTRODUCES.search(pool.texts[best]):
        items = []
        for index in range(best + 1, min(best + 1 + MAX_ITEMS, len(pool))):
            if pool.rank[index] != pool.rank[best] or not _is_item(pool, index):
                break
            items.append(index)
        return [best, *items]
    if _is_item(pool, best):
        for index in range(best - 1, max(best - 1 - MAX_ITEMS, -1), -1):
            if pool.rank[index] != pool.rank[best]:
                break
            if _INTRODUCES.search(pool.texts[index]):
                return _list_of(pool, index, whole=True) if whole else [index, best]
            if not _is_item(pool, index):
                break
    return [best]


def is_named_list(pool: Pool, sentences: Sentences) -> bool:
    """Whether what is quoted is a list whose introduction says most of the question."""
    first, *items = sentences.chosen
    introduces = bool(_INTRODUCES.search(pool.texts[first])) and bool(pool.covers_most[first])
    return introduces and bool(items) and all(_is_item(pool, index) for index in items)


def _is_item(pool: Pool, index: int) -> bool:
    """Whether a sentence looks like an item of a list, or is a short one in a line of its own: readers drop markers."""
    text = pool.texts[index]
    is_short_line = bool(pool.fills_lines[index]) and len(text.split()) <= SHORT_ITEM and not pool.is_heading[index]
    return is_item(text) or is_short_line


def is_item(text: str) -> bool:
    """Whether a sentence looks like an item of a list: it has a marker, or is short and has no full stop."""
    return bool(_MARKER.match(text)) or (len(text.split()) <= SHORT_ITEM and not _FULL_STOP.search(text))
