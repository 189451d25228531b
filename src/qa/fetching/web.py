"""One request at a time: politely, within bounds, and only to addresses that are meant.

``robots.txt`` is obeyed (RFC 9309, by protego), requests to a host are apart in time, and every connection, redirects
included, is made to an address that was looked at: private ones are refused unless they are asked for.
"""

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import httpcore2
from protego import Protego

import qa
from qa.corpus.folder import MAX_FILE_BYTES
from qa.errors import FetchRefused

AGENT = "qa"
USER_AGENT = f"{AGENT}/{qa.__version__}"
PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
TIMEOUT_S = 20.0
REDIRECTS = 5
ROBOTS_BYTES = 512_000  # RFC 9309 asks for 500 KiB at least
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_RESERVED = "/%:?&=;,@+$!*'()~#[]"
_DEFAULT_PORTS = {"http": 80, "https": 443}
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered: the address in the end, the status, headers by their lower-case names, and the body."""

    url: str
    status: int
    headers: Headers
    body: bytes


@dataclass(slots=True)
class Host:
    """What is known of a scheme, host and port: its rules, and when it may be asked again."""

    rules: Protego | None = None
    is_closed: bool = False
    next_s: float = 0.0


@dataclass(slots=True)
class Web:
    """Asks for pages.

    Args:
        allow_private: whether addresses of the own network and machine may be asked.
        pause_s: seconds between requests to one host; ``Crawl-delay`` of its robots.txt may make it longer.
        sleep: waits for some seconds.
    """

    allow_private: bool = False
    pause_s: float = PAUSE_S
    sleep: Callable[[float], None] = time.sleep
    _hosts: dict[str, Host] = field(default_factory=dict)

    def get(self, url: str, conditions: Callable[[str], Headers] = lambda _: {}) -> Page:
        """Ask for a page, and follow redirects; ``conditions`` are the headers that an address is asked with.

        Raises:
            FetchRefused: robots.txt forbids it, the address is not to be asked, or no answer came.
        """
        for _ in range(REDIRECTS + 1):
            url = normalised(url)
            host = self._host(url)
            if host.is_closed or (host.rules is not None and not host.rules.can_fetch(url, AGENT)):
                raise FetchRefused(f"{url}: its robots.txt forbids it")
            self._wait(host)
            page = self._ask(url, conditions(url), MAX_FILE_BYTES)
            if page.status not in _REDIRECTED or "location" not in page.headers:
                return page
            url = urljoin(url, page.headers["location"])
        raise FetchRefused(f"{url}: it leads from one address to the next more than {REDIRECTS} times")

    def _host(self, url: str) -> Host:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._hosts:
            self._hosts[origin] = self._asked_for_rules(origin)
        return self._hosts[origin]

    def _asked_for_rules(self, origin: str) -> Host:
        """What robots.txt says: without one all is allowed, and nothing while the server fails."""
        url = f"{origin}/robots.txt"
        for _ in range(REDIRECTS + 1):
            page = self._ask(url, {}, ROBOTS_BYTES)
            if page.status not in _REDIRECTED or "location" not in page.headers:
                break
            url = normalised(urljoin(url, page.headers["location"]))
        host = Host(next_s=time.monotonic() + self.pause_s, is_closed=page.status >= HTTPStatus.INTERNAL_SERVER_ERROR)
        if page.status == HTTPStatus.OK:
            host.rules = Protego.parse(page.body.decode("utf-8", "replace"))
        return host

    def _wait(self, host: Host) -> None:
        now = time.monotonic()
        if host.next_s > now:
            self.sleep(host.next_s - now)
        asked = host.rules.crawl_delay(AGENT) if host.rules is not None else None
        host.next_s = max(now, host.next_s) + min(max(self.pause_s, float(asked or 0)), LONGEST_PAUSE_S)

    def _ask(self, url: str, conditions: Headers, most_bytes: int) -> Page:
        headers = {"Host": urlsplit(url).netloc, "User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **conditions}
        limits = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)
        backend = CheckedConnections(allow_private=self.allow_private)
        try:
            with (
                httpcore2.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=backend) as pool,
                pool.stream("GET", url, headers=list(headers.items()), extensions={"timeout": limits}) as response,
            ):
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                body = read_bounded(response.iter_stream(), found.get("content-encoding", ""), most_bytes)
                return Page(url, response.status, found, body)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError) as error:
            raise FetchRefused(f"{url}: no answer ({str(error) or type(error).__name__})") from error


class CheckedConnections(httpcore2.SyncBackend):
    """Connects to the very address that was looked at, so that no second look-up can give another one."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of a host.

        Raises:
            FetchRefused: one of its addresses is private, and those are not allowed.
        """
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not self._allow_private and not all(map(is_public, found)):
            raise FetchRefused(f"{host} is an address of a private network; --private asks it all the same")
        return super().connect_tcp(found[0], port, timeout, local_address, socket_options)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, and of no private network or machine."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return parsed.is_global and not parsed.is_multicast and (inner is None or inner.is_global)


def normalised(url: str) -> str:
    """The address as it is asked for: without a fragment, in ASCII.

    Raises:
        FetchRefused: it is no address of a page.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise FetchRefused(f"{url}: this is no address of a page") from error
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise FetchRefused(f"{url}: this is no address of a page; it begins with https:// or http://")
    if parts.username is not None:
        raise FetchRefused(f"{parts.scheme}://…@{host}: an address with a password is not fetched")
    host = f"[{host}]" if ":" in host else host
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path, query = quote(parts.path or "/", _RESERVED), quote(parts.query, _RESERVED)
    return SplitResult(parts.scheme, netloc, path, query, "").geturl()


def read_bounded(parts: Iterable[bytes], encoding: str, most_bytes: int) -> bytes:
    """A body, unpacked where it is packed.

    Raises:
        FetchRefused: it is larger than allowed, or packed in another way than with gzip.
    """
    if encoding.lower() not in ("", "identity", "gzip", "x-gzip"):
        raise FetchRefused(f"the page is packed with {encoding}, which was not asked for")
    unpacker = zlib.decompressobj(wbits=31) if encoding.lower().endswith("gzip") else None
    found = bytearray()
    for part in parts:
        try:
            found += unpacker.decompress(part, most_bytes + 1 - len(found)) if unpacker else part
        except zlib.error as error:
            raise FetchRefused("the page is damaged on the way; try again") from error
        if len(found) > most_bytes or (unpacker is not None and unpacker.unconsumed_tail):
            raise FetchRefused(f"the page is larger than {most_bytes / 2**20:.0f} MB")
    if unpacker is not None and not unpacker.eof:
        raise FetchRefused("the page is damaged on the way; try again")
    return bytes(found)
