"""Who did it to whom: the names before and after a verb or a word of kin, in a question and in a quotation.

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
_PRONOUNS = frozenset("he she it they him her them".split())
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
        if any(_contradicts(role, other) for other in others) and not any(_may_agree(role, other) for other in others):
            return (role.relation,)
    return ()


def _contradicts(asked: Role, told: Role) -> bool:
    """Whether more words of the names stand on the other side than on the same; of relatives all share the surname."""
    same = len(asked.subject & told.subject) + len(asked.object & told.object)
    if asked.subject and asked.object:
        crossed = len(asked.subject & told.object), len(asked.object & told.subject)
        return all(crossed) and sum(crossed) > same
    other = told.object if asked.subject else told.subject
    is_whole = bool(told.subject and told.object)
    return asked.is_listed and is_whole and len((asked.subject or asked.object) & other) > same


def _may_agree(asked: Role, told: Role) -> bool:
    """Whether the names stand on the same sides, or one of them is not told: "he later taught Eva Holt"."""
    same = len(asked.subject & told.subject) + len(asked.object & told.object)
    is_whole = bool(told.subject and told.object)
    return not is_whole or same > len(asked.subject & told.object) + len(asked.object & told.subject)


def _roles(text: str, *, with_one: bool) -> Iterator[Role]:
    """The roles around each word that is no name; ``with_one``: those of listed words with one name, too."""
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
        if before and (belonging := relations().get(f"{token.word}_of")) and _is_possessive(text, tokens[index - 1]):
            listed, before, after = belonging, _name(tokens, names, clauses, range(index + 1, index + 2)), before
        else:
            if with_one and not before and _ASKS_WITH_DID.match(text):
                continue
            agent = _agent(tokens, names, clauses, index)
            first = index + 1 if agent is None else agent
            ahead = range(first, min(first + CLAUSE_WORDS, len(tokens)))
            after = _name(tokens, names, clauses, ahead, clauses[index])
            if agent is not None:
                before, after = after, before
        relation, is_turned = listed or (token.term, False)
        if is_turned:
            before, after = after, before
        if (before and after) or (with_one and listed and (before or after)):
            yield Role(relation, before, after, listed is not None)


def _is_possessive(text: str, token: Token) -> bool:
    return text[token.start : token.end].endswith(("'s", "’s"))


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
    first = next((step for step, index in enumerate(indexes) if index < len(names) and names[index]), None)
    if first is None or (clause is not None and clauses[indexes[first]] != clause):
        return frozenset()
    if any(tokens[index].word in _PRONOUNS for index in indexes[:first]):
        return frozenset()
    run = takewhile(lambda index: names[index] and clauses[index] == clauses[indexes[first]], indexes[first:])
    return frozenset(tokens[index].term for index in run)


def _agent(tokens: Sequence[Token], names: Sequence[bool], clauses: Sequence[int], index: int) -> int | None:
    """Where the name of whoever acts may begin, of a passive: after "by", or nowhere where that opens the question.

    None for a verb without a form of "to be" before it, and for one without "by" behind it.
    """
    before = index - 1
    while before >= 0 and clauses[before] == clauses[index] and tokens[before].word not in _AUXILIARIES:
        if not (names[before] or tokens[before].word in FUNCTION_WORDS or tokens[before].word.endswith("ly")):
            return None
        before -= 1
    if before < 0 or clauses[before] != clauses[index]:
        return None
    if tokens[0].word == "by":
        return len(tokens)
    behind = range(index + 1, min(index + 1 + CLAUSE_WORDS, len(tokens)))
    return next((i + 1 for i in behind if tokens[i].word == "by" and clauses[i] == clauses[index]), None)


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
