"""Who may change what, and who may read: this machine, and elsewhere those that hold a token.

A page of another site can send forms to any address that the reader's browser reaches. Such a request bears another
``Origin`` and ``Sec-Fetch-Site``, or, where a name was pointed at this machine (DNS rebinding), another ``Host``.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from qa.api.tokens import Holder, Role, Tokens
from qa.config import Settings
from qa.errors import TokenRequired, WriteForbidden

HOW_TO_OPEN = "set QA_ADMIN_TOKEN to a long random text, restart, and send it as Authorization: Bearer <token>"
_SAME_SITE = {"same-origin", "none"}
_FORWARDED = {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "cdn-loop"}
_FORWARDED_PREFIXES = ("x-forwarded", "x-original-", "x-envoy-", "x-amzn-", "true-client-", "cf-", "fastly-")


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses changes, and reading where that needs a token. ``host`` is the address that the server is bound to."""

    host: str
    tokens: Tokens
    names: frozenset[str]
    """Further names by which the server is reached, in lower case."""
    open: bool
    """Whether everybody may read."""

    @classmethod
    def of(cls, settings: Settings) -> "Guard":
        """The guard that the settings ask for.

        Raises:
            SettingsError: the file of tokens cannot be read.
        """
        names = {name.strip().lower() for name in settings.allowed_hosts.split(",")} - {""}
        return cls(settings.host.lower(), Tokens.of(settings), frozenset(names), settings.open)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return _is_loopback(self.host)

    @property
    def needs_token(self) -> bool:
        """Whether changes need a token."""
        return self.tokens.any_writes

    @property
    def is_closed(self) -> bool:
        """Whether nobody may change anything: others can reach the server, and no token tells who may."""
        return not self.needs_token and not self.is_local

    @property
    def reading_needs_token(self) -> bool:
        """Whether reading needs a token: others can reach the server, or a token for reading is set."""
        reads = any(holder.role is Role.READ for holder in self.tokens.plain.values()) or bool(self.tokens.hashed)
        return not self.open and (reads or not self.is_local)

    def check_change(self, connection: HTTPConnection, holder: Holder | None) -> None:
        """Let a change pass; ``holder`` is whom the token that it brought belongs to.

        Raises:
            WriteForbidden: it comes from elsewhere, or nobody may change anything.
            TokenRequired: it has no token, or one that does not allow it.
        """
        self.check_origin(connection.headers)
        if self.is_closed:
            raise WriteForbidden(f"this server can be reached from elsewhere and has no token: {HOW_TO_OPEN}")
        if self.needs_token:
            if holder is None or holder.role is not Role.WRITE:
                raise TokenRequired("changes need a token of this server: Authorization: Bearer <token>")
        elif not is_direct(connection):
            raise WriteForbidden(f"the request came through a proxy, and no token tells who may: {HOW_TO_OPEN}")

    def check_judgement(self, connection: HTTPConnection, holder: Holder | None) -> None:
        """Let a reader's judgement pass: from this machine, or from whoever holds any token.

        Raises:
            WriteForbidden: it comes from a page of another site.
            TokenRequired: nobody knows whose it is.
        """
        self.check_origin(connection.headers)
        if holder is None and not (self.is_local and is_direct(connection)):
            raise TokenRequired("judgements of passages need a token of this server: Authorization: Bearer <token>")

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
        if self.is_local:
            return _is_loopback(name)
        # Whoever points a name at this machine has a name; an address is what the client really connected to.
        everywhere = _address(self.host) is not None and ipaddress.ip_address(self.host).is_unspecified
        return everywhere and (_address(name) is not None or name in {"localhost", socket.gethostname().lower()})


def is_direct(connection: HTTPConnection) -> bool:
    """Whether a request came straight from this machine; a proxy adds headers, or speaks HTTP/1.0 to what it serves."""
    client = connection.client
    names = [name.lower() for name in connection.headers]
    forwarded = any(name in _FORWARDED or name.startswith(_FORWARDED_PREFIXES) for name in names)
    return not forwarded and connection.scope["http_version"] == "1.1" and bool(client and _is_loopback(client.host))


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


def _guard_of(connection: HTTPConnection) -> Guard:
    guard: Guard = connection.app.state.guard
    return guard


CurrentGuard = Annotated[Guard, Depends(_guard_of)]
