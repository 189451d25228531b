"""The form of the answer that a question's words ask for, by language."""

import pytest

from qa.retrieval.answer_types import AnswerType, answer_type


@pytest.mark.parametrize(
    ("question", "language", "form"),
    [
        ("Wie viele Menschen leben dort?", "de", AnswerType.NUMBER), ("WANN WAR DAS?", "de", AnswerType.DATE),
        ("Wer war es?", "de", AnswerType.NAME), ("Warum?", "de", AnswerType.OTHER),
        ("她什么时候出生？", "zh", AnswerType.DATE), ("谁写了这本书？", "zh", AnswerType.NAME),
        ("Who wrote it?", "de", AnswerType.OTHER), ("Who wrote it?", "xx", AnswerType.OTHER),
    ],
)  # fmt: skip
def test_question_words(question: str, language: str, form: AnswerType) -> None:
    """Of the question's language alone; in any case; inside a text without spaces too."""
    assert answer_type(question, language) is form


def test_whole_words() -> None:
    """Letters inside another word ask for nothing, where words are divided by spaces."""
    assert answer_type("Is the wholesale market open?") is AnswerType.OTHER
    assert answer_type("Ein Schwergewicht?", "de") is AnswerType.OTHER


def test_the_first_form_counts() -> None:
    """A question for a number is one also where another question word stands in it."""
    assert answer_type("How many people who left came back?") is AnswerType.NUMBER
