"""The client that waits for its answers."""

import time
from collections.abc import Iterator, Sequence
from typing import Any, Self

import httpx2

from qa.api.schemas.answers import CitationBody
from qa.api.schemas.changes import ChangeBody, JobBody, UploadBody
from qa.api.schemas.documents import DocumentResponse, DocumentSummary, IndexResponse
from qa.api.schemas.questions import FiltersBody, Included
from qa.api.schemas.verification import VerifyResponse
from qa.client import calls
from qa.client.calls import Body, Call, File
from qa.client.errors import ConnectionLost, ProblemError, problem_of
from qa.client.replies import Reply
from qa.client.retries import Retries

TIMEOUT_S = 60.0


def settings_of(address: str, token: str | None, timeout_s: float) -> dict[str, Any]:
    """What both kinds of client are made from. The address is the whole of it: no proxy, no ``.netrc``."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return {"base_url": address, "headers": headers, "timeout": timeout_s, "trust_env": False}


class Client:
    """Calls one service, and again where it was busy; ``AsyncClient`` has the same methods, to be awaited.

    Every method raises ``ProblemError`` where the service refuses, and ``ConnectionLost`` where there is none.
    """

    def __init__(
        self,
        address: str = "http://localhost:8000",
        token: str | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: Retries | None = None,
    ) -> None:
        self._http = httpx2.Client(**settings_of(address, token, timeout_s))
        self._retries = retries or Retries()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self,
        question: str,
        top_k: int = 5,
        history: Sequence[str] = (),
        filters: FiltersBody | None = None,
        include: Sequence[Included] = (),
    ) -> Reply:
        """The cited answer, or the refusal; ``history`` are earlier questions, oldest first."""
        response = self._send(calls.ask(question, top_k, history, filters, include))
        return Reply.from_client(response, self)

    def verify(self, citations: Sequence[CitationBody] = (), text: str = "") -> VerifyResponse:
        """What has become of citations, or of the quotations in a text."""
        return self._send(calls.verify(citations, text))

    def documents(self) -> list[DocumentSummary]:
        """All documents."""
        return self._send(calls.documents()).documents

    def document(self, document_id: str) -> DocumentResponse:
        """One document with its text."""
        return self._send(calls.document(document_id))

    def index(self) -> IndexResponse:
        """The snapshot that answers now."""
        return self._send(calls.index())

    def upload(self, *files: File, replace: bool = False, rebuild: bool = True) -> UploadBody:
        """What became of files, given as paths or as names with bytes, and the build that will hold them."""
        return self._send(calls.upload(files, replace, rebuild))

    def delete(self, document_id: str, rebuild: bool = True) -> ChangeBody:
        """Take a document out of the corpus."""
        return self._send(calls.delete(document_id, rebuild))

    def restore(self, document_id: str, rebuild: bool = True) -> ChangeBody:
        """Bring back a document that was deleted."""
        return self._send(calls.restore(document_id, rebuild))

    def rebuild(self) -> JobBody:
        """The build that brings the index up to date with the corpus."""
        return self._send(calls.rebuild())

    def job(self, job_id: str) -> JobBody:
        """A build as it stands."""
        return self._send(calls.job(job_id))

    def follow(self, job: JobBody) -> Iterator[JobBody]:
        """A build at each of its changes, until it has ended."""
        while True:
            try:
                with self._http.stream("GET", f"{job.url}/events") as response:
                    if response.status_code != httpx2.codes.OK:
                        raise ProblemError(problem_of(response.status_code, response.read()))
                    for event in httpx2.EventSource(response):
                        job = JobBody.model_validate_json(event.data)
                        yield job
            except httpx2.TransportError as error:
                raise ConnectionLost(str(error)) from error
            if job.ended_at is not None:
                return

    def wait_for(self, job: JobBody) -> JobBody:
        """A build as it ended: ``done`` or ``failed``."""
        for state in self.follow(job):
            job = state
        return job

    def _send(self, call: Call[Body]) -> Body:
        tried = 0
        while True:
            try:
                response = self._http.request(call.method, call.path, **call.arguments())
            except httpx2.TransportError as error:
                raise ConnectionLost(str(error) or type(error).__name__) from error
            if response.is_success:
                return call.response.model_validate_json(response.content)
            tried += 1
            wait = self._retries.wait_s(response.status_code, response.headers, tried)
            if wait is None:
                raise ProblemError(problem_of(response.status_code, response.content))
            time.sleep(wait)
