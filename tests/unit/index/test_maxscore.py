"""The best rows of sums of postings: those that sorting all sums gives, whatever was not read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.index.maxscore import AllScores, WeightedTerm, WeightedTerms, Workspace, together

ROWS = 3000


def terms_of(random: np.random.Generator, count: int, levels: int) -> list[WeightedTerm]:
    """Terms as a corpus has them, common ones with small scores; ``levels`` few makes many ties."""
    terms = []
    for _ in range(count):
        frequency = int(ROWS * random.random() ** 3)
        rows = np.sort(random.choice(ROWS, frequency, replace=False)).astype(np.int32)
        rarity = np.log1p((ROWS - frequency + 0.5) / (frequency + 0.5))
        scores = (rarity * (random.integers(0, levels, frequency) + 1) / levels).astype(np.float32)
        weight = float(random.choice([0.25, 0.5, 1.0]))
        terms.append(WeightedTerm(rows, scores, float(scores.max(initial=0.0)), weight))
    return terms


def summed(terms: list[WeightedTerm]) -> np.ndarray:
    """The sums of all rows."""
    total = np.zeros(ROWS, dtype=np.float32)
    for weight in sorted({term.weight for term in terms}):
        part = np.zeros(ROWS, dtype=np.float32)
        for term in (term for term in terms if term.weight == weight):
            part[term.rows] += term.scores
        total += np.float32(weight) * part
    return total


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(0, 7),
    levels=st.sampled_from([1, 3, 10**6]),
    k=st.sampled_from([1, 2, 10, 50, ROWS]),
    share=st.sampled_from([None, 0.0, 0.01, 0.5, 1.0]),
)
def test_they_are_those_of_all_sums(seed: int, count: int, levels: int, k: int, share: float | None) -> None:
    """The same rows with the same scores to the last bit, ties by row, among all rows or those that are admitted."""
    random = np.random.default_rng(seed)
    terms = terms_of(random, count, levels)
    rows = None if share is None else np.flatnonzero(random.random(ROWS) < share)
    scores = summed(terms)
    weighted, workspace = WeightedTerms(terms, space := Workspace(ROWS)), space
    asked = range(ROWS) if rows is None else rows.tolist()
    expected = sorted((row for row in asked if scores[row] > 0), key=lambda row: (-scores[row], row))[:k]
    for _ in range(2):
        hits = weighted.best(k, rows)
        assert [(hit.row, hit.score) for hit in hits] == [(row, float(scores[row])) for row in expected]
    assert hits == AllScores(scores).best(k, rows)
    assert not workspace.sums.any()
    assert np.array_equal(weighted.at(np.arange(ROWS)[::7]), scores[::7])


class Counted(np.ndarray):
    """Scores that count how many of them are taken."""

    taken = 0

    def __getitem__(self, index):
        found = np.asarray(super().__getitem__(index))
        Counted.taken += found.size
        return found


def test_a_common_term_is_looked_up_for_few_rows() -> None:
    """Where rare terms decide, the scores of a term that nearly every row says are not summed."""
    random = np.random.default_rng(1)
    rare = np.sort(random.choice(ROWS, 100, replace=False)).astype(np.int32)
    common = np.arange(ROWS, dtype=np.int32)
    scores = np.full(ROWS, 0.1, dtype=np.float32).view(Counted)
    terms = [
        WeightedTerm(rare, np.full(100, 5, dtype=np.float32), 5.0, 1.0),
        WeightedTerm(common, scores, 0.1, 1.0),
    ]
    hits = WeightedTerms(terms, Workspace(ROWS)).best(10)
    assert [hit.row for hit in hits] == rare[:10].tolist()
    assert Counted.taken <= 3 * len(rare)


@pytest.mark.parametrize(
    ("lists", "expected"),
    [([[1, 2, 3]], [1, 2, 3]), ([[1, 2, 3], [2, 3, 9], [0, 3]], [3]), ([[1], []], []), ([[], []], [])],
)
def test_rows_in_all_lists(lists: list[list[int]], expected: list[int]) -> None:
    """Ascending, as the rows of each are."""
    assert together([np.asarray(rows, dtype=np.int32) for rows in lists]).tolist() == expected
