"""Problems that OpenAI's clients can show: with an ``error`` beside what every problem has (RFC 9457, section 3.2)."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from qa.api.errors import MEDIA_TYPE
from qa.errors import QAError

EXPECTED = (QAError, RequestValidationError, HTTPException)


class ExplainedRoute(APIRoute):
    """A route whose problems have their message where those clients look for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def explained(request: Request) -> Response:
            try:
                return await handle(request)
            except EXPECTED as error:
                handlers = request.app.exception_handlers
                handler = next(handlers[each] for each in type(error).__mro__ if each in handlers)
                return _explained(await handler(request, error))

        return explained


def _explained(problem: Response) -> Response:
    if problem.media_type != MEDIA_TYPE:  # a page, for a browser
        return problem
    body = json.loads(bytes(problem.body))
    code = body["type"].rpartition("/")[2]
    body["error"] = {"message": body["detail"], "type": code, "code": code, "param": None}
    kept = {name: value for name, value in problem.headers.items() if name not in {"content-length", "content-type"}}
    return JSONResponse(body, problem.status_code, kept, MEDIA_TYPE)
