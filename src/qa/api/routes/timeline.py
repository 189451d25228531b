"""``GET /timeline``: what the documents tell of when, as JSON or as a page."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.answering.chronology import Moment
from qa.api.dependencies import CurrentCollections, CurrentService, HtmlPages, WantsHtml
from qa.api.page.presentation import display_title, document_url
from qa.api.page.timeline import Chronologies, TimelineView, timeline
from qa.api.page.view import View

router = APIRouter(tags=["documents"])


class MomentBody(BaseModel):
    date: str = Field(description="the first date that the sentence says: ISO 8601, a year, a month or a day")
    text: str
    document_id: str
    document_title: str
    start_char_index: int
    end_char_index: int
    url: str

    @classmethod
    def of(cls, moment: Moment) -> Self:
        return cls(
            date=moment.date,
            text=moment.text,
            document_id=moment.document.id,
            document_title=display_title(moment.document),
            start_char_index=moment.span.start,
            end_char_index=moment.span.end,
            url=document_url(moment.document.id, moment.span.start, moment.span.end),
        )


class TimelineBody(BaseModel):
    """Sentences that say a date, the earliest first, one page of them."""

    total: int
    page: int
    pages: int
    moments: list[MomentBody]


def _chronologies(request: Request) -> Chronologies:
    state = request.app.state
    if not hasattr(state, "chronologies"):
        state.chronologies = Chronologies()
    kept: Chronologies = state.chronologies
    return kept


@router.get(
    "/timeline",
    summary="Every sentence that says a date, the earliest first",
    response_model=TimelineBody,
    responses={200: {"content": {"text/html": {}}}},
)
def get_timeline(
    service: CurrentService,
    pages: HtmlPages,
    html: WantsHtml,
    collections: CurrentCollections,
    kept: Annotated[Chronologies, Depends(_chronologies)],
    asked: Annotated[TimelineView, Depends(TimelineView.read)],
) -> Response | TimelineBody:
    """Rules find days, months and years in several languages; each sentence is a quotation with its place."""
    shown = timeline(kept.of(service.snapshot), asked, service.resolved(asked.filters))
    if html:
        names = collections.shown()
        return pages.render(
            "timeline.html", view=View(), here="timeline", asked=asked, timeline=shown, collections=names
        )
    moments = [MomentBody.of(moment) for moment in shown.moments]
    return TimelineBody(total=shown.total, page=shown.page, pages=shown.pages, moments=moments)
