"""``/mcp``: the Model Context Protocol over HTTP. Its library is loaded with the first request."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.api.errors import problem_of
from qa.api.guard import Guard
from qa.errors import WriteForbidden
from qa.registry import imported

PATH = "/mcp"


class Endpoint:
    """An ASGI application that makes the real one when it is first asked."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state, guard = scope["app"].state, scope["app"].state.guard
        try:
            self._check(guard, HTTPConnection(scope))
        except WriteForbidden as error:
            await problem_of(error)(scope, receive, send)
            return
        if not hasattr(state, "mcp"):
            state.mcp = await run_in_threadpool(_build, scope)
        application: ASGIApp = state.mcp
        await application(scope, receive, send)

    @staticmethod
    def _check(guard: Guard, connection: HTTPConnection) -> None:
        guard.check_origin(connection.headers)


def _build(scope: Scope) -> ASGIApp:
    state = scope["app"].state
    server = imported("qa.api.mcp:build_server")(state.service, state.verifying)
    application: ASGIApp = imported("qa.api.mcp:http_app")(server)
    return application


router = APIRouter(include_in_schema=False, routes=[Route(PATH, Endpoint(), methods=["POST"])])
