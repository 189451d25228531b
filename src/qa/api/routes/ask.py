"""``POST /ask`` and its linkable twin ``GET /ask``. Plain functions: they run in threads, off the event loop."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from qa.answering.agreement import witnesses
from qa.api.dependencies import CurrentNoted, CurrentService
from qa.api.schemas.answers import AgreementBody, AskResponse
from qa.api.schemas.questions import AskBody, AskLink, evidence_url

router = APIRouter(tags=["ask"])


@router.post("/ask", summary="Ask a question, get cited verbatim sentences", response_model=AskResponse)
def ask(body: AskBody, service: CurrentService, noted: CurrentNoted) -> Response:
    """A refusal is a 200 with `answerable: false`; its passages are the nearest ones and do not answer."""
    answered = service.ask(body.to_question())
    noted.add(answered.answer)
    # Serialised here, once: given the model, the framework would validate and convert every field again.
    response = AskResponse.of(answered, scores="scores" in body.include, context="context" in body.include)
    if "agreement" in body.include:
        found = witnesses(answered.snapshot, answered.answer.citations)
        response.agreement = [AgreementBody.of(witness) for witness in found]
    if "evidence" in body.include:
        response.evidence = evidence_url(body, response.index.snapshot)
    return Response(response.model_dump_json(), media_type="application/json")


@router.get("/ask", summary="The same as a link", response_model=AskResponse)
def ask_by_link(link: Annotated[AskLink, Query()], service: CurrentService, noted: CurrentNoted) -> Response:
    return ask(link.to_body(), service, noted)
