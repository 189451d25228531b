"""Builds of the index: asked for, looked at, and followed while they run."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from qa.api.access import CHANGES
from qa.api.dependencies import CurrentJobs, WantsHtml
from qa.api.schemas.changes import JobBody, job_url
from qa.errors import JobNotFound
from qa.serving.jobs import Job

router = APIRouter(tags=["jobs"])

LOOK_S = 0.05


def _found(job_id: str, jobs: CurrentJobs) -> Job:
    return jobs.get(job_id)


@router.post(
    "/index/rebuild",
    summary="Bring the index up to date with the corpus folder",
    status_code=202,
    response_model=JobBody,
    dependencies=[CHANGES],
)
def rebuild(response: Response, jobs: CurrentJobs, html: WantsHtml) -> JobBody | RedirectResponse:
    """One build runs at a time; whoever asks meanwhile gets the one that follows."""
    job = jobs.request()
    if html:
        return RedirectResponse("/corpus#job", 303)
    response.headers["Location"] = job_url(job.id)
    return JobBody.of(job)


@router.get("/index/jobs/{job_id}", summary="How far a build is, and what it did")
def get_job(job: Annotated[Job, Depends(_found)]) -> JobBody:
    return JobBody.of(job)


@router.get(
    "/index/jobs/{job_id}/events",
    summary="A build as it goes on (server-sent events)",
    response_class=EventSourceResponse,
)
async def events(
    job: Annotated[Job, Depends(_found)], jobs: CurrentJobs, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """An event `job` with the body of `GET /index/jobs/{id}` at every change; the stream ends with the job."""
    seen: Job | None = None
    while not request.app.state.stopping():
        if job is not seen:
            yield ServerSentEvent(event="job", data=JobBody.of(job))
            seen = job
        if job.ended:
            return
        await asyncio.sleep(LOOK_S)
        try:
            job = jobs.get(job.id)
        except JobNotFound:
            return
