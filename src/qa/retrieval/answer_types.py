"""Question → the form of its answer, as far as its question words tell, in sixteen languages.

The words stand in ``question_words.json``, by language, as regular expressions; the first form that matches counts.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from qa.languages import ENGLISH, UNSPACED


class AnswerType(StrEnum):
    """The form of what a question asks for."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    OTHER = ""


def answer_type(question: str, language: str = ENGLISH) -> AnswerType:
    """Who and where ask for a name, when for a date, how many for a number.

    >>> answer_type("Wie viele Menschen leben dort?", "de")
    <AnswerType.NUMBER: 'number'>
    """
    forms = _patterns(language).items()
    return next((form for form, words in forms if words.search(question)), AnswerType.OTHER)


def _pattern(words: list[str], language: str) -> re.Pattern[str]:
    edge = "" if language in UNSPACED else r"\b"
    return re.compile(rf"{edge}(?:{'|'.join(words)}){edge}", re.IGNORECASE)


@cache
def _patterns(language: str) -> Mapping[AnswerType, re.Pattern[str]]:
    return {AnswerType(form): _pattern(words, language) for form, words in _QUESTION_WORDS.get(language, {}).items()}


_QUESTION_WORDS: Mapping[str, Mapping[str, list[str]]] = json.loads(
    files("qa.retrieval").joinpath("question_words.json").read_text("utf-8")
)
