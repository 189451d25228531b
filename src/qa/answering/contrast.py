"""Question against quotation: what the one says and the other says otherwise, or not at all.

A passage about the right matter may tell it of another name, number or date, or tell the opposite; shared words alone
cannot see that. Each check is a rule over words that anyone can follow.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, is_name
from qa.answering.roles import swapped
from qa.index.spelling import is_opposite
from qa.retrieval.initials import known_initials
from qa.retrieval.query import Query
from qa.types import Difference

NEGATION = re.compile(
    r"\b(?:not|never|no|none|neither|nor|nobody|nothing|without|cannot|unable|refus\w+|den(?:y|ied|ies)|fail\w*|lack\w*)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
LOOKALIKE = 8  # letters, at least; letters alone do not tell: location and vacation differ by two of them
LOOKALIKE_PREFIXES = (("pro", "pre"), ("e", "im"), ("em", "im"), ("over", "under"), ("a", ""))
NOT_NEGATED = re.compile(  # words that begin like a negated one, and are not the opposite of what follows
    r"dis(?:band|card|charg|clos|cord|count|cours|cover|eas|guis|miss|patch|play|pos|sent|till|tract|tress|tribut)"
    r"|im(?:migra|pact|pair|part|plant|port(?!un)|pos|press|prison|prov(?!i)|puls)"
    r"|in(?:born|bound|come|dent|deed|field|flam|form(?!al)|fus|habit|mate|quir|road|scrib|shore|side|sight|stall|stanc"
    r"|stead|still|sur|tak|tend|tens|tent|vent|vers|vest|voic|ward|land)"
    r"|un(?:ion|it|less|til)|non(?:etheless)"
)


@dataclass(frozen=True, slots=True)
class Contrast:
    """What a question and a quotation do not share.

    Attributes:
        numbers: numbers of the question that the passage does not have, as they are typed.
        names: names of the question that the passage does not have, as they are typed.
        opposites: words of the question, and the opposite that the quotation has in their stead.
        swapped: a verb with the same two names on opposite sides in question and quotation.
        negation: -1 where the question alone is negated, 1 where the quotation alone is, else 0.
    """

    numbers: tuple[str, ...]
    names: tuple[str, ...]
    opposites: tuple[tuple[str, str], ...]
    swapped: tuple[str, ...]
    negation: int

    @property
    def contradicts(self) -> bool:
        """Whether the quotation tells the opposite: such an answer is never given."""
        return bool(self.swapped) or any(not is_antonym(asked, told) for asked, told in self.opposites)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What the question says, and what the documents say in its stead where that can be told."""
        absent = (Difference(word, "") for word in (*self.numbers, *self.names))
        return (*(Difference(asked, told) for asked, told in self.opposites), *absent)

    @property
    def features(self) -> dict[str, float]:
        """The same as numbers, by name, for ``confidence``."""
        return {
            "number_missing": float(bool(self.numbers)),
            "name_missing": float(bool(self.names)),
            "opposite": float(bool(self.opposites)),
            "swapped": float(bool(self.swapped)),
            "question_negated": float(self.negation < 0),
            "quotation_negated": float(self.negation > 0),
        }


def contrast(query: Query, quotation: str, passage: str) -> Contrast:
    """Compare a question with what would be quoted, and with its passage and context."""
    here = {token.term for token in analyze(passage)} | known_initials(query.text, passage)
    quoted = analyze(quotation)
    missing = [
        (token, shape)
        for token, shape in zip(query.tokens, query.shapes, strict=True)
        if is_name(shape) and token.word not in FUNCTION_WORDS and not _is_there(token, query, here)
    ]
    written = [query.text[token.start : token.end] for token, _ in missing]
    numbers = tuple(w for w, (_, shape) in zip(written, missing, strict=True) if shape & TokenShape.DIGIT)
    return Contrast(
        numbers=numbers,
        names=tuple(w for w in written if w not in numbers),
        opposites=tuple(_opposites(query.tokens, quoted)),
        swapped=swapped(query.text, quotation),
        negation=_is_negated(quotation) - _is_negated(query.text),
    )


def _is_there(token: Token, query: Query, terms: set[str]) -> bool:
    return token.term in terms or any(other in terms for other in query.variants.get(token.term, ()))


def _is_negated(text: str) -> bool:
    return bool(NEGATION.search(text))


def _opposites(asked: Sequence[Token], quoted: Sequence[Token]) -> Iterable[tuple[str, str]]:
    words = {token.word for token in quoted}
    terms = {token.term for token in quoted}
    for token in asked:
        if token.term in terms or token.word in FUNCTION_WORDS - {"before", "after"}:
            continue
        for word in words:
            if _is_negated_form(token.word, word) or _look_alike(token.word, word) or is_antonym(token.word, word):
                yield token.word, word


def _is_negated_form(word: str, other: str) -> bool:
    """Whether one word is the other with a prefix that negates: unpaid and paid, but not discovered and covered."""
    return is_opposite(word, other) and not NOT_NEGATED.match(max(word, other, key=len))


def _look_alike(word: str, other: str) -> bool:
    """Two long words that a prefix sets apart: emigrants and immigrants, proscribed and prescribed."""
    if min(len(word), len(other)) < LOOKALIKE:
        return False
    return any(
        a.startswith(left) and b.startswith(right) and a[len(left) :] == b[len(right) :]
        for left, right in LOOKALIKE_PREFIXES
        for a, b in ((word, other), (other, word))
    )


def is_antonym(word: str, other: str) -> bool:
    """Whether two words are opposites by the list, which has words of several meanings."""
    return other in antonyms().get(word, ())


@cache
def antonyms() -> dict[str, frozenset[str]]:
    """Words of opposite meaning, by word: ``antonyms.txt``, in which each line has two groups of forms."""
    table: dict[str, set[str]] = {}
    for line in files("qa.answering").joinpath("antonyms.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        left, right = (side.split() for side in line.split("|"))
        for a, b in ((left, right), (right, left)):
            for word in a:
                table.setdefault(word, set()).update(b)
    return {word: frozenset(others) for word, others in table.items()}
