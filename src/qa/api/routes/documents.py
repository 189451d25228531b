"""The documents: as JSON, or as a page for readers, marked and anchored at a span."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa.api.dependencies import CurrentService, Templates
from qa.api.presentation import display_title, prefers_html
from qa.api.schemas import DocumentList, DocumentResponse, DocumentSummary
from qa.errors import DocumentNotFound
from qa.types import Document

router = APIRouter(tags=["documents"])


@router.get("/documents", summary="All documents")
def list_documents(service: CurrentService) -> DocumentList:
    return DocumentList(documents=[DocumentSummary.of(document) for document in service.snapshot.documents])


@router.get(
    "/documents/{document_id:path}",
    summary="One document: JSON, or HTML where Accept asks for it",
    response_model=DocumentResponse,
    responses={200: {"content": {"text/html": {}}}},
)
def get_document(
    document_id: str,
    request: Request,
    service: CurrentService,
    templates: Templates,
    accept: Annotated[str, Header()] = "",
    start: Annotated[int | None, Query(ge=0, description="first code point to mark")] = None,
    end: Annotated[int | None, Query(ge=0, description="one past the last code point to mark")] = None,
) -> Response | DocumentResponse:
    document = service.snapshot.document_by_id.get(document_id)
    if document is None:
        raise DocumentNotFound("no document has this id; GET /documents lists them")
    if not prefers_html(accept):
        return DocumentResponse.of(document)
    before, marked, after = cut(document, start, end)
    context = {
        "document": document,
        "title": display_title(document),
        "before": before,
        "marked": marked,
        "after": after,
    }
    return HTMLResponse(templates.get_template("document.html").render(context | {"request": request}))


def cut(document: Document, start: int | None, end: int | None) -> tuple[str, str, str]:
    """The text before, in and after a span; a span outside the text marks nothing."""
    if start is None or end is None or not start < end <= len(document.text):
        return document.text, "", ""
    return document.text[:start], document.text[start:end], document.text[end:]
