"""The API's manual: the OpenAPI description as a page, without script and without anything from elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from qa.api.dependencies import HtmlPages
from qa.api.page.view import View

router = APIRouter(include_in_schema=False)

EXAMPLES = {"/ask": {"question": "When did Xu Jiatun fly to San Francisco?", "top_k": 3}}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: ``parameters`` are names with their descriptions, ``example`` is a body that can be sent."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str], ...]
    example: str


@router.get("/docs")
def manual(request: Request, pages: HtmlPages) -> HTMLResponse:
    return pages.render("docs.html", view=View(), operations=list(_operations(request.app.openapi())))


def _operations(schema: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            found = ((p["name"], p.get("description", "")) for p in operation.get("parameters", ()))
            has_body = "requestBody" in operation and path in EXAMPLES
            yield Operation(
                method=method.upper(),
                path=path,
                summary=operation.get("summary", ""),
                description=operation.get("description", ""),
                parameters=tuple(found),
                example=json.dumps(EXAMPLES[path]) if has_body else "",
            )
