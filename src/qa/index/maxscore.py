"""The best rows of a weighted sum of postings without the sums of all: exact, and reading few postings of common terms.

Turtle and Flood 1995, "Query evaluation: strategies and optimizations" (MaxScore): the most a term can add is known
before it is read. Terms that can add the most, which are rare ones, are read first; as soon as all that are left
together add less than the ``k``-th best sum has already, no new row can be among the best, and the other terms are
looked up for the rows that still can.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa.protocols import Rows, Scores
from qa.types import Hit

SEVERAL = 2  # terms read last, among whose rows the ``k``-th best sum is looked for
SLACK = 1e-4  # of a bound: sums of float32 in another order differ by less

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """The rows that say a term, ascending, its score in each, the largest of them, and what it is multiplied with."""

    rows: Numbers
    scores: Scores
    largest: float
    weight: float

    @property
    def bound(self) -> float:
        """The most that the term adds to a sum."""
        return self.weight * self.largest

    def at(self, rows: Rows) -> tuple[NDArray[np.bool_], Scores]:
        """Which of some rows say the term, and its scores in those."""
        if not len(self.rows):
            return np.zeros(len(rows), dtype=np.bool_), self.scores[:0]
        wanted = rows.astype(np.int32)  # of one type, or the longer array would be copied
        positions = np.minimum(np.searchsorted(self.rows, wanted), len(self.rows) - 1)
        says = self.rows[positions] == wanted
        return says, self.scores[positions[says]]


class LexicalScores(Protocol):
    """The BM25 scores of a question's terms."""

    def at(self, rows: Rows) -> Scores:
        """The scores of some rows."""
        ...

    def best(self, k: int, rows: Rows | None = None) -> list[Hit]:
        """The ``k`` rows with the highest scores above 0, best first, ties by row; with ``rows``, among these only."""
        ...


class Workspace(threading.local):
    """Sums of all rows, 0 between two searches; one array for each thread, since making it would take longer."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._sums: Scores | None = None

    @property
    def sums(self) -> Scores:
        if self._sums is None:
            self._sums = np.zeros(self._size, dtype=np.float32)
        return self._sums


class WeightedTerms:
    """Scores are sums over terms, computed for the rows that are asked for."""

    def __init__(self, terms: Sequence[WeightedTerm], workspace: Workspace) -> None:
        self._terms = terms
        self._workspace = workspace

    def at(self, rows: Rows) -> Scores:
        """The sums of the terms of each weight, weighted and summed, the least weight first."""
        by_weight: dict[float, list[WeightedTerm]] = {}
        for term in self._terms:
            by_weight.setdefault(term.weight, []).append(term)
        total = np.zeros(len(rows), dtype=np.float32)
        for weight in sorted(by_weight):
            part = np.zeros(len(rows), dtype=np.float32)
            for term in by_weight[weight]:
                says, scores = term.at(rows)
                part[says] += scores
            total += np.float32(weight) * part
        return total

    def best(self, k: int, rows: Rows | None = None) -> list[Hit]:
        """As the protocol says."""
        if rows is not None and len(rows) <= sum(len(term.rows) for term in self._terms):
            candidates = rows
        else:
            candidates = self._candidates(k, rows)
        return best_of(candidates, self.at(candidates), k)

    def _candidates(self, k: int, admitted: Rows | None) -> Rows:
        """Rows among which the best are, ascending."""
        terms = sorted(self._terms, key=lambda term: (-term.bound, len(term.rows)))
        left = np.append(np.cumsum([term.bound for term in reversed(terms)])[::-1], 0.0) * (1 + SLACK)
        sums = self._workspace.sums
        read: list[Numbers] = []
        reached, number = 0.0, 0
        try:
            while number < len(terms) and left[number] >= reached:
                term = terms[number]
                term_rows, scores = term.rows, term.scores
                if admitted is not None:
                    among = _among(term_rows, admitted)
                    term_rows, scores = term_rows[among], scores[among]
                read.append(term_rows)
                sums[term_rows] += np.float32(term.weight) * scores
                number += 1
                if left[number] < left[0] - left[number]:  # else no sum can have reached what is left
                    reached = max(reached, *(kth(sums[own], k) for own in read[-SEVERAL:]))
            candidates = _hopeful(sums, read, reached, left[number], k)
            partial = sums[candidates]
        finally:
            for own in read:
                sums[own] = 0.0
        for index in range(number, len(terms)):
            says, scores = terms[index].at(candidates)
            partial[says] += np.float32(terms[index].weight) * scores
            reached = max(reached, kth(partial, k))
            hopes = partial + left[index + 1] >= reached * (1 - SLACK)
            candidates, partial = candidates[hopes], partial[hopes]
        return candidates


def _hopeful(sums: Scores, read: Sequence[Numbers], reached: float, left: float, k: int) -> Rows:
    """The rows whose sums can still become one of the ``k`` largest, where at most ``left`` is added; ascending."""
    own = [sums[rows] for rows in read]
    reached = max([reached, *(kth(values, k) for values in own)])
    hopes = [rows[values + left >= reached * (1 - SLACK)] for rows, values in zip(read, own, strict=True)]
    joined = np.sort(np.concatenate([np.zeros(0, np.int32), *hopes]))
    is_first = np.ones(len(joined), dtype=np.bool_)
    is_first[1:] = joined[1:] != joined[:-1]
    return joined[is_first].astype(np.int64)


class AllScores:
    """The scores of all rows, at hand."""

    def __init__(self, scores: Scores) -> None:
        self._scores = scores

    def at(self, rows: Rows) -> Scores:
        return self._scores[rows]

    def best(self, k: int, rows: Rows | None = None) -> list[Hit]:
        asked = np.arange(len(self._scores)) if rows is None else rows
        return best_of(asked, self._scores[asked], k)


def best_of(rows: Rows, scores: Scores, k: int) -> list[Hit]:
    """The ``k`` of some rows with the highest scores above 0, best first, ties by row."""
    chosen = np.flatnonzero((scores > 0) & (scores >= kth(scores, k)))
    own, values = rows[chosen], scores[chosen]
    return [Hit(int(own[i]), float(values[i])) for i in np.lexsort((own, -values))[:k]]


def kth(values: Scores, k: int) -> float:
    """The ``k``-th largest value; 0 where there are fewer."""
    return float(np.partition(values, -k)[-k]) if len(values) >= k > 0 else 0.0


def together(lists: Sequence[Numbers]) -> Rows:
    """The rows that are in all of some ascending lists, ascending."""
    shortest, *others = sorted(lists, key=len)
    for other in others:
        shortest = shortest[_among(shortest, other)]
    return shortest.astype(np.int64)


def _among(rows: NDArray[np.integer], others: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which of some rows are among others; both ascending."""
    if not len(others):
        return np.zeros(len(rows), dtype=np.bool_)
    positions = np.minimum(np.searchsorted(others, rows), len(others) - 1)
    among: NDArray[np.bool_] = others[positions] == rows
    return among
