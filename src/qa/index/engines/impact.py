"""Postings by impact: each term's rows in blocks, the heaviest first, so that a search can stop early.

Anh, de Kretser and Moffat 2001, "Vector-space ranking with effective early termination", order postings by impact;
the first block of a term is its champion list (Manning, Raghavan and Schütze 2008, section 7.1.3). What a search
finds is scored again with all weights of each passage, so a cut decides only what is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from qa.protocols import Rows, Scores
from qa.types import Hit

BLOCK = 8_192  # rows; of a term in fewer passages everything is in the first block
SPARE = 2  # blocks are read until they hold so many times the rows that are admitted out of as many


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one term, ascending, and the term's weight in each: int32 and float32, little endian."""

    term: int
    number: int
    rows: bytes
    weights: bytes

    def arrays(self) -> tuple[NDArray[np.int32], Scores]:
        return np.frombuffer(self.rows, dtype="<i4"), np.frombuffer(self.weights, dtype="<f4")


def blocks(postings: Iterable[tuple[int, Rows, Scores]]) -> Iterator[Block]:
    """The blocks of all terms; the weights in one are no smaller than those in the next of the same term."""
    for term, rows, weights in postings:
        order = np.lexsort((rows, -weights)) if len(rows) > BLOCK else np.arange(len(rows))
        for number, first in enumerate(range(0, len(rows), BLOCK)):
            chosen = np.sort(order[first : first + BLOCK])
            kept_rows, kept_weights = rows[chosen].astype("<i4"), weights[chosen].astype("<f4")
            yield Block(term, number, kept_rows.tobytes(), kept_weights.tobytes())


def blocks_needed(admitted: int, passages: int) -> int:
    """How many blocks of each term to read where only so many passages are admitted."""
    return -(-SPARE * passages // max(admitted, 1)) if admitted < passages else 1


def best(
    found: Iterable[Block], weights: Mapping[int, float], k: int, passages: int,
    admitted: NDArray[np.bool_] | None, all_of: Sequence[int],
) -> list[Hit]:  # fmt: skip
    """The ``k`` rows with the largest weighted sums, best first, ties by row.

    Args:
        found: blocks of the terms in ``weights`` and ``all_of``.
        weights: what the weights of each term are multiplied with.
        k: how many.
        passages: rows are below that.
        admitted: ``(passages,)`` which rows may be found; None for all of them.
        all_of: terms of which a row must have every one.
    """
    scores = np.zeros(passages, dtype=np.float32)
    touched: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    holders: dict[int, list[NDArray[np.int32]]] = {term: [] for term in all_of}
    for block in found:
        rows, impacts = block.arrays()
        if block.term in holders:
            holders[block.term].append(rows)
        if block.term in weights:
            scores[rows] += np.float32(weights[block.term]) * impacts
            touched.append(rows)
    rows = np.concatenate(touched)
    if all_of:
        rows = reduce(np.intersect1d, (np.concatenate([rows[:0], *lists]) for lists in holders.values()))
    if admitted is not None:
        rows = rows[admitted[rows]]
    own = scores[rows]
    several = k * (len(weights) + 1)  # a row stands here once for each of its terms
    if len(rows) > several:
        rows = rows[own >= np.partition(own, -several)[-several]]
    rows = np.unique(rows)
    order = np.lexsort((rows, -scores[rows]))[:k]
    return [Hit(int(rows[i]), float(scores[rows[i]])) for i in order]
