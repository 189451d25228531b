"""The page: a form that works without script, and the answer below it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from qa.api.dependencies import CurrentService, Templates
from qa.api.marking import marked_passage
from qa.api.presentation import display_title, document_url
from qa.api.schemas import MAX_QUESTION, parse_question
from qa.errors import QAError
from qa.service import Answered, Service

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(
    request: Request, service: CurrentService, templates: Templates, question: Annotated[str | None, Query()] = None
) -> HTMLResponse:
    answered, error = _ask(service, question) if question is not None else (None, None)
    context = {
        "request": request,
        "question": question or "",
        "max_question": MAX_QUESTION,
        "manifest": service.snapshot.manifest if service.ready else None,
        "answered": answered,
        "error": error,
        "display_title": display_title,
        "document_url": document_url,
        "marked_passage": marked_passage,
    }
    return HTMLResponse(
        templates.get_template("home.html").render(context), status_code=422 if error and service.ready else 200
    )


def _ask(service: Service, question: str) -> tuple[Answered | None, str | None]:
    try:
        return service.ask(parse_question(question)), None
    except QAError as error:
        return None, str(error)
