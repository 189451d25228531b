"""The timeline: sentences that say a date, found by words, dates and documents, and how many there are when."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Self
from urllib.parse import urlencode

from fastapi import Query

from qa.answering.chronology import Moment, chronology
from qa.api.page.presentation import display_title
from qa.errors import QuestionError
from qa.index.snapshot import Snapshot
from qa.readers.iso_dates import is_date
from qa.types import Filters

PAGE = 50
MOST_BINS = 40
_WIDTHS = (1, 10, 100)
AXIS_WIDTH, AXIS_HEIGHT = 1000, 100  # units of the drawing


class Chronologies:
    """The chronology of the snapshot that was asked for last: it takes seconds for a large one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = ""
        self._moments: Sequence[Moment] = ()

    def of(self, snapshot: Snapshot) -> Sequence[Moment]:
        """The dated sentences of a snapshot, the earliest first."""
        with self._lock:
            if self._version != snapshot.version:
                self._moments, self._version = chronology(snapshot), snapshot.version
            return self._moments


@dataclass(frozen=True, slots=True)
class TimelineView:
    """What is looked for; dates are ISO 8601 of reduced precision, "" for none."""

    find: str = ""
    since: str = ""
    until: str = ""
    filters: Filters = field(default_factory=Filters)
    page: int = 1

    @classmethod
    def read(
        cls,
        find: Annotated[str, Query(max_length=200, description="words that the sentence or its title has")] = "",
        since: Annotated[str, Query(max_length=10, description="a year, month or day that is told of")] = "",
        until: Annotated[str, Query(max_length=10, description="likewise")] = "",
        document_ids: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006  the framework copies defaults
        tags: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
        collections: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
        page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    ) -> Self:
        """Read a view from an address; an empty field of a form looks for nothing."""
        for name, value in (("since", since), ("until", until)):
            if value and not is_date(value):
                raise QuestionError(f"{name}: expected a year, a month or a day such as 1989, 1989-06 or 1989-06-04")
        given = [tuple(value for value in values if value) for values in (document_ids, tags, collections)]
        filters = Filters(document_ids=given[0], tags=given[1], collections=given[2])
        return cls(find.strip(), since, until, filters, page)

    def url(self, since: str, until: str, page: int = 1) -> str:
        """The address of the same view between other dates, or on another page."""
        filters = self.filters
        fields = {
            "find": self.find, "since": since, "until": until, "document_ids": filters.document_ids,
            "tags": filters.tags, "collections": filters.collections, "page": page if page > 1 else "",
        }  # fmt: skip
        return "/timeline?" + urlencode({name: value for name, value in fields.items() if value}, doseq=True)

    def admits(self, moment: Moment) -> bool:
        """Whether a sentence says the words, and a date that may lie in the range."""
        date, words = moment.date, self.find.casefold().split()
        until = self.until + "9999-12-31"[len(self.until) :]
        if not self.since[: len(date)] <= date <= until[: len(date)]:
            return False
        told = f"{moment.text} {display_title(moment.document)}".casefold() if words else ""
        return all(word in told for word in words)


@dataclass(frozen=True, slots=True)
class Bin:
    """Some years and how many sentences tell of them; the bar's place and size in units of the drawing."""

    first: int
    last: int
    count: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of the sentences, of ``total``, and the axis of all of them."""

    moments: Sequence[Moment]
    total: int
    page: int
    pages: int
    bins: Sequence[Bin]


def timeline(moments: Sequence[Moment], view: TimelineView, filters: Filters) -> Timeline:
    """Choose what a view asks for; ``filters`` are the view's, with its collections resolved."""
    admits = filters.predicate()
    found = [moment for moment in moments if admits(moment.document) and view.admits(moment)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(view.page, pages)
    return Timeline(found[(page - 1) * PAGE : page * PAGE], len(found), page, pages, _bins(found))


def _bins(moments: Sequence[Moment]) -> list[Bin]:
    """Years, decades or centuries, as many as can be seen side by side, without those of which nothing is told."""
    if not moments:
        return []
    first, last = moments[0].year, moments[-1].year
    width = next((width for width in _WIDTHS if last // width - first // width < MOST_BINS), _WIDTHS[-1])
    begin, slots = first // width, last // width - first // width + 1
    counts = [0] * slots
    for moment in moments:
        counts[moment.year // width - begin] += 1
    step, scale = AXIS_WIDTH / slots, AXIS_HEIGHT / max(counts)
    return [
        Bin(
            first=(begin + slot) * width,
            last=(begin + slot + 1) * width - 1,
            count=count,
            left=round(slot * step, 1),
            top=round(AXIS_HEIGHT - count * scale, 1),
            width=round(max(step - 2, 1), 1),
            height=round(count * scale, 1),
        )
        for slot, count in enumerate(counts)
        if count
    ]
