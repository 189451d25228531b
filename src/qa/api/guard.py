"""Who may change what: the server's own pages and programs on this machine, and elsewhere those that hold the token.

A page of another site can send forms to any address that the reader's browser reaches. Such a request bears another
``Origin`` and ``Sec-Fetch-Site``, or, where a name was pointed at this machine (DNS rebinding), another ``Host``.
"""

import hmac
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.api.errors import problem
from qa.config import Settings
from qa.errors import HostForbidden, TokenRequired, WriteForbidden

HOW_TO_OPEN = "set QA_ADMIN_TOKEN to a long random text, restart, and send it as Authorization: Bearer <token>"
_SAME_SITE = {"same-origin", "none"}
_FORWARDED = {
    "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port",
    "x-forwarded-server", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip",
    "cf-ray", "fastly-client-ip", "x-original-forwarded-for", "cdn-loop",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses changes. ``host`` is the address that the server is bound to."""

    host: str
    token: str
    """Empty where none is set."""
    names: frozenset[str]
    """Further names by which the server is reached, in lower case."""

    @classmethod
    def of(cls, settings: Settings) -> "Guard":
        """The guard that the settings ask for."""
        token = settings.admin_token.get_secret_value() if settings.admin_token else ""
        names = {name.strip().lower() for name in settings.allowed_hosts.split(",")} - {""}
        return cls(settings.host.lower(), token, frozenset(names))

    @property
    def needs_token(self) -> bool:
        return bool(self.token)

    @property
    def is_closed(self) -> bool:
        """Whether nobody may change anything: others can reach the server, and no token tells who may."""
        return not self.token and not _is_loopback(self.host)

    def check(self, headers: Mapping[str, str]) -> None:
        """Let a change pass, by the headers of its request.

        Raises:
            WriteForbidden: it comes from elsewhere, or nobody may change anything.
            TokenRequired: it has no token, or a wrong one.
        """
        self.check_origin(headers)
        if self.is_closed:
            raise WriteForbidden(f"this server can be reached from elsewhere and has no token: {HOW_TO_OPEN}")
        if not self.token and not _FORWARDED.isdisjoint(name.lower() for name in headers):
            raise WriteForbidden(f"the request came through a proxy, and no token tells who may: {HOW_TO_OPEN}")
        if self.token and not _is_token(headers.get("authorization", ""), self.token):
            raise TokenRequired("changes need the token of this server: Authorization: Bearer <token>")

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Let pass what does not come from a page of another site.

        Raises:
            WriteForbidden: it does.
        """
        host = headers.get("host", "").lower()
        origin = headers.get("origin")
        foreign = origin is not None and _netloc(origin.lower()) != host
        if foreign or headers.get("sec-fetch-site", "none").lower() not in _SAME_SITE:
            raise WriteForbidden("the request comes from a page of another site")

    def is_named(self, host: str) -> bool:
        """Whether a ``Host`` header, port and all, names this server."""
        return self._is_own(_hostname(f"//{host.lower()}"))

    def _is_own(self, name: str) -> bool:
        if name in self.names or name == self.host:
            return True
        if _is_loopback(self.host):
            return _is_loopback(name)
        # Whoever points a name at this machine has a name; an address is what the client really connected to.
        everywhere = _address(self.host) is not None and ipaddress.ip_address(self.host).is_unspecified
        return everywhere and (_address(name) is not None or name in {"localhost", socket.gethostname().lower()})


class HostCheck:
    """ASGI middleware: 403 for every request, reads too, whose ``Host`` is no name of this server.

    A web page that points its own name at this machine (DNS rebinding) is of the same origin as what it then asks for,
    so that its browser lets it read all answers; only the name gives it away.
    """

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._guard.is_named(Headers(scope=scope).get("host", "")):
            detail = "the Host header does not name this server; add the name to QA_ALLOWED_HOSTS"
            refusal = problem(HostForbidden.status, HostForbidden.slug, HostForbidden.title, detail)
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _hostname(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_loopback(name: str) -> bool:
    address = _address(name)
    return name == "localhost" or (address is not None and address.is_loopback)


def _is_token(authorization: str, token: str) -> bool:
    scheme, _, sent = authorization.partition(" ")
    equal = hmac.compare_digest(sent.strip().encode("latin-1", "replace"), token.encode("utf-8"))
    return scheme.lower() == "bearer" and equal


def guard_changes(request: Request) -> None:
    """Refuse a change of the corpus or the index that is not allowed; before its body is read."""
    guard: Guard = request.app.state.guard
    guard.check(request.headers)


def guard_origin(request: Request) -> None:
    """Refuse what a page of another site sends."""
    guard: Guard = request.app.state.guard
    guard.check_origin(request.headers)


CHANGES = Depends(guard_changes)
OWN_PAGES = Depends(guard_origin)


def _guard_of(request: Request) -> Guard:
    guard: Guard = request.app.state.guard
    return guard


CurrentGuard = Annotated[Guard, Depends(_guard_of)]
