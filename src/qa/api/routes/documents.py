"""The documents: as JSON, as text, or as a page for readers, marked and anchored at a span."""

from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from qa.api.dependencies import CurrentService, CurrentShown, HtmlPages, WantsHtml
from qa.api.schemas import DocumentList, DocumentResponse, DocumentSummary
from qa.api.source import document_blocks, find_document
from qa.api.view import View

router = APIRouter(tags=["documents"])

PAGE = 100


@router.get("/documents", summary="All documents")
def list_documents(service: CurrentService) -> DocumentList:
    return DocumentList(documents=[DocumentSummary.of(document) for document in service.snapshot.documents])


@router.get("/corpus", include_in_schema=False)
def corpus(
    service: CurrentService, pages: HtmlPages, shown: CurrentShown, page: Annotated[int, Query(ge=1, le=10**6)] = 1
) -> HTMLResponse:
    """The documents as a page: what there is, its state, and what no answer has ever cited."""
    snapshot = service.snapshot
    first = (page - 1) * PAGE
    return pages.render(
        "corpus.html",
        here="corpus",
        view=View(),
        snapshot=snapshot,
        manifest=snapshot.manifest,
        documents=snapshot.documents[first : first + PAGE],
        shown=shown,
        unseen=sum(document.id not in shown for document in snapshot.documents),
        page=page,
        pages=max(1, -(-len(snapshot.documents) // PAGE)),
    )


# A document's id ends with the suffix of its format, so these two shadow no document.
@router.get(
    "/documents/{document_id:path}/text", summary="One document's text, to keep", response_class=PlainTextResponse
)
def get_text(document_id: str, service: CurrentService) -> Response:
    document = find_document(service.snapshot, document_id)
    name = quote(PurePosixPath(document.id).with_suffix(".txt").name, safe="")
    return PlainTextResponse(document.text, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


@router.get(
    "/documents/{document_id:path}",
    summary="One document: JSON, or HTML where Accept asks for it",
    response_model=DocumentResponse,
    responses={200: {"content": {"text/html": {}}}},
)
def get_document(
    document_id: str,
    service: CurrentService,
    pages: HtmlPages,
    html: WantsHtml,
    start: Annotated[int | None, Query(ge=0, description="first code point to mark")] = None,
    end: Annotated[int | None, Query(ge=0, description="one past the last code point to mark")] = None,
) -> Response | DocumentResponse:
    snapshot = service.snapshot
    document = find_document(snapshot, document_id)
    if not html:
        return DocumentResponse.of(document)
    span = View(start=start, end=end).span_in(document)
    return pages.render(
        "document.html", view=View(), document=document, span=span, blocks=document_blocks(snapshot, document, span)
    )
