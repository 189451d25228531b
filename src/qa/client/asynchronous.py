"""The client that is awaited."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Self

import httpx2

from qa.api.schemas.answers import CitationBody
from qa.api.schemas.changes import ChangeBody, JobBody, UploadBody
from qa.api.schemas.documents import DocumentResponse, DocumentSummary, IndexResponse
from qa.api.schemas.questions import FiltersBody, Included
from qa.api.schemas.verification import VerifyResponse
from qa.client import calls
from qa.client.calls import Body, Call, File
from qa.client.errors import ConnectionLost, ProblemError, problem_of
from qa.client.replies import AsyncReply
from qa.client.retries import Retries
from qa.client.synchronous import TIMEOUT_S, settings_of


class AsyncClient:
    """What ``Client`` is, on an event loop."""

    def __init__(
        self,
        address: str = "http://localhost:8000",
        token: str | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: Retries | None = None,
    ) -> None:
        self._http = httpx2.AsyncClient(**settings_of(address, token, timeout_s))
        self._retries = retries or Retries()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(
        self,
        question: str,
        top_k: int = 5,
        history: Sequence[str] = (),
        filters: FiltersBody | None = None,
        include: Sequence[Included] = (),
    ) -> AsyncReply:
        """The cited answer, or the refusal; ``history`` are earlier questions, oldest first."""
        response = await self._send(calls.ask(question, top_k, history, filters, include))
        return AsyncReply.from_client(response, self)

    async def verify(self, citations: Sequence[CitationBody] = (), text: str = "") -> VerifyResponse:
        """What has become of citations, or of the quotations in a text."""
        return await self._send(calls.verify(citations, text))

    async def documents(self) -> list[DocumentSummary]:
        """All documents."""
        return (await self._send(calls.documents())).documents

    async def document(self, document_id: str) -> DocumentResponse:
        """One document with its text."""
        return await self._send(calls.document(document_id))

    async def index(self) -> IndexResponse:
        """The snapshot that answers now."""
        return await self._send(calls.index())

    async def upload(self, *files: File, replace: bool = False, rebuild: bool = True) -> UploadBody:
        """What became of files, given as paths or as names with bytes, and the build that will hold them."""
        return await self._send(calls.upload(files, replace, rebuild))

    async def delete(self, document_id: str, rebuild: bool = True) -> ChangeBody:
        """Take a document out of the corpus."""
        return await self._send(calls.delete(document_id, rebuild))

    async def restore(self, document_id: str, rebuild: bool = True) -> ChangeBody:
        """Bring back a document that was deleted."""
        return await self._send(calls.restore(document_id, rebuild))

    async def rebuild(self) -> JobBody:
        """The build that brings the index up to date with the corpus."""
        return await self._send(calls.rebuild())

    async def job(self, job_id: str) -> JobBody:
        """A build as it stands."""
        return await self._send(calls.job(job_id))

    async def follow(self, job: JobBody) -> AsyncIterator[JobBody]:
        """A build at each of its changes, until it has ended."""
        while True:
            try:
                async with self._http.stream("GET", f"{job.url}/events") as response:
                    if response.status_code != httpx2.codes.OK:
                        raise ProblemError(problem_of(response.status_code, await response.aread()))
                    async for event in httpx2.EventSource(response):
                        job = JobBody.model_validate_json(event.data)
                        yield job
            except httpx2.TransportError as error:
                raise ConnectionLost(str(error)) from error
            if job.ended_at is not None:
                return

    async def wait_for(self, job: JobBody) -> JobBody:
        """A build as it ended: ``done`` or ``failed``."""
        async for state in self.follow(job):
            job = state
        return job

    async def _send(self, call: Call[Body]) -> Body:
        tried = 0
        while True:
            try:
                response = await self._http.request(call.method, call.path, **call.arguments())
            except httpx2.TransportError as error:
                raise ConnectionLost(str(error) or type(error).__name__) from error
            if response.is_success:
                return call.response.model_validate_json(response.content)
            tried += 1
            wait = self._retries.wait_s(response.status_code, response.headers, tried)
            if wait is None:
                raise ProblemError(problem_of(response.status_code, response.content))
            await asyncio.sleep(wait)
