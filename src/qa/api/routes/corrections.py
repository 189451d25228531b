"""Corrections of what is known of a document: its title, author, publisher, date and tags, kept in a sidecar."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from qa.api.access import CHANGES
from qa.api.dependencies import CurrentJobs, CurrentService, CurrentUploads
from qa.api.page.about import CurrentAboutPage
from qa.api.page.presentation import document_url
from qa.api.page.source import find_document
from qa.api.schemas.changes import JobBody
from qa.api.schemas.corrections import CorrectedBody, CorrectionsBody, changed
from qa.corpus.sidecars import NONE, Corrections
from qa.errors import ChangeRefused, Conflict, DocumentNotFound

router = APIRouter(tags=["changes"], dependencies=[CHANGES])

Rebuild = Annotated[bool, Query(description="whether to build the index now; else the next build has the change")]
Field = Annotated[str | None, Form(max_length=2000)]


@router.patch(
    "/documents/{document_id:path}/metadata",
    summary="Correct title, author, publisher, date or tags of a document, and build",
    status_code=202,
    response_model_exclude_unset=True,
)
def correct(
    document_id: str, body: CorrectionsBody, uploads: CurrentUploads, jobs: CurrentJobs, rebuild: Rebuild = True
) -> CorrectedBody:
    """They are kept beside the file, in `NAME.meta.yaml`; what the file's front matter says stands above them."""
    corrections = body.over(uploads.corrections(document_id))
    uploads.correct(document_id, corrections)
    return _corrected(document_id, corrections, jobs, rebuild)


@router.delete(
    "/documents/{document_id:path}/metadata",
    summary="Take all corrections of a document back, and build",
    status_code=202,
    response_model_exclude_unset=True,
)
def take_back(document_id: str, uploads: CurrentUploads, jobs: CurrentJobs, rebuild: Rebuild = True) -> CorrectedBody:
    uploads.correct(document_id, NONE)
    return _corrected(document_id, NONE, jobs, rebuild)


@router.post("/documents/{document_id:path}/metadata", include_in_schema=False)
def correct_by_form(
    document_id: str,
    uploads: CurrentUploads,
    jobs: CurrentJobs,
    service: CurrentService,
    page: CurrentAboutPage,
    title: Field = None,
    author: Field = None,
    publisher: Field = None,
    published: Field = None,
    tags: Field = None,
    back: Field = None,
) -> Response:
    """What the form says otherwise than the document is a correction; ``back`` takes all of them back."""
    document = find_document(service.snapshot, document_id)
    sent = {"title": title, "author": author, "publisher": publisher, "published": published, "tags": tags}
    try:
        earlier = uploads.corrections(document_id)
        known = page.values(document, earlier)
        values = {name: value.strip() for name, value in sent.items() if value is not None}
        others = {name: value or None for name, value in values.items() if value != known[name]}
        uploads.correct(document_id, NONE if back else changed(earlier, others))
    except (ChangeRefused, Conflict, DocumentNotFound) as error:
        return page.render(document, error=error)
    jobs.request()
    return RedirectResponse(f"{document_url(document_id)}/about", 303)


def _corrected(document_id: str, corrections: Corrections, jobs: CurrentJobs, rebuild: bool) -> CorrectedBody:
    return CorrectedBody(
        document_id=document_id,
        corrections=CorrectionsBody.model_validate(
            {name: value for name, value in corrections.values.items() if name in CorrectionsBody.model_fields}
        ),
        job=JobBody.of(jobs.request()) if rebuild else None,
    )
