"""Initials of given names."""

import pytest

from qa.retrieval.initials import initials, known_initials, spelled_out


@pytest.mark.parametrize(
    ("question", "text", "expected", "known"),
    [
        ("When did J. Norman play?", "Josh Norman played.", "When did Josh Norman play?", {"j"}),
        ("When did J. Norman play?", "Josh Peter Norman played.", "When did Josh Norman play?", {"j"}),
        ("When did J.R. Lind die?", "Jon Rolf Lind died.", "When did Jon Rolf Lind die?", {"j", "r"}),
        ("When did J. Norman play?", "J. Norman played.", "When did J. Norman play?", {"j"}),
        ("When did J. Norman play?", "Karl Norman played. Jon left.", "When did J. Norman play?", set()),
        ("Is vitamin C good?", "Cod is good.", "Is vitamin C good?", set()),
    ],
)
def test_they_are_read_as_the_name_that_a_text_has(question: str, text: str, expected: str, known: set[str]) -> None:
    """Before the same surname alone; another given name is another person."""
    assert spelled_out(question, text) == expected
    assert known_initials(question, text) == known


def test_what_is_an_initial() -> None:
    """A letter with a full stop before a name, also before another one."""
    assert initials("Did J. R. Lind take plan B. or vitamin C?") == {"j", "r"}
