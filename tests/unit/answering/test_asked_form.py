"""The form of what answers."""

import pytest

from qa.answering.asked_form import has_type
from qa.retrieval.answer_types import AnswerType


@pytest.mark.parametrize(
    ("words", "asked", "expected"),
    [
        ("Anna Petri", AnswerType.NAME, True),
        ("the porter", AnswerType.NAME, False),
        ("fourteen crowns", AnswerType.NUMBER, True),
        ("a few", AnswerType.NUMBER, False),
        ("the ninth of October", AnswerType.DATE, True),
        ("a hot bearing", AnswerType.OTHER, False),
        ("", AnswerType.NAME, False),
    ],
)
def test_a_name_a_number_a_date(words: str, asked: AnswerType, expected: bool) -> None:
    """Who asks for a capital, how many for a number, when for either of a date's parts; why for nothing."""
    assert has_type(words, asked) is expected
