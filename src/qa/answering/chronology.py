"""What a corpus tells of when: every sentence that says a date, by rules that anyone can follow."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.index.snapshot import Snapshot
from qa.readers.dating import written_dates
from qa.types import Document, Span

MOST_PASSAGES = 200_000  # that are looked at
BATCH = 500  # passages that are fetched at once
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_ENDS = r"(?![\w%]|[.,:/–-]\d)"
_SURE = (
    "in|since|until|till|during|before|after|early|late|mid|circa|year|by|im jahre?|jahr|seit|bis|ab|nach|vor|anno|en|"
    "desde|hasta|año|depuis|avant|après|dès|jusqu'en|nel|dal|em|sinds|tot|spring|summer|autumn|fall|winter|frühjahr|"
    "sommer|herbst|printemps|été|automne|hiver|primavera|verano|otoño|invierno"
)
_PERHAPS = "from|to|of|and|between|around|about|von|um|del|de"
_COUNTED = r"(?! (?:(?!(?:was|is|has|its|his)\b)[a-z]+s|people|men|women|children|km|kg|m)\b)"
_YEARS = re.compile(
    rf"\b(?:{_SURE})[ -](?P<sure>{_YEAR}){_ENDS}|[(](?P<bracket>{_YEAR})(?=[)–-])|(?P<character>{_YEAR})\s?年"
    rf"|\b(?:{_PERHAPS}) (?P<perhaps>{_YEAR}){_ENDS}{_COUNTED}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A date that a text says, ISO 8601 of reduced precision, and where (code points)."""

    date: str
    span: Span


@dataclass(frozen=True, slots=True)
class Moment:
    """A sentence that says a date: its first one, and where the sentence stands in its document."""

    date: str
    document: Document
    span: Span

    @property
    def year(self) -> int:
        return int(self.date[:4])

    @property
    def text(self) -> str:
        return self.document.text[self.span.start : self.span.end]


def dates_in(text: str) -> list[Mention]:
    """The dates that a text says, in order: days and months of years in six languages and in ISO 8601, and years.

    A number of four digits is a year behind a word that years stand behind, or in brackets.
    """
    if not any(character.isdigit() for character in text):
        return []
    found = [Mention(date, Span(start, end)) for start, end, date in written_dates(text)]
    for match in _YEARS.finditer(text):
        name = next(name for name, value in match.groupdict().items() if value)
        start, end = match.span(name)
        if not any(other.span.start < end and start < other.span.end for other in found):
            found.append(Mention(match[name], Span(start, end)))
    return sorted(found, key=lambda mention: mention.span.start)


def chronology(snapshot: Snapshot) -> list[Moment]:
    """Every sentence of a corpus that says a date, the earliest first."""
    moments = (
        Moment(found[0].date, document, span)
        for document, span in _sentences(snapshot)
        if (found := dates_in(document.text[span.start : span.end]))
    )
    return sorted(moments, key=lambda moment: (moment.date, moment.document.id, moment.span.start))


def years(moments: Iterable[Moment]) -> dict[int, int]:
    """How many sentences say a date of each year, ascending."""
    counted: dict[int, int] = {}
    for moment in moments:
        counted[moment.year] = counted.get(moment.year, 0) + 1
    return dict(sorted(counted.items()))


def _sentences(snapshot: Snapshot) -> Iterator[tuple[Document, Span]]:
    total = min(len(snapshot.passages), MOST_PASSAGES)
    document: Document | None = None
    for first in range(0, total, BATCH):
        at_hand, rows = snapshot.at(range(first, min(first + BATCH, total)))
        for row in rows:
            passage = at_hand.passages[row]
            if document is None or document.id != passage.document_id:
                document = snapshot.document_by_id[passage.document_id]  # once: a long one is made anew each time
            yield from ((document, span) for span in passage.sentences)
