"""Every call of the service as a value: what is sent, and what comes back. The clients only send them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from qa.api.schemas.answers import AskResponse, CitationBody
from qa.api.schemas.changes import ChangeBody, JobBody, UploadBody, restore_url
from qa.api.schemas.documents import DocumentList, DocumentResponse, IndexResponse
from qa.api.schemas.questions import AskBody, FiltersBody, Included
from qa.api.schemas.verification import VerifyResponse

Body = TypeVar("Body", bound=BaseModel)
File = Path | tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Call(Generic[Body]):
    """One request, and the model of its answer. Nothing in it is used up, so that it can be sent again."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    response: type[Body]
    params: dict[str, str] = field(default_factory=dict)
    json: object = None
    files: Sequence[tuple[str, tuple[str, bytes]]] = ()

    def arguments(self) -> dict[str, Any]:
        """What httpx takes besides method and path."""
        sent: dict[str, Any] = {"params": self.params, "headers": {"Accept": "application/json"}}
        if self.json is not None:
            sent["json"] = self.json
        if self.files:
            sent["files"] = list(self.files)
        return sent


def ask(
    question: str,
    top_k: int = 5,
    history: Sequence[str] = (),
    filters: FiltersBody | None = None,
    include: Sequence[Included] = (),
) -> Call[AskResponse]:
    """``POST /ask``.

    Raises:
        pydantic.ValidationError: the question breaks a rule of the service.
    """
    body = AskBody(
        question=question,
        top_k=top_k,
        history=list(history),
        filters=filters or FiltersBody(),
        include=list(include),
    )
    return Call("POST", "/ask", AskResponse, json=body.model_dump(mode="json"))


def verify(citations: Sequence[CitationBody], text: str) -> Call[VerifyResponse]:
    """``POST /verify``."""
    cited: list[dict[str, Any]] = [citation.model_dump(mode="json") for citation in citations]
    return Call("POST", "/verify", VerifyResponse, json={"citations": cited} if cited else {"text": text})


def documents() -> Call[DocumentList]:
    """``GET /documents``."""
    return Call("GET", "/documents", DocumentList)


def document(document_id: str) -> Call[DocumentResponse]:
    """``GET /documents/{id}``."""
    return Call("GET", _document(document_id), DocumentResponse)


def index() -> Call[IndexResponse]:
    """``GET /index``."""
    return Call("GET", "/index", IndexResponse)


def upload(files: Sequence[File], replace: bool, rebuild: bool) -> Call[UploadBody]:
    """``POST /documents``."""
    named = [(file.name, file.read_bytes()) if isinstance(file, Path) else file for file in files]
    params = {"replace": _flag(replace), "rebuild": _flag(rebuild)}
    return Call("POST", "/documents", UploadBody, params, files=[("files", file) for file in named])


def delete(document_id: str, rebuild: bool) -> Call[ChangeBody]:
    """``DELETE /documents/{id}``."""
    return Call("DELETE", _document(document_id), ChangeBody, {"rebuild": _flag(rebuild)})


def restore(document_id: str, rebuild: bool) -> Call[ChangeBody]:
    """``POST /documents/{id}/restore``."""
    return Call("POST", restore_url(document_id), ChangeBody, {"rebuild": _flag(rebuild)})


def rebuild() -> Call[JobBody]:
    """``POST /index/rebuild``."""
    return Call("POST", "/index/rebuild", JobBody)


def job(job_id: str) -> Call[JobBody]:
    """``GET /index/jobs/{id}``."""
    return Call("GET", f"/index/jobs/{quote(job_id, safe='')}", JobBody)


def _document(document_id: str) -> str:
    return f"/documents/{quote(document_id, safe='/')}"


def _flag(value: bool) -> str:
    return "true" if value else "false"
