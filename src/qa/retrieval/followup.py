"""Follow-up questions: does a question stand alone, and if not, which words of the earlier ones does it need?

No language model: a question leans on the ones before it when it points back with a pronoun that nothing in it can
stand for, begins like a continuation, or has next to no content words. The pronouns and beginnings of other languages
than English stand in ``follow_words.json``.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, is_name, token_shapes
from qa.languages import ENGLISH, UNSPACED, common_words, language_of

MAX_CARRIED = 8  # words; more would drown the question
FEW_WORDS = 2  # a question with no more content words than that, and no name, is an ellipsis
SOME_WORDS = 3  # a question with no more content words, and no name, may still lean on others
CAPITALISING = ("de",)  # languages that write more than names with a capital

_SMALL_TALK = frozenset(
    "hi hello hey thanks thank cheers bye goodbye great good morning afternoon evening ok okay never mind helpful nice "
    "perfect cool sorry welcome day much night".split()
)
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


@dataclass(frozen=True, slots=True)
class _Language:
    """How a language leans on what was said before.

    Attributes:
        idle: words that carry no topic.
        points_back, continues: what stands for something said before, and what a continuation begins with.
        is_spaced: whether words stand apart; else tokens are pairs of characters.
        marks_names: whether a capital tells a name.
    """

    idle: Collection[str]
    points_back: re.Pattern[str]
    continues: re.Pattern[str]
    is_spaced: bool = True
    marks_names: bool = True

    def content(self, tokens: Sequence[Token]) -> int:
        """How many words carry a topic; of a language that is written without spaces, a word is two pairs."""
        count = sum(token.word not in self.idle for token in tokens)
        return count if self.is_spaced else count // 2

    def has_name(self, question: str, tokens: Sequence[Token]) -> bool:
        shapes = token_shapes(question, tokens) if self.marks_names else []
        return any(
            is_name(shape) and shape & TokenShape.CAPITAL and token.word not in self.idle
            for shape, token in zip(shapes, tokens, strict=False)
        )


def _language(question: str) -> _Language:
    return _language_of(language_of(question) or ENGLISH)


@cache
def _language_of(code: str) -> _Language:
    words = json.loads(files("qa.retrieval").joinpath("follow_words.json").read_text("utf-8")).get(code)
    if words is None:
        return _Language(FUNCTION_WORDS, _POINTS_BACK, _CONTINUES)
    edge = "" if code in UNSPACED else r"\b"
    points_back = re.compile(rf"{edge}(?:{'|'.join(words['points_back'])}){edge}", re.IGNORECASE)
    continues = re.compile(rf"\W*(?:{'|'.join(words['continues'])}){edge}", re.IGNORECASE)
    return _Language(common_words(code), points_back, continues, code not in UNSPACED, code not in CAPITALISING)


@dataclass(frozen=True, slots=True)
class Form:
    """One way to search for a question: its text, led by the words or names that are carried from earlier turns."""

    text: str
    carried: tuple[str, ...] = ()


def forms(question: str, history: Sequence[str], told: Sequence[str] = ()) -> list[Form]:
    """The ways to search for a question after others (oldest first), the likeliest one first.

    A question after others may stand alone or lean on them, and its words do not always tell: whoever answers tries
    both. One with a name or several content words stands alone. ``told`` are names that answered earlier questions.
    """
    carried = carried_words([earlier for earlier in history if _may_be_leant_on(earlier, question)], question)
    alone = Form(question)
    if not carried or is_small_talk(question):
        return [alone]
    leaning = Form(" ".join((*carried, question)), carried)
    if needs_context(question):
        named = [Form(" ".join((*told, question)), tuple(told))] if told else []
        return [*named, leaning, alone]
    tokens, language = analyze(question), _language(question)
    stands = language.content(tokens) > SOME_WORDS or language.has_name(question, tokens)
    return [alone] if stands else [alone, leaning]


def _may_be_leant_on(earlier: str, question: str) -> bool:
    """Whether an earlier turn asks something, in the question's language as far as that is known."""
    languages = {language_of(earlier), language_of(question)} - {None}
    return not is_small_talk(earlier) and len(languages) <= 1


def asked_before(question: str, history: Sequence[str]) -> list[Form]:
    """The earlier questions whose answers a question may speak of: the one before, and the latest that stands alone."""
    earlier = [turn for turn in history if _may_be_leant_on(turn, question)]
    if not earlier or is_small_talk(question) or not needs_context(question):
        return []
    start = max((i for i, turn in enumerate(earlier) if not needs_context(turn)), default=0)
    return [forms(earlier[index], earlier[:index])[0] for index in sorted({start, len(earlier) - 1})]


def is_small_talk(question: str) -> bool:
    """Whether a turn asks nothing: a greeting, thanks, or a farewell."""
    words = {token.word for token in analyze(question)}
    return bool(words & _SMALL_TALK) and words <= _SMALL_TALK | FUNCTION_WORDS


def needs_context(question: str) -> bool:
    """Whether a question cannot be understood without the ones before it, as far as its words tell."""
    tokens, language = analyze(question), _language(question)
    content, named = language.content(tokens), language.has_name(question, tokens)
    if not content or (language.continues.match(question) and not (named and content > FEW_WORDS)):
        return True
    if language.points_back.search(_NOT_POINTING.sub(" ", question)) and not named:
        return True
    return content <= FEW_WORDS and not named


def carried_words(history: Sequence[str], question: str) -> tuple[str, ...]:
    """The content words of the latest earlier question that stands alone and of those after it, as they were written.

    Words that the question has itself are left out. Of too many the first are kept: they name what the talk is about.
    A question in a language that is written without spaces is carried whole.
    """
    start = max((i for i, earlier in enumerate(history) if not needs_context(earlier)), default=0)
    asked = {token.term for token in analyze(question)}
    words: dict[str, str] = {}
    for earlier in history[start:]:
        language = _language(earlier)
        if not language.is_spaced:
            words[earlier] = earlier.strip(" ?？。")
            continue
        for token in analyze(earlier):
            if token.word not in language.idle and token.term not in asked:
                words.setdefault(token.term, earlier[token.start : token.end])
    return tuple(words.values())[:MAX_CARRIED]
