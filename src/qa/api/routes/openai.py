"""``/v1``: what OpenAI's clients ask for. Plain functions: they run in threads, off the event loop."""

import json
from collections.abc import Iterator

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from qa.api.dependencies import CurrentNoted, CurrentService
from qa.api.openai.chat import chunks_of, completion_body
from qa.api.openai.output import Json, attributes, file_name, output_of, relevance
from qa.api.openai.problems import ExplainedRoute
from qa.api.openai.requests import ChatBody, ResponsesBody, SearchBody
from qa.api.openai.responses import MODEL, events_of, response_body
from qa.serving.noted import Noted
from qa.serving.service import Answered, Service
from qa.types import Question

router = APIRouter(prefix="/v1", tags=["openai"], route_class=ExplainedRoute)

EVENTS = "text/event-stream"
RESULTS = "file_search_call.results"
STREAMED: dict[int | str, Json] = {200: {"content": {EVENTS: {}}}}
ENTRY = {"id": MODEL, "object": "model", "created": 0, "owned_by": "qa"}


@router.get("/models", summary="The one model that there is", response_class=JSONResponse)
def list_models() -> Response:
    return JSONResponse({"object": "list", "data": [ENTRY]})


@router.get("/models/{model}", summary="The same by its name", response_class=JSONResponse)
def get_model(model: str) -> Response:
    _check_name(model)
    return JSONResponse(ENTRY)


@router.post(
    "/responses", summary="An answer as OpenAI's Responses have it", response_class=JSONResponse, responses=STREAMED
)
def create_response(body: ResponsesBody, request: Request, service: CurrentService, noted: CurrentNoted) -> Response:
    """Quotations with links in the text, and as annotations; with `stream`, as events. Nothing is generated or kept."""
    answered = _ask(service, noted, body.to_question())
    response = response_body(answered, str(request.base_url), RESULTS in (body.include or []))
    if body.stream:
        return StreamingResponse(map(_named_event, events_of(response)), media_type=EVENTS)
    return JSONResponse(response)


@router.post(
    "/chat/completions", summary="An answer as a chat completion", response_class=JSONResponse, responses=STREAMED
)
def create_completion(body: ChatBody, request: Request, service: CurrentService, noted: CurrentNoted) -> Response:
    """The last message of the user is the question, those before it its history; other roles are not read."""
    output = output_of(_ask(service, noted, body.to_question()), str(request.base_url))
    if body.stream:
        return StreamingResponse(_chunks(chunks_of(output)), media_type=EVENTS)
    return JSONResponse(completion_body(output))


@router.post(
    "/vector_stores/{store}/search", summary="Passages as a vector store's results", response_class=JSONResponse
)
def search_store(store: str, body: SearchBody, request: Request, service: CurrentService) -> Response:
    """The store's name is `qa`. Scores are between 0 and 1, in the order of our own."""
    _check_name(store)
    question = body.to_question()
    base = str(request.base_url)
    data = [
        {
            "file_id": ranked.document.id,
            "filename": file_name(ranked.document.id),
            "score": relevance(ranked.score),
            "attributes": attributes(ranked, base),
            "content": [{"type": "text", "text": ranked.passage.text}],
        }
        for ranked in service.ask(question).answer.passages
    ]
    page = {"object": "vector_store.search_results.page", "search_query": [question.text], "data": data}
    return JSONResponse({**page, "has_more": False, "next_page": None})


def _ask(service: Service, noted: Noted, question: Question) -> Answered:
    answered = service.ask(question)
    noted.add(answered.answer)
    return answered


def _check_name(name: str) -> None:
    if name != MODEL:
        raise HTTPException(404, f"there is only one, and it is called {MODEL}")


def _named_event(event: Json) -> str:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"


def _chunks(chunks: Iterator[Json]) -> Iterator[str]:
    for chunk in chunks:
        yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"
