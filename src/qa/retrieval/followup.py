"""Follow-up questions: does a question stand alone, and if not, which words of the earlier ones does it need?

No language model: a question leans on what was said before when it points back with a pronoun that nothing in it can
stand for, begins like a continuation, or has next to no words of its own.
"""

import re
from collections.abc import Sequence

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, is_name, token_shapes

MAX_CARRIED = 8  # words; more would drown the question
FEW_WORDS = 2  # a question with no more content words than that, and no name, is an ellipsis

_POINTS_BACK = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|ones?|such|same|others?"
    r"|both|else)\b",
    re.IGNORECASE,
)
_NOT_POINTING = re.compile(
    r"\b(is|was|are|were) there\b|\bthere (is|was|are|were)\b|\bthat \w+(s|ed)\b|\bsuch as\b"
    r"|\bit (is|was) \w+ (that|to)\b|\bit (take|cost|mean|rain)s?\b|\bno one\b|\bat the same time\b|\beach other\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"\W*(and|but|or|so|also|what about|how about|why not|then|ok|okay|yes|no|any|tell me more|more)\b", re.IGNORECASE
)


def needs_context(question: str) -> bool:
    """Whether a question cannot be understood without the ones before it."""
    tokens = analyze(question)
    content = [token for token in tokens if token.word not in FUNCTION_WORDS]
    if not content or _CONTINUES.match(question):
        return True
    named = _names(question, tokens)
    if _POINTS_BACK.search(_NOT_POINTING.sub(" ", question)) and not named:
        return True
    return len(content) <= FEW_WORDS and not named


def carried_words(history: Sequence[str], question: str) -> str:
    """The content words of the latest earlier question that stands alone and of those after it, as they were written.

    Words that the question has itself are left out; the latest words come last and are kept when there are too many.
    """
    start = max((i for i, earlier in enumerate(history) if not needs_context(earlier)), default=0)
    own = {token.term for token in analyze(question)}
    words: dict[str, str] = {}
    for earlier in history[start:]:
        for token in analyze(earlier):
            if token.word not in FUNCTION_WORDS and token.term not in own:
                words.setdefault(token.term, earlier[token.start : token.end])
    return " ".join(list(words.values())[:MAX_CARRIED])


def resolve(question: str, history: Sequence[str]) -> str:
    """The question as it is to be searched for: itself, or with the words that it leans on before it."""
    if not history or not needs_context(question):
        return question
    carried = carried_words(history, question)
    return f"{carried} {question}" if carried else question


def _names(question: str, tokens: Sequence[Token]) -> bool:
    shapes = token_shapes(question, tokens)
    return any(
        is_name(shape) and shape & TokenShape.CAPITAL and token.word not in FUNCTION_WORDS
        for shape, token in zip(shapes, tokens, strict=True)
    )
