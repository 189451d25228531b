"""The files behind the documents: as they are, and the pages of a PDF as images with the boxes of a span."""

import hashlib
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Query
from fastapi import Path as InPath
from fastapi.responses import Response

from qa.api.dependencies import CurrentOriginals, CurrentService
from qa.api.page.source import find_document
from qa.api.page.view import View
from qa.api.schemas.originals import Box, DocumentPage, DocumentPages
from qa.errors import DocumentNotFound

MAX_SCALE = 6.0
MIN_SCALE = 0.05
ANY_TYPE = "application/octet-stream"
SANDBOX = "sandbox; default-src 'none'"
ASK_AGAIN = "private, no-cache"  # kept by the browser alone, which asks each time whether it is still the same

router = APIRouter(tags=["documents"])

# A document's id ends with the suffix of its format, so these shadow no document.


@router.get(
    "/documents/{document_id:path}/original",
    summary="The file that a document was read from, to keep",
    response_class=Response,
    responses={200: {"content": {ANY_TYPE: {}}}},
)
def get_original(document_id: str, service: CurrentService, originals: CurrentOriginals) -> Response:
    original = originals.file(find_document(service.snapshot, document_id))
    name = quote(original.name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Content-Security-Policy": SANDBOX}
    return Response(original.content, media_type=ANY_TYPE, headers=headers)


@router.get("/documents/{document_id:path}/pages", summary="The pages of a PDF, and where a span stands on them")
def get_pages(
    document_id: str,
    service: CurrentService,
    originals: CurrentOriginals,
    start: Annotated[int | None, Query(ge=0, description="first code point of a span")] = None,
    end: Annotated[int | None, Query(ge=0, description="one past the last code point of the span")] = None,
) -> DocumentPages:
    document = find_document(service.snapshot, document_id)
    sizes = originals.page_sizes(document)
    span = View(start=start, end=end).span_in(document)
    boxes = originals.span_boxes(document, span) if span else []
    ends = [*document.pages[1:], len(document.text)]
    return DocumentPages(
        document_id=document.id,
        pages=[
            DocumentPage(
                number=number, width=size.width, height=size.height, start_char_index=begin, end_char_index=stop
            )
            for number, (size, begin, stop) in enumerate(zip(sizes, document.pages, ends, strict=True), start=1)
        ],
        boxes=[Box.of(box) for box in boxes],
    )


@router.get(
    "/documents/{document_id:path}/pages/{number}",
    summary="One page of a PDF as an image",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, 304: {"description": "the client has this image"}},
)
def get_page_image(
    document_id: str,
    number: Annotated[int, InPath(ge=1, le=10**6, description="of the page, from 1")],
    service: CurrentService,
    originals: CurrentOriginals,
    scale: Annotated[
        float, Query(ge=MIN_SCALE, le=MAX_SCALE, description="pixels a point; a large page gets fewer")
    ] = 1.5,
    if_none_match: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    document = find_document(service.snapshot, document_id)
    if document.pages and number > len(document.pages):
        raise DocumentNotFound(f"the document has {len(document.pages)} pages")
    original = originals.paged_file(document)
    tag = hashlib.sha256(f"{original.sha256} {number} {scale}".encode()).hexdigest()[:32]
    headers = {"ETag": f'"{tag}"', "Cache-Control": ASK_AGAIN, "Content-Security-Policy": SANDBOX}
    if tag in if_none_match:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Disposition"] = f"inline; filename=page-{number}.png"
    return Response(originals.page_image(original, number, scale), media_type="image/png", headers=headers)
