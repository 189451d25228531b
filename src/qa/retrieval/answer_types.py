"""Question → what kind of thing it asks for, as far as its question words tell, in the languages of sixteen.

The words stand in ``question_words.json``, by language, as regular expressions; the first kind that one matches counts.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files

from qa.languages import ENGLISH, UNSPACED


class AnswerType(StrEnum):
    """What kind of thing a question asks for."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    OTHER = ""


def answer_type(question: str, language: str = ENGLISH) -> AnswerType:
    """Who and where ask for a name, when for a date, how many for a number.

    >>> answer_type("Wie viele Menschen leben dort?", "de")
    <AnswerType.NUMBER: 'number'>
    """
    patterns = _PATTERNS.get(language, {})
    return next((kind for kind, words in patterns.items() if words.search(question)), AnswerType.OTHER)


def _pattern(words: list[str], language: str) -> re.Pattern[str]:
    edge = "" if language in UNSPACED else r"\b"
    return re.compile(rf"{edge}(?:{'|'.join(words)}){edge}", re.IGNORECASE)


def _patterns() -> Mapping[str, Mapping[AnswerType, re.Pattern[str]]]:
    by_language = json.loads(files("qa.retrieval").joinpath("question_words.json").read_text("utf-8"))
    return {
        language: {AnswerType(kind): _pattern(words, language) for kind, words in kinds.items()}
        for language, kinds in by_language.items()
    }


_PATTERNS = _patterns()
