"""Why a passage was found: which words of the question it has and which it has not."""

from dataclasses import dataclass

from qa.analysis import analyze
from qa.types import Passage

# Words that shape a question but are not what it is about.
_SHAPING = """
a an the of to in on at by for from with and or is are was were be been do does did has have had he she it they his her
its their what when where who whom whose which why how that this these those there can could would will should may
might as about into i you we my your our me us
"""
_SHAPE = frozenset(_SHAPING.split())


def telling_terms(question: str) -> set[str]:
    """The terms of the words that a question is about."""
    return {token.term for token in analyze(question) if is_telling(question[token.start : token.end])}


def is_telling(word: str) -> bool:
    """Whether a word says what a question is about, rather than shaping it."""
    return word.lower() not in _SHAPE


@dataclass(frozen=True, slots=True)
class Words:
    """The question's own words, as typed, in order, each once."""

    matched: tuple[str, ...]
    unmatched: tuple[str, ...]


def matched_words(question: str, passage: Passage) -> Words:
    """Compare a question with a passage and the headings it stands under; other forms of a word match it."""
    present = {token.term for token in analyze(passage.embedded_text)}
    asked: dict[str, str] = {}
    for token in analyze(question):
        word = question[token.start : token.end]
        if is_telling(word):
            asked.setdefault(token.term, word)
    return Words(
        tuple(word for term, word in asked.items() if term in present),
        tuple(word for term, word in asked.items() if term not in present),
    )
