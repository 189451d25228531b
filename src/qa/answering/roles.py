"""Who did it to whom: the names before and after a verb, in a question and in a quotation.

"Salmi followed Rinne" shares every word with "When did Rinne succeed Salmi?" and tells the opposite. ``relations.txt``
lists verbs that say the same, and those that say it the other way round; any other word is compared with itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, token_shapes

CLAUSE_WORDS = 12  # between a verb and its name, at most
_AUXILIARIES = frozenset("was were is are been being be am got gets".split())
_SENTENCE_END = re.compile(r"[.!?;][\"”’)]*\s")
_ASKS_WHO = re.compile(r"\W*(?:by )?whom?\b", re.IGNORECASE)
_ASKS_WITH_DID = re.compile(r"\W*whom?\s+(?:did|does|had|has|will|would)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Role:
    """A relation with the terms of the name that acts and of the name that is acted on; either may be empty.

    ``is_listed``: whether its verb stands in ``relations.txt``.
    """

    relation: str
    subject: frozenset[str]
    object: frozenset[str]
    is_listed: bool


def swapped(question: str, quotation: str) -> tuple[str, ...]:
    """The relation in which a quotation has the question's names on the other sides; empty where there is none."""
    asked = list(_roles(question, with_one=bool(_ASKS_WHO.match(question))))
    if not asked:
        return ()
    told: dict[str, list[Role]] = {}
    for role in _roles(quotation, with_one=True):
        told.setdefault(role.relation, []).append(role)
    for role in asked:
        others = told.get(role.relation, [])
        if any(_contradicts(role, other) for other in others) and not any(_agrees(role, other) for other in others):
            return (role.relation,)
    return ()


def _contradicts(asked: Role, told: Role) -> bool:
    if asked.subject and asked.object:
        crossed = asked.subject & told.object and asked.object & told.subject
        return bool(crossed) and not asked.subject & told.subject
    if not asked.is_listed:
        return False
    known, same, other = (
        (asked.subject, told.subject, told.object) if asked.subject else (asked.object, told.object, told.subject)
    )
    return bool(known & other) and bool(same) and not known & same


def _agrees(asked: Role, told: Role) -> bool:
    return bool(asked.subject & told.subject or asked.object & told.object)


def _roles(text: str, *, with_one: bool) -> Iterator[Role]:
    """The roles around each word that is no name; ``with_one``: those of listed verbs with one name, too."""
    tokens = analyze(text)
    names = [
        bool(shape & TokenShape.CAPITAL) and token.word not in FUNCTION_WORDS
        for token, shape in zip(tokens, token_shapes(text, tokens), strict=True)
    ]
    clauses = _clauses(text, tokens)
    for index, token in enumerate(tokens):
        listed = _listed(tokens, index)
        if names[index] or (token.word in FUNCTION_WORDS and listed is None):
            continue
        before = _name(tokens, names, clauses, range(index - 1, max(index - 1 - CLAUSE_WORDS, -1), -1))
        after = _name(
            tokens, names, clauses, range(index + 1, min(index + 1 + CLAUSE_WORDS, len(tokens))), clauses[index]
        )
        if with_one and not before and _ASKS_WITH_DID.match(text):
            continue
        relation, is_turned = listed or (token.term, False)
        if _is_passive(tokens, clauses, index) != is_turned:
            before, after = after, before
        if (before and after) or (with_one and listed and (before or after)):
            yield Role(relation, before, after, listed is not None)


def _clauses(text: str, tokens: Sequence[Token]) -> list[int]:
    """The number of the sentence that each token stands in."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    numbers, number = [], 0
    for token in tokens:
        while number < len(ends) and token.start > ends[number]:
            number += 1
        numbers.append(number)
    return numbers


def _name(
    tokens: Sequence[Token], names: Sequence[bool], clauses: Sequence[int], indexes: range, clause: int | None = None
) -> frozenset[str]:
    """The terms of the first run of names along these indexes, of the given clause alone where there is one."""
    first = next((place for place, index in enumerate(indexes) if names[index]), None)
    if first is None or (clause is not None and clauses[indexes[first]] != clause):
        return frozenset()
    run = takewhile(lambda index: names[index] and clauses[index] == clauses[indexes[first]], indexes[first:])
    return frozenset(tokens[index].term for index in run)


def _is_passive(tokens: Sequence[Token], clauses: Sequence[int], index: int) -> bool:
    """Whether "by" follows the word, or opens the question, and a form of "to be" stands before it."""
    clause = clauses[index]
    led = any(
        t.word == "by" for t, c in zip(tokens[index + 1 : index + 3], clauses[index + 1 :], strict=False) if c == clause
    )
    opens = tokens[0].word == "by"
    before = zip(tokens[max(index - CLAUSE_WORDS, 0) : index], clauses[max(index - CLAUSE_WORDS, 0) :], strict=False)
    return (led or opens) and any(t.word in _AUXILIARIES for t, c in before if c == clause)


def _listed(tokens: Sequence[Token], index: int) -> tuple[str, bool] | None:
    """The relation of a listed verb, and whether it has its names the other way round."""
    pair = f"{tokens[index].word}_{tokens[index + 1].word}" if index + 1 < len(tokens) else ""
    return relations().get(pair) or relations().get(tokens[index].word)


@cache
def relations() -> dict[str, tuple[str, bool]]:
    """For each listed verb its relation, named by the first verb of the line, and whether the names are exchanged."""
    table: dict[str, tuple[str, bool]] = {}
    for line in files("qa.answering").joinpath("relations.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        same, _, turned = line.partition("|")
        name = same.split()[0]
        table |= dict.fromkeys(same.split(), (name, False)) | dict.fromkeys(turned.split(), (name, True))
    return table
