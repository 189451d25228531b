"""The documents: as JSON, as text, or as a page for readers, marked and anchored at a span."""

from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from qa.api.dependencies import CurrentService, HtmlPages, WantsHtml
from qa.api.page.about import CurrentAboutPage
from qa.api.page.corpus_page import CurrentCorpusPage
from qa.api.page.parts import numbered_part, part_at
from qa.api.page.source import document_blocks, find_document
from qa.api.page.view import View
from qa.api.schemas.documents import DocumentList, DocumentResponse, DocumentSummary
from qa.errors import DocumentNotFound

MOST_LISTED = 1000

router = APIRouter(tags=["documents"])


@router.get("/documents", summary="All documents")
def list_documents(
    service: CurrentService,
    after: Annotated[str | None, Query(description="the id that the page before ended with")] = None,
    limit: Annotated[int | None, Query(ge=1, le=MOST_LISTED, description="documents a page; all without")] = None,
) -> DocumentList:
    snapshot = service.snapshot
    count = limit or len(snapshot.documents)
    try:
        listed = snapshot.listed(after, count + 1)
    except KeyError as error:
        raise DocumentNotFound("no document has the id in after; begin at the first page") from error
    documents = [DocumentSummary.of(entry) for entry in listed[:count]]
    return DocumentList(documents=documents, next=documents[-1].id if len(listed) > count else None)


@router.get("/corpus", include_in_schema=False)
def corpus(page: CurrentCorpusPage, deleted: Annotated[str | None, Query()] = None) -> HTMLResponse:
    return page.render(deleted=deleted)


# A document's id ends with the suffix of its format, so these shadow no document.
@router.get(
    "/documents/{document_id:path}/text", summary="One document's text, to keep", response_class=PlainTextResponse
)
def get_text(document_id: str, service: CurrentService) -> Response:
    document = find_document(service.snapshot, document_id)
    name = quote(PurePosixPath(document.id).with_suffix(".txt").name, safe="")
    return PlainTextResponse(document.text, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


@router.get("/documents/{document_id:path}/about", include_in_schema=False)
def about(document_id: str, service: CurrentService, page: CurrentAboutPage) -> HTMLResponse:
    """What is known of a document, and how it is corrected."""
    return page.render(find_document(service.snapshot, document_id))


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
    part: Annotated[int | None, Query(ge=1, description="of the page of a long document: which part to show")] = None,
    fragment: Annotated[bool, Query(include_in_schema=False)] = False,
) -> Response | DocumentResponse:
    snapshot = service.snapshot
    document = find_document(snapshot, document_id)
    if not html:
        return DocumentResponse.with_text(document)
    span = View(start=start, end=end).span_in(document)
    shown = numbered_part(document, part) if part else part_at(document, span.start if span else 0)
    return pages.render(
        "_part.html" if fragment else "document.html",
        view=View(),
        document=document,
        span=span,
        part=shown,
        blocks=document_blocks(snapshot, document, shown, span),
    )
