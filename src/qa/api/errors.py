"""Every failure as ``application/problem+json`` (RFC 9457): a stable type, no traceback, no path, no echo of input."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from qa.errors import IndexUnusable, QAError, QuestionError, TokenRequired, TooBusy
from qa.logs import request_id

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "2"
TYPE_PREFIX = "/problems/"
_PLAIN = re.compile(r"[A-Za-z0-9_]{1,40}")


class Problem(BaseModel):
    """RFC 9457, problem details."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    """What the lines of the server's log about this request bear."""
    errors: list[dict[str, str]] | None = None


def problem(
    status: int, slug: str, title: str, detail: str, errors: Sequence[Mapping[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:  # fmt: skip
    """A problem document; ``errors`` names each wrong field and what is expected of it."""
    body: dict[str, Any] = {"type": TYPE_PREFIX + slug, "title": title, "status": status, "detail": detail}
    if (identifier := request_id()) is not None:
        body["request_id"] = identifier
    if errors is not None:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


Handler = Callable[[Request, Exception], Awaitable[JSONResponse]]
Shown = Callable[[Request, JSONResponse], Response]
"""A problem as the client wants to see it."""


def install(app: FastAPI, shown: Shown = lambda _, problem: problem) -> None:
    """Let the application answer each kind of failure with a problem document, or with what ``shown`` makes of it."""
    app.add_exception_handler(RequestValidationError, _shown(_invalid, shown))
    app.add_exception_handler(HTTPException, _shown(_http, shown))
    app.add_exception_handler(QAError, _shown(_expected, shown))


def _shown(handler: Handler, shown: Shown) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return shown(request, await handler(request, error))

    return handle


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": _field(entry["loc"]), "message": entry["msg"].removeprefix("Value error, ")}
        for entry in error.errors()
    ]
    detail = "; ".join(f"{entry['field']}: {entry['message']}" for entry in errors[:3])
    return problem(422, QuestionError.slug, QuestionError.title, detail, errors[:20])


def _field(location: Sequence[int | str]) -> str:
    """``body.filters.tags.0``; a name that the client made up is shown only where it is short and plain."""
    return ".".join(name if _PLAIN.fullmatch(name) else "?" for name in map(str, location))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    slug = phrase.lower().replace(" ", "-")
    detail = str(error.detail) if error.detail != phrase else "see /docs for what this service offers"
    return problem(error.status_code, slug, phrase, detail, headers=error.headers)


async def _expected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, QAError)
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error  # it is logged, and answered as what nobody expected
    return problem_of(error)


def problem_of(error: QAError) -> JSONResponse:
    """An expected failure of the client's or of the moment, whose message may be shown."""
    return problem(error.status, error.slug, error.title, str(error), headers=_headers(error))


def _headers(error: QAError) -> Mapping[str, str]:
    if isinstance(error, TooBusy):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, IndexUnusable):
        return {"Retry-After": RETRY_AFTER_S}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, TokenRequired) else {}


def unexpected() -> JSONResponse:
    """What a client is told of an error that nobody expected."""
    return problem(500, QAError.slug, QAError.title, "an unexpected error; it has been logged")
