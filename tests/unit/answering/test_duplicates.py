"""Which passages repeat a better one."""

import pytest

from qa.answering.duplicates import distinct
from qa.types import Candidate

SAID = "The Puffin sailed to Oskerby with twelve cars and a brass band on board in fair weather."


@pytest.mark.parametrize(
    ("other", "repeats"),
    [
        (SAID, True),
        (SAID.replace(" fair", ""), True),
        (SAID.replace("twelve", "forty"), False),
        (SAID.replace("Oskerby", "Saltrane"), False),
        ("The mill ground oats until the river changed its course.", False),
    ],
)
def test_repetitions(snapshot_of, other: str, repeats: bool) -> None:
    """Nearly all words are the same, and no number or name differs; the better one is named with the other."""
    snapshot = snapshot_of(a=SAID, b=other)
    found = distinct(snapshot, [Candidate(1, 2.0, {}, (0.0,)), Candidate(0, 1.0, {}, (0.0,))], 5)
    rows = [(one.candidate.row, one.repeated_in) for one in found]
    assert rows == ([(1, (0,))] if repeats else [(1, ()), (0, ())])


def test_the_first_ones_are_counted_after_repetitions(snapshot_of) -> None:
    """A repetition takes no place of another passage."""
    snapshot = snapshot_of(a=SAID, b=SAID, c="The mill ground oats.")
    found = distinct(snapshot, [Candidate(row, 3.0 - row, {}, (0.0,)) for row in range(3)], 2)
    assert [one.candidate.row for one in found] == [0, 2]
