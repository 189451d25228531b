"""Whether words have the form that a question asks for: who and where a name, when a date, how many a number."""

from qa.analysis import TokenShape, analyze, token_shapes
from qa.retrieval.answer_types import AnswerType

_NUMBER = TokenShape.DIGIT | TokenShape.NUMBER_WORD
_FORMS = {
    AnswerType.NUMBER: _NUMBER,
    AnswerType.DATE: _NUMBER | TokenShape.YEAR | TokenShape.MONTH,
    AnswerType.NAME: TokenShape.CAPITAL,
}


def has_type(words: str, asked: AnswerType) -> bool:
    """Whether one of some words has the form of that type; False where a question asks for none."""
    form = _FORMS.get(asked, TokenShape(0))
    return any(shape & form for shape in token_shapes(words, analyze(words)))
