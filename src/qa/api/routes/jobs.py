"""Builds of the index: asked for, looked at, and followed while they run."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from qa.api.access import CHANGES
from qa.api.dependencies import CurrentJobs, WantsHtml
from qa.api.schemas.changes import JobBody, job_url
from qa.errors import JobNotFound, TooBusy
from qa.serving.jobs import Job

router = APIRouter(tags=["jobs"])

LOOK_S = 0.05
MAX_STREAMS = 64
STREAM_S = 900.0  # then the browser connects again


class Streams:
    """How many streams of events are open."""

    def __init__(self, most: int = MAX_STREAMS) -> None:
        self._free = most

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a stream while it is open.

        Raises:
            TooBusy: as many as there may be are open.
        """
        if not self._free:
            raise TooBusy("too many streams of events are open; ask for the job itself")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


async def _one_stream(request: Request) -> AsyncIterator[None]:
    streams: Streams = request.app.state.streams
    with streams.one_more():
        yield


async def _found(job_id: str, jobs: CurrentJobs) -> Job:
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
async def get_job(job: Annotated[Job, Depends(_found)]) -> JobBody:
    return JobBody.of(job)


@router.get(
    "/index/jobs/{job_id}/events",
    summary="A build as it goes on (server-sent events)",
    response_class=EventSourceResponse,
    dependencies=[Depends(_one_stream)],
)
async def events(
    job: Annotated[Job, Depends(_found)], jobs: CurrentJobs, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """An event `job` with the body of `GET /index/jobs/{id}` at every change; ends with the job or after 15 minutes."""
    seen: Job | None = None
    ends = time.monotonic() + STREAM_S
    while not request.app.state.stopping() and time.monotonic() < ends:
        if job != seen:
            yield ServerSentEvent(event="job", data=JobBody.of(job))
            seen = job
        if job.ended:
            return
        await asyncio.sleep(LOOK_S)
        try:
            job = jobs.get(job.id)
        except JobNotFound:
            return
