"""Changes of the corpus: files come, go and come back. Pages without script use the same routes by forms."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect

from qa.api.access import CHANGES
from qa.api.dependencies import CurrentJobs, CurrentService, CurrentUploads, WantsHtml
from qa.api.errors import problem
from qa.api.page.corpus_page import CurrentCorpusPage
from qa.api.schemas.changes import ChangeBody, FileBody, JobBody, UndoBody, UploadBody, restore_url
from qa.corpus.uploads import MAX_FILES, Uploads
from qa.durable import storing
from qa.errors import ChangeRefused, DocumentNotFound

router = APIRouter(tags=["changes"], dependencies=[CHANGES])

MAX_FIELDS = 8
MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "contentMediaType": "*/*"}},
                        "replace": {"type": "boolean"},
                    },
                    "required": ["files"],
                }
            }
        },
    }
}
Rebuild = Annotated[bool, Query(description="whether to build the index now; else the next build has the change")]


@router.post(
    "/documents",
    summary="Add files to the corpus (multipart), and build",
    status_code=201,
    response_model=UploadBody,
    openapi_extra=MULTIPART,
)
async def upload(
    request: Request,
    uploads: CurrentUploads,
    jobs: CurrentJobs,
    page: CurrentCorpusPage,
    html: WantsHtml,
    replace: Annotated[bool, Query(description="put files in the place of those of the same name")] = False,
    folders: Annotated[bool, Query(description="keep the folders in the names of the files")] = False,
    rebuild: Rebuild = True,
) -> Response:
    """The files are on the disk when this answers. A request of which some files are refused stores the others."""
    uploads.check_disk(int(request.headers.get("content-length", "0")))
    files: list[FileBody] = []
    try:
        with storing():  # large parts wait in temporary files
            async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS) as form:
                replacing = replace or form.get("replace") in {"true", "on", "1"}
                for name, part in _parts(form):
                    files.append(await run_in_threadpool(_store, uploads, name, part, replacing, folders))
    except ClientDisconnect as error:
        raise ChangeRefused("the request ended before its last byte") from error
    finally:
        any_stored = any(file.document_id for file in files)
        job = jobs.request() if any_stored and (rebuild or html) else None
    if not files:
        raise ChangeRefused("no file was sent; send multipart/form-data with at least one file")
    if html:
        return RedirectResponse("/corpus#job", 303) if all(f.document_id for f in files) else page.render(files=files)
    if not any_stored:
        return _all_refused(files)
    body = UploadBody(files=files, job=JobBody.of(job) if job else None)
    created = any(file.outcome in {"added", "replaced"} for file in files)
    return JSONResponse(body.model_dump(), 201 if created else 200)


@router.delete("/documents/{document_id:path}", summary="Take a document out of the corpus, and build", status_code=202)
def delete(
    document_id: str, uploads: CurrentUploads, jobs: CurrentJobs, service: CurrentService, rebuild: Rebuild = True
) -> ChangeBody:
    """The file is kept aside for a week: `undo` says how it comes back."""
    uploads.delete(document_id)
    service.withdraw(document_id)
    job = JobBody.of(jobs.request()) if rebuild else None
    return ChangeBody(document_id=document_id, undo=UndoBody(url=restore_url(document_id)), job=job)


@router.post("/documents/{document_id:path}/delete", include_in_schema=False)
def delete_by_form(
    document_id: str, uploads: CurrentUploads, jobs: CurrentJobs, service: CurrentService, page: CurrentCorpusPage
) -> Response:
    try:
        delete(document_id, uploads, jobs, service)
    except (ChangeRefused, DocumentNotFound) as error:
        return page.render(error=error)
    return RedirectResponse(f"/corpus?{urlencode({'deleted': document_id})}#job", 303)


@router.post(
    "/documents/{document_id:path}/restore",
    summary="Bring back the document that was deleted, and build",
    status_code=202,
    response_model=ChangeBody,
)
def restore(
    document_id: str,
    uploads: CurrentUploads,
    jobs: CurrentJobs,
    page: CurrentCorpusPage,
    html: WantsHtml,
    rebuild: Rebuild = True,
) -> ChangeBody | Response:
    try:
        uploads.restore(document_id)
    except (ChangeRefused, DocumentNotFound) as error:
        if html:
            return page.render(error=error)
        raise
    job = jobs.request() if rebuild or html else None
    if html:
        return RedirectResponse("/corpus#job", 303)
    return ChangeBody(document_id=document_id, undo=None, job=JobBody.of(job) if job else None)


def _parts(form: FormData) -> Iterator[tuple[str, UploadFile]]:
    """The files of a form; a field for which no file was chosen comes without a name."""
    for _, value in form.multi_items():
        if isinstance(value, UploadFile) and value.filename:
            yield value.filename, value


def _store(uploads: Uploads, name: str, part: UploadFile, replace: bool, folders: bool) -> FileBody:
    try:
        return FileBody.stored(name, uploads.add(name, part.file, replace, folders))
    except ChangeRefused as error:
        return FileBody.refused(name, error)


def _all_refused(files: Sequence[FileBody]) -> Response:
    """One problem for all: the first one's kind, and each file's own reason."""
    problems = [file.problem for file in files if file.problem]
    first = problems[0]
    errors = [{"field": f"files.{place}", "message": each.detail} for place, each in enumerate(problems)]
    detail = "; ".join(each.detail for each in problems[:3])
    return problem(first.status, first.type.removeprefix("/problems/"), first.title, detail, errors)
