"""Initials in a question: "J. Norman" is read as "Josh Norman" beside a text that has that name."""

import re
from collections.abc import Iterator

_INITIAL = re.compile(r"\b([A-Z])\.\s*(?=(?:[A-Z]\.\s*)*([A-Z][^\W\d_]+))")


def initials(question: str) -> set[str]:
    """The letters that stand for a given name before a surname, in lower case."""
    return {match[1].lower() for match in _INITIAL.finditer(question)}


def spelled_out(question: str, text: str) -> str:
    """The question with each initial as the given name that a text has before the same surname, if it has one."""
    for match, name in reversed(list(_given_names(question, text))):
        question = f"{question[: match.start()]}{name} {question[match.end() :]}"
    return question


def known_initials(question: str, text: str) -> set[str]:
    """The initials, in lower case, that a text has as such or spelled out before the same surname."""
    return {match[1].lower() for match, _ in _given_names(question, text)}


def _given_names(question: str, text: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in _INITIAL.finditer(question):
        given = re.search(rf"\b({match[1]}(?:\.|[^\W\d_]+)),?\s+(?:[A-Z][\w.’'-]*\s+){{0,2}}{match[2]}\b", text)
        if given:
            yield match, given[1]
