"""What other documents say of what an answer quotes: the same, or another number, date or name.

Sentence vectors find what is close; whether it agrees is decided by rules over aligned words, that anyone can follow.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, token_shapes
from qa.index.snapshot import Snapshot
from qa.retrieval.neighbours import SentenceSimilarity, echoes
from qa.types import Citation, Document, Span

LOOKED_AT = 12  # sentences of other documents, for each citation
LEAST_COSINE = 0.7  # below, two sentences are about different things
SAME_COSINE = 0.85  # and this much says the same, if no number, date or name speaks against it
LEAST_SHARED = 0.75  # of the words of the shorter sentence that are neither numbers, dates nor names
LEAST_SHARED_DIFFERING = 0.8
MONTHS = "january february march april may june july august september october november december".split()
_DATE = re.compile(
    rf"(?:\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?\b(?P<month>{'|'.join(MONTHS)})\b(?:\s+(?P<other_day>\d{{1,2}})\b(?!\d))?"
    r"(?:,?\s+(?P<year>\d{4}))?|\b(?P<only_year>1[0-9]{3}|20[0-9]{2})\b(?!,\d)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Agreement(StrEnum):
    """What another sentence says of the same."""

    SUPPORTS = "supports"
    DIFFERS = "differs"


class Told(StrEnum):
    """What kind of thing is told otherwise."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a sentence stands to a quoted one; where it differs, in what, and where in each (code points into each)."""

    agreement: Agreement
    told: Told | None = None
    quoted: Span | None = None
    other: Span | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A sentence of another document that agrees with a citation, or differs from it; spans count into documents."""

    citation: int
    agreement: Agreement
    told: Told | None
    document: Document
    span: Span
    differing: tuple[Span, Span] | None
    """The words that differ: in the cited document, and in the other one."""


def witnesses(snapshot: Snapshot, citations: Iterable[Citation]) -> list[Witness]:
    """What other documents of a snapshot say of each citation, closest first; each sentence once."""
    found: dict[tuple[str, Span], Witness] = {}
    for citation in citations:
        for echo in echoes(snapshot, citation.document.id, citation.span, LOOKED_AT):
            text = echo.document.text[echo.span.start : echo.span.end]
            comparison = compare(citation.cited_text, text, echo.similarity)
            if comparison is not None:
                found.setdefault((echo.document.id, echo.span), _witness(citation, echo, comparison))
    return list(found.values())


def _witness(citation: Citation, echo: SentenceSimilarity, comparison: Comparison) -> Witness:
    differing = None
    if comparison.quoted and comparison.other:
        differing = _moved(comparison.quoted, citation.span.start), _moved(comparison.other, echo.span.start)
    return Witness(citation.number, comparison.agreement, comparison.told, echo.document, echo.span, differing)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


@dataclass(frozen=True, slots=True)
class _Date:
    span: Span
    fields: tuple[int | None, int | None, int | None]

    def conflicts(self, other: "_Date") -> bool:
        return any(a != b for a, b in zip(self.fields, other.fields, strict=True) if a is not None and b is not None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A sentence taken apart: its dates, its other numbers, its names, and the terms of all other words that tell."""

    text: str
    tokens: Sequence[Token]
    dates: tuple[_Date, ...]
    numbers: tuple[tuple[float, Span], ...]
    names: frozenset[str]
    terms: frozenset[str]


def has_date(text: str) -> bool:
    """Whether a text says a year, or a month with a day or year."""
    return any(_is_date(match) for match in _DATE.finditer(text))


def compare(quoted: str, other: str, cosine: float) -> Comparison | None:
    """How another sentence stands to a quoted one; None where it tells something else. ``cosine`` is their vectors'."""
    if cosine < LEAST_COSINE:
        return None
    first, second = _read(quoted), _read(other)
    shared = _share(first.terms, second.terms)
    differing = _differing(first, second)
    if not differing:
        agrees = shared >= LEAST_SHARED and cosine >= SAME_COSINE and _tells_all(first, second)
        return Comparison(Agreement.SUPPORTS) if agrees else None
    if len(differing) > 1 or shared < LEAST_SHARED_DIFFERING:
        return None  # two things told otherwise are two events
    return differing[0]


