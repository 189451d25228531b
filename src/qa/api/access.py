"""What holds for every request before a route sees it: its Host, its client's rate, and who may read.

The holder of the token that a request brought is put into the request's state, where routes that change something look.
"""

import asyncio
import logging
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.api.clients import WRONG_TOKEN_PAUSE_S, ClientLimits
from qa.api.errors import problem_of
from qa.api.guard import Guard
from qa.api.page.presentation import prefers_html
from qa.api.tokens import Holder, Role
from qa.errors import HostForbidden, QAError, TokenRequired

logger = logging.getLogger(__name__)

COOKIE = "qa_read"
COOKIE_DAYS = 30
UNGUARDED = {"/healthz", "/readyz", "/login"}
STATIC = "/static/"


class Access:
    """ASGI middleware: 403 for a foreign ``Host``, 429 for too many requests, 401 where reading needs a token.

    A web page that points its own name at this machine (DNS rebinding) is of the same origin as what it then asks for,
    so that its browser lets it read all answers; only the name gives it away.
    """

    def __init__(self, app: ASGIApp, guard: Guard, limits: ClientLimits) -> None:
        self._app = app
        self._guard = guard
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            if not self._guard.is_named(connection.headers.get("host", "")):
                raise HostForbidden("the Host header does not name this server; add the name to QA_ALLOWED_HOSTS")
            path = scope["path"]
            if path not in UNGUARDED and not path.startswith(STATIC):
                self._limits.check_request(client_of(connection))
                await self._read(connection)
        except TokenRequired as error:
            await _ask_for_token(connection, error)(scope, receive, send)
        except QAError as error:
            await problem_of(error)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _read(self, connection: HTTPConnection) -> None:
        holder = await bearer(connection, self._guard, self._limits) or _cookie_holder(connection, self._guard)
        connection.state.holder = holder
        if holder is None and self._guard.reading_needs_token:
            raise TokenRequired("reading needs a token of this server: Authorization: Bearer <token>")


async def bearer(connection: HTTPConnection, guard: Guard, limits: ClientLimits) -> Holder | None:
    """Whom the token in a request's Authorization belongs to; None where there is none or no token is set.

    Raises:
        TokenRequired: the token is wrong; this comes after a pause.
        TooBusy: the client has tried too many wrong ones.
    """
    authorization = connection.headers.get("authorization", "")
    scheme, _, token = authorization.encode("latin-1").decode("utf-8", "surrogateescape").partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or not guard.tokens:
        return None
    return await checked(token.strip(), connection, guard, limits)


async def checked(token: str, connection: HTTPConnection, guard: Guard, limits: ClientLimits) -> Holder:
    """Whom a token belongs to.

    Raises:
        TokenRequired: it is wrong; this comes after a pause.
        TooBusy: the client has tried too many wrong ones.
    """
    client = client_of(connection)
    holder = guard.tokens.known(token)
    if holder is None:
        limits.check_wrong_tokens(client)
        holder = await run_in_threadpool(guard.tokens.holder_of, token)
    if holder is None:
        limits.note_wrong_token(client)
        logger.warning("a wrong token came from %s", client)
        await asyncio.sleep(WRONG_TOKEN_PAUSE_S)
        raise TokenRequired("the token is not one of this server's: Authorization: Bearer <token>")
    return holder


def client_of(connection: HTTPConnection) -> str:
    """The address that a request came from; behind a trusted proxy, that of the proxy's client."""
    return connection.client.host if connection.client else ""


def sign_in(response: Response, holder: Holder, connection: HTTPConnection, guard: Guard) -> None:
    """Let a browser read from now on, and no more than that."""
    value = TimestampSigner(guard.tokens.signing_key).sign(holder.name).decode()
    secure = connection.scope["scheme"] == "https"
    seconds = COOKIE_DAYS * 86_400
    response.set_cookie(COOKIE, value, max_age=seconds, secure=secure, httponly=True, samesite="lax")


def _cookie_holder(connection: HTTPConnection, guard: Guard) -> Holder | None:
    value = connection.cookies.get(COOKIE)
    if value is None or not guard.tokens:
        return None
    try:
        name = TimestampSigner(guard.tokens.signing_key).unsign(value, max_age=COOKIE_DAYS * 86_400)
    except BadSignature:
        return None
    return Holder(name.decode(), Role.READ)


def _ask_for_token(connection: HTTPConnection, error: TokenRequired) -> Response:
    """The page at which a reader gives the token, or the problem for a program."""
    is_page = connection.scope["method"] in {"GET", "HEAD"} and prefers_html(connection.headers.get("accept", ""))
    if not is_page or "authorization" in connection.headers:
        return problem_of(error)
    query = connection.scope["query_string"].decode("latin-1")
    address = connection.scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(f"/login?next={quote(address, safe='')}", 303)


def guard_changes(request: Request) -> None:
    """Refuse a change of the corpus or the index that is not allowed; before its body is read."""
    guard: Guard = request.app.state.guard
    guard.check_change(request, request.state.holder)


def guard_judgements(request: Request) -> None:
    """Refuse a judgement of a passage from nobody knows whom, and more of them than one client may send."""
    guard: Guard = request.app.state.guard
    guard.check_judgement(request, request.state.holder)
    limits: ClientLimits = request.app.state.client_limits
    limits.check_judgement(client_of(request))


CHANGES = Depends(guard_changes)
JUDGEMENTS = Depends(guard_judgements)
