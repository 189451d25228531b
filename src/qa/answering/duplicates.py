"""The same text twice is one result: passages that repeat a better one are named with it, not listed after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.analysis import TokenShape
from qa.index.snapshot import Snapshot
from qa.types import Candidate

NEAR = 0.9  # cosine of two passages, below which their words are not compared
FACT = TokenShape.DIGIT | TokenShape.CAPITAL | TokenShape.NUMBER_WORD
SAME = 0.9  # share of distinct words that both have among those that either has (Jaccard)


@dataclass(frozen=True, slots=True)
class Distinct:
    """A candidate and the rows of the passages that say the same."""

    candidate: Candidate
    repeated_in: tuple[int, ...]


def distinct(snapshot: Snapshot, candidates: Sequence[Candidate], count: int) -> list[Distinct]:
    """The first ``count`` candidates that do not repeat a better one, in their order."""
    rows = np.asarray([candidate.row for candidate in candidates], dtype=np.int64)
    vectors = snapshot.passage_vectors.vectors(rows)
    first = list(range(len(rows)))
    for place, other in np.argwhere(np.tril(vectors @ vectors.T >= NEAR, -1)).tolist():
        is_first = first[place] == place and first[other] == other
        if is_first and say_the_same(snapshot, int(rows[place]), int(rows[other])):
            first[place] = other
    kept = [place for place, own in enumerate(first) if own == place][:count]
    return [Distinct(candidates[k], tuple(int(rows[p]) for p, own in enumerate(first) if own == k != p)) for k in kept]


def say_the_same(snapshot: Snapshot, one: int, other: int) -> bool:
    """Whether nearly all words are the same, and no number or name is among the others."""
    words, others = (_words(snapshot, row) for row in (one, other))
    different = words.keys() ^ others.keys()
    facts = any((words | others)[word] & FACT for word in different)
    return len(different) <= (1 - SAME) * len(words | others) and not facts


def _words(snapshot: Snapshot, row: int) -> dict[int, int]:
    """The ids of the terms that a passage says, with their shapes."""
    sentences = snapshot.sentence_slice(row)
    ids, shapes, _ = snapshot.lexical.sentence_tokens(np.arange(sentences.start, sentences.stop))
    return dict(zip(ids.tolist(), shapes.tolist(), strict=True))