def _tells_all(first: _Reading, second: _Reading) -> bool:
    """Whether every name and number of the quoted sentence is in the other one too."""
    numbers = {number for number, _ in second.numbers}
    return first.names <= second.names | second.terms and all(number in numbers for number, _ in first.numbers)


def _read(text: str) -> _Reading:
    tokens = analyze(text)
    shapes = token_shapes(text, tokens)
    dates = tuple(_date(match) for match in _DATE.finditer(text) if _is_date(match))
    numbers = tuple(
        (float(match[0].replace(",", "")), Span(*match.span()))
        for match in _NUMBER.finditer(text)
        if not _covered(match.start(), dates)
    )
    names: set[str] = set()
    terms: set[str] = set()
    for token, shape in zip(tokens, shapes, strict=True):
        if token.word in FUNCTION_WORDS or _covered(token.start, dates) or text[token.start].isdigit():
            continue
        is_named = bool(shape & TokenShape.CAPITAL) and token.start > 0
        (names if is_named else terms).add(token.term)
    return _Reading(text, tokens, dates, numbers, frozenset(names), frozenset(terms))


def _is_date(match: re.Match[str]) -> bool:
    """May is a month only beside a day or a year, or after in and of."""
    fields = match.groupdict()
    alone = not (fields["day"] or fields["other_day"] or fields["year"] or fields["only_year"])
    return not alone or match.string[: match.start()].lower().endswith(("in ", "of "))


def _date(match: re.Match[str]) -> _Date:
    day = match["day"] or match["other_day"]
    year = match["year"] or match["only_year"]
    month = MONTHS.index(match["month"].lower()) + 1 if match["month"] else None
    return _Date(Span(*match.span()), (int(year) if year else None, month, int(day) if day else None))


def _covered(offset: int, dates: Iterable[_Date]) -> bool:
    return any(date.span.start <= offset < date.span.end for date in dates)


def _share(first: frozenset[str], second: frozenset[str]) -> float:
    """How many of the words of the shorter sentence the other has."""
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0


def _differing(first: _Reading, second: _Reading) -> list[Comparison]:
    """What is told otherwise: at most one thing of each kind."""
    return [found for found in (_dates(first, second), _numbers(first, second), _names(first, second)) if found]


def _dates(first: _Reading, second: _Reading) -> Comparison | None:
    """A date of each that fits none of the other's."""
    mine = [date for date in first.dates if all(date.conflicts(other) for other in second.dates)]
    theirs = [date for date in second.dates if all(date.conflicts(other) for other in first.dates)]
    if not first.dates or not second.dates or not mine or not theirs:
        return None
    return Comparison(Agreement.DIFFERS, Told.DATE, mine[0].span, theirs[0].span)


def _numbers(first: _Reading, second: _Reading) -> Comparison | None:
    """A number of each that the other lacks, before the same word."""
    here, there = {number for number, _ in first.numbers}, {number for number, _ in second.numbers}
    for number, span in first.numbers:
        for other, other_span in second.numbers:
            is_other = number not in there and other not in here
            if is_other and _word_after(first, span) == _word_after(second, other_span):
                return Comparison(Agreement.DIFFERS, Told.NUMBER, span, other_span)
    return None


def _word_after(reading: _Reading, span: Span) -> str:
    """The term of the next word that tells, which a number counts."""
    following = (token for token in reading.tokens if token.start >= span.end and token.word not in FUNCTION_WORDS)
    return next((token.term for token in following), "")


def _names(first: _Reading, second: _Reading) -> Comparison | None:
    """A run of names in the place of another, between the same words."""
    if first.names <= second.names or second.names <= first.names:
        return None
    steps = SequenceMatcher(None, [t.term for t in first.tokens], [t.term for t in second.tokens], autojunk=False)
    for edit, start, end, other_start, other_end in steps.get_opcodes():
        mine, theirs = first.tokens[start:end], second.tokens[other_start:other_end]
        if edit == "replace" and _are_names(first, mine) and _are_names(second, theirs):
            return Comparison(Agreement.DIFFERS, Told.NAME, _over(mine), _over(theirs))
    return None


def _are_names(reading: _Reading, tokens: Sequence[Token]) -> bool:
    return all(reading.text[token.start].isupper() and not _covered(token.start, reading.dates) for token in tokens)


def _over(tokens: Sequence[Token]) -> Span:
    return Span(tokens[0].start, tokens[-1].end)
