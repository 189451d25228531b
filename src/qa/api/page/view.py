"""What a page's address says: the question with its conversation and filters, and the source that lies open beside it.

Every state of the page that is worth coming back to is such an address, so that it works without script, can be sent
to someone, and opens the same view.
"""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic import ValidationError

from qa.api.schemas.questions import AskBody, FiltersBody
from qa.errors import QuestionError
from qa.types import Document, Filters, Question, Span

CARRIED = 10  # earlier questions that a follow-up brings along
CARRIED_CHARACTERS = 2000  # of all of them: the address of a page has to stay short enough for every server


@dataclass(frozen=True, slots=True)
class View:
    """One state of the page; what is unset is left out of the address."""

    question: str = ""
    history: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    open: str | None = None
    start: int | None = None
    end: int | None = None

    def url(self, **changes: Any) -> str:
        """The address of this view, or of one that differs in some fields."""
        view = replace(self, **changes)
        filters = view.filters
        pairs: list[tuple[str, object]] = [("question", view.question)]
        pairs += [("history", earlier) for earlier in view.history]
        pairs += [("document_ids", name) for name in filters.document_ids] + [("tags", tag) for tag in filters.tags]
        pairs += [("collections", name) for name in filters.collections]
        pairs += [("date_from", filters.date_from), ("date_to", filters.date_to)]
        pairs += [("open", view.open), ("start", view.start), ("end", view.end)]
        return "/?" + urlencode([(name, value) for name, value in pairs if value not in (None, "")])

    def opened_at(self, document_id: str, span: Span) -> str:
        """The address that opens a source beside the answer, at a span."""
        return self.url(open=document_id, start=span.start, end=span.end) + "#quote"

    @property
    def closed(self) -> str:
        return self.url(open=None, start=None, end=None)

    @property
    def data_url(self) -> str:
        """The address of the answer alone, as data."""
        return "/ask" + self.closed.removeprefix("/") + "&include=scores"

    def evidence_url(self, snapshot: str) -> str:
        """The address of the answer with all that is needed to check it, while a snapshot answers."""
        return "/evidence" + self.closed.removeprefix("/") + "&" + urlencode({"snapshot": snapshot})

    @property
    def unfiltered(self) -> str:
        return self.url(filters=Filters(), open=None, start=None, end=None)

    @property
    def limits(self) -> tuple[tuple[str, str, str], ...]:
        """Each part of the filter as (field, value), with the address of the view without it."""
        filters = self.filters
        parts = [("document_ids", name) for name in filters.document_ids] + [("tags", tag) for tag in filters.tags]
        parts += [("collections", name) for name in filters.collections]
        parts += [(name, day) for name in ("date_from", "date_to") if (day := getattr(filters, name))]
        return tuple((name, value, self.url(filters=_without(filters, name, value))) for name, value in parts)

    def asking(self, question: str) -> str:
        """The address of another question under the same filters."""
        return View(question, filters=self.filters).url()

    @property
    def carried(self) -> tuple[str, ...]:
        """The conversation as the next question brings it along: the last questions, as many as fit."""
        earlier = (*self.history, self.question)[-CARRIED:] if self.question.strip() else self.history
        lengths = list(accumulate(len(question) for question in reversed(earlier)))
        fitting = bisect_right(lengths, CARRIED_CHARACTERS)
        return earlier[len(earlier) - fitting :]

    def span_in(self, document: Document) -> Span | None:
        """The span to mark; one that does not lie in the document marks nothing."""
        if self.start is None or self.end is None or not 0 <= self.start < self.end <= len(document.text):
            return None
        return Span(self.start, self.end)

    def to_question(self, top_k: int = 5) -> Question:
        """Hold what the address asks to the rules of the API.

        Raises:
            QuestionError: naming what is wrong with it.
        """
        return parse(self.question, self.history, self.filters, top_k)


def _without(filters: Filters, name: str, value: str) -> Filters:
    return Filters(
        document_ids=tuple(other for other in filters.document_ids if (name, value) != ("document_ids", other)),
        tags=tuple(other for other in filters.tags if (name, value) != ("tags", other)),
        date_from=filters.date_from if name != "date_from" else None,
        date_to=filters.date_to if name != "date_to" else None,
        collections=tuple(other for other in filters.collections if (name, value) != ("collections", other)),
    )


def parse(question: str, history: tuple[str, ...], filters: Filters, top_k: int = 5) -> Question:
    """Hold a question from a page to the rules of the API.

    Raises:
        QuestionError: naming what is wrong with it.
    """
    try:
        body = AskBody(
            question=question,
            top_k=top_k,
            history=[earlier for earlier in history if earlier.strip()],
            filters=FiltersBody(
                document_ids=list(filters.document_ids),
                tags=list(filters.tags),
                date_from=filters.date_from,  # type: ignore[arg-type]  # ISO text, as a form sends it
                date_to=filters.date_to,  # type: ignore[arg-type]
                collections=list(filters.collections),
            ),
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise QuestionError(f"{place}: {first['msg']}") from error
    return body.to_question()


def read_view(
    question: Annotated[str, Query()] = "",
    history: Annotated[list[str], Query()] = [],  # noqa: B006  the framework copies defaults
    document_ids: Annotated[list[str], Query()] = [],  # noqa: B006
    tags: Annotated[list[str], Query()] = [],  # noqa: B006
    date_from: Annotated[str, Query()] = "",
    date_to: Annotated[str, Query()] = "",
    collections: Annotated[list[str], Query()] = [],  # noqa: B006
    open: Annotated[str | None, Query()] = None,  # noqa: A002  the name in the address
    start: Annotated[int | None, Query()] = None,
    end: Annotated[int | None, Query()] = None,
) -> View:
    """Read a view from the address."""
    filters = Filters(tuple(document_ids), tuple(tags), date_from or None, date_to or None, tuple(collections))
    return View(question, tuple(history[-CARRIED:]), filters, open, start, end)


CurrentView = Annotated[View, Depends(read_view)]
