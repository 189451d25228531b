"""The page, and the parts of it that a script fetches: one rendering, so that both show the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from qa.answering.suggestions import NEIGHBOURS, Suggestions, neighbouring
from qa.api.dependencies import CurrentCollections, CurrentNoted, CurrentService, CurrentSuggestions, HtmlPages
from qa.api.page.ahead import TypedText, look_ahead
from qa.api.page.choices import LISTED, Choices, FindText, PageNumber
from qa.api.page.clippings import NEAR, NEARER, Clipping, clippings, closest
from qa.api.page.source import Source, open_source
from qa.api.page.view import CurrentView, View
from qa.api.schemas.answers import AskResponse
from qa.api.schemas.questions import AskBody
from qa.errors import QAError
from qa.index.snapshot import Snapshot
from qa.serving.noted import Noted
from qa.serving.service import Answered, Service
from qa.types import Answer, Band, Filters, Question

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, ready for the template."""

    id: str
    view: View
    answered: Answered
    neighbours: tuple[str, ...]
    data: str
    """The body that ``POST /ask`` returns, as JSON."""
    clippings: Sequence[Clipping]
    closest: Sequence[Clipping]
    """Sentences of passages that are not cited, beside an answer that is not sure."""
    filters: Filters
    """Those of the view, with the members of collections in their stead."""

    @property
    def answer(self) -> Answer:
        return self.answered.answer

    @property
    def snapshot(self) -> Snapshot:
        return self.answered.snapshot

    @property
    def carried(self) -> str:
        """The words that earlier questions lent to this one."""
        return " ".join(self.answer.carried)

    @property
    def unsure(self) -> bool:
        return self.answer.confidence.band is Band.LOW

    @property
    def chosen(self) -> int:
        """How many documents the filter admits; 0 without a filter, or where it admits all."""
        admitted = self.snapshot.count_admitted(self.filters) if self.filters else 0
        return admitted if admitted < len(self.snapshot.documents) else 0


@router.get("/")
def home(
    view: CurrentView, service: CurrentService, pages: HtmlPages, noted: CurrentNoted, suggestions: CurrentSuggestions,
    collections: CurrentCollections,
) -> HTMLResponse:  # fmt: skip
    if not service.ready:
        return pages.render("home.html", view=view, manifest=None, turn=None, source=None, error=None)
    turn, source, error = None, None, None
    try:
        turn = _ask(service, noted, suggestions, view.to_question(), view) if view.question.strip() else None
        source = _open(service, view, turn) if view.open else None
    except QAError as problem:
        error = problem
    snapshot = turn.snapshot if turn else service.snapshot
    return pages.render(
        "home.html",
        status=error.status if error else 200,
        view=view,
        snapshot=snapshot,
        manifest=snapshot.manifest,
        choices=Choices.of(snapshot, view.filters, collections.shown(), size=LISTED),
        suggestions=suggestions.of(snapshot),
        turn=turn,
        source=source,
        error=error,
    )


@router.get("/choices")
def choose(
    view: CurrentView, service: CurrentService, pages: HtmlPages, collections: CurrentCollections, find: FindText = "",
    page: PageNumber = 1,
) -> HTMLResponse:  # fmt: skip
    """All documents and tags to choose from: a page that works without script, and whose list the script shows."""
    found = Choices.of(service.snapshot, view.filters, collections.shown(), find, page)
    return pages.render("choices.html", view=view, choices=found, find=find)


@router.get("/ahead")
def ahead(view: CurrentView, service: CurrentService, pages: HtmlPages, typed: TypedText) -> HTMLResponse:
    """What comes to mind while one types: the sentence that is closest in meaning, and documents of such a title."""
    filters = service.resolved(view.filters)
    found = look_ahead(service.snapshot, typed, service.embed_question(typed), filters)
    return pages.render("_ahead.html", view=View(filters=view.filters), clipping=found.clipping, titles=found.titles)


@router.post("/turn")
def turn(
    body: AskBody, service: CurrentService, pages: HtmlPages, noted: CurrentNoted, suggestions: CurrentSuggestions
) -> HTMLResponse:
    """One more turn of a conversation, for the script to append."""
    question = body.to_question()
    view = View(question.text, question.history, question.filters)
    return pages.render("_turn.html", turn=_ask(service, noted, suggestions, question, view))


@router.get("/panel")
def panel(view: CurrentView, service: CurrentService, pages: HtmlPages) -> HTMLResponse:
    """The source panel alone, for the script to open."""
    turn = _turn(service, service.ask(view.to_question()), view) if view.question.strip() else None
    return pages.render("_panel.html", view=view, turn=turn, source=_open(service, view, turn))


@router.get("/suggestions")
def suggested(service: CurrentService, pages: HtmlPages, suggestions: CurrentSuggestions) -> HTMLResponse:
    """The suggested questions alone: they are found in the background, perhaps after the page was sent."""
    return pages.render("_suggestions.html", suggestions=suggestions.of(service.snapshot))


def _ask(service: Service, noted: Noted, suggestions: Suggestions, question: Question, view: View) -> Turn:
    """Answer; a refusal brings questions near it, or at least some that have an answer."""
    answered = service.ask(question)
    neighbours: tuple[str, ...] = ()
    if not answered.answer.answerable:
        found = neighbouring(answered.snapshot, answered.answer, _asker(service, view))
        known = suggestions.of(answered.snapshot) if not view.filters else ()
        neighbours = tuple(dict.fromkeys((*found, *known)))[:NEIGHBOURS]
    turn = _turn(service, answered, view, neighbours)
    noted.add(turn.answer)
    return turn


def _turn(service: Service, answered: Answered, view: View, neighbours: tuple[str, ...] = ()) -> Turn:
    body = AskResponse.of(answered, scores=True)
    snapshot, answer = answered.snapshot, answered.answer
    return Turn(
        body.id,
        view,
        answered,
        neighbours,
        body.model_dump_json(),
        clippings(
            snapshot,
            answer,
            [(exact.document.id, exact.span) for exact in answer.exact],
            near=NEARER if answer.confidence.band is Band.LOW else NEAR,
        ),
        _closest(service, answered) if answer.answerable and answer.confidence.band is Band.LOW else (),
        service.resolved(view.filters),
    )


def _closest(service: Service, answered: Answered) -> Sequence[Clipping]:
    vector = service.embed_question(answered.answer.searched_text)
    cited = len({citation.passage.id for citation in answered.answer.citations})
    return closest(answered.snapshot, answered.answer.passages, vector, cited)


def _asker(service: Service, view: View) -> Callable[[str], Answer]:
    return lambda text: service.ask(Question(text, filters=view.filters)).answer


def _open(service: Service, view: View, turn: Turn | None) -> Source:
    if turn is None:
        return open_source(service.snapshot, view, None, None)
    return open_source(turn.snapshot, view, turn.answer, service.embed_question(turn.answer.searched_text))
