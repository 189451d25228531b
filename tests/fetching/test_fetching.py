"""``qa fetch`` against a server of the test's own on loopback: what is asked, what is kept, and what is refused."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qa import cli
from qa.corpus.uploads import Uploads
from qa.errors import FetchRefused
from qa.fetching import web as web_module
from qa.fetching.lists import links_of_feed, links_of_sitemap
from qa.fetching.pages import Library, Outcome
from qa.fetching.web import Web, is_public, normalised, read_bounded
from qa.readers import read

MILL = "<html><head><title>Mill</title></head><body><h1>Mill</h1><p>The mill ground {} sacks.</p></body></html>"


@dataclass
class Site:
    """What a server answers by path: status, headers and body; and what it was asked."""

    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    address: str = ""

    def page(self, path, body, status=200, **headers):
        kind = headers.pop("kind", "text/html; charset=utf-8")
        body = body.encode() if isinstance(body, str) else body
        self.answers[path] = (status, {"Content-Type": kind, **headers}, body)

    def paths(self):
        return [path for path, _ in self.asked]


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append((self.path, dict(self.headers)))
            status, headers, body = site.answers.get(self.path, (404, {}, b""))
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def site():
    with serving() as site:
        yield site


@pytest.fixture
def slept():
    return []


@pytest.fixture
def web(slept):
    return Web(allow_private=True, sleep=slept.append)


@pytest.fixture
def library(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    return Library(corpus, Uploads(corpus, tmp_path / "index", 0), read)


def document_of(library, fetched):
    (document,) = read(fetched.document_id, (library.corpus / fetched.document_id).read_bytes())
    return document


def test_a_page_is_kept_with_its_address_and_day(site, web, library):
    """The file is the page below its address and the day of retrieval, which the document and its readers know."""
    site.page("/a/mill.html?x=1", MILL.format(412))
    fetched = library.fetch(web, f"{site.address}/a/mill.html?x=1#top")
    document = document_of(library, fetched)
    assert fetched.outcome is Outcome.NEW
    assert fetched.document_id.startswith(f"web/127.0.0.1-{site.address.rpartition(':')[2]}/a-mill-")
    assert document.text == "Mill\n\nThe mill ground 412 sacks."
    assert document.url == f"{site.address}/a/mill.html?x=1"
    assert len(document.retrieved) == len("2026-11-25")
    content = (library.corpus / fetched.document_id).read_bytes()
    assert content.endswith(MILL.format(412).encode())


def test_what_changed_since_is_told(site, web, library):
    """A page asked for again is asked for on condition, is told from one that changed, and the lines are shown."""
    site.page("/mill", MILL.format(412), ETag='"1"')
    url = f"{site.address}/mill"
    library.fetch(web, url)
    again = library.fetch(web, url)
    assert (again.outcome, site.asked[-1][1]["If-None-Match"]) == (Outcome.UNCHANGED, '"1"')
    site.page("/mill", MILL.format(413), ETag='"2"')
    changed = library.fetch(web, url)
    assert changed.outcome is Outcome.CHANGED
    assert (changed.removed, changed.added) == (("The mill ground 412 sacks.",), ("The mill ground 413 sacks.",))
    assert "413" in document_of(library, changed).text
    site.page("/mill", MILL.format(413), ETag='"3"')
    assert library.fetch(web, url).outcome is Outcome.UNCHANGED
    assert library.addresses() == [url]


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/html; charset=iso-8859-2", "<p>Łódź leży</p>".encode("iso-8859-2"), "Łódź leży"),
        ("text/html", "<meta charset=iso-8859-2><p>Łódź leży</p>".encode("iso-8859-2"), "Łódź leży"),
        ("text/html; charset=utf-8", "<meta charset=iso-8859-2><p>Łódź leży</p>".encode(), "Łódź leży"),
        ("text/plain; charset=cp1250", "Łódź leży tam.".encode("cp1250"), "Łódź leży tam."),
        ("text/html; charset=nothing", "<meta charset=utf-8><p>Łódź leży</p>".encode(), "Łódź leży"),
    ],
)
def test_encodings(site, web, library, kind, body, text):
    """The server's word for an encoding wins over the page's, and over what the bytes look like."""
    site.page("/a", body, kind=kind)
    assert document_of(library, library.fetch(web, f"{site.address}/a")).text == text


def test_robots_are_obeyed(site, web, library):
    """What robots.txt forbids is not asked for, also after a redirect; a server that fails forbids all."""
    site.page("/robots.txt", "User-agent: qa\nDisallow: /no\nCrawl-delay: 7\n", kind="text/plain")
    site.page("/no", MILL)
    site.page("/to-no", "", 302, Location="/no")
    for path in ("/no", "/to-no"):
        with pytest.raises(FetchRefused, match=r"its robots.txt forbids it"):
            library.fetch(web, site.address + path)
    assert site.paths() == ["/robots.txt", "/to-no"]
    site.page("/robots.txt", "", 503)
    with pytest.raises(FetchRefused, match=r"its robots.txt forbids it"):
        library.fetch(Web(allow_private=True), f"{site.address}/mill")


def test_requests_are_apart(site, web, library, slept):
    """Between requests to a host lies the pause, or what its robots.txt asks for."""
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 7\n", kind="text/plain")
    for path in ("/a", "/b"):
        site.page(path, MILL)
        library.fetch(web, site.address + path)
    assert [round(seconds) for seconds in slept] == [1, 8]  # the sleeps are not slept: they add up


def test_private_addresses_are_refused(site, library):
    """An address of this machine is not asked, unless that is wanted."""
    site.page("/a", MILL)
    with pytest.raises(FetchRefused, match=r"private network"):
        library.fetch(Web(), f"{site.address}/a")
    assert site.asked == []


def test_redirects_to_private_addresses_are_refused(site, library, monkeypatch):
    """A public page that leads to a private address leads nowhere."""
    monkeypatch.setattr(web_module, "is_public", lambda address: address == "127.0.0.1")
    site.page("/a", "", 302, Location=site.address.replace("127.0.0.1", "127.0.0.2") + "/b")
    with pytest.raises(FetchRefused, match=r"127\.0\.0\.2 is an address of a private network"):
        library.fetch(Web(sleep=lambda _: None), f"{site.address}/a")
    assert site.paths() == ["/robots.txt", "/a"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False), ("::1", False),
        ("fe80::1%eth0", False), ("::ffff:10.0.0.1", False), ("2002:7f00:1::", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("2606:2800:220:1::1", True),
    ],
)  # fmt: skip
def test_what_is_public(address, public):
    """Loopback, private, link-local, shared, mapped and multicast addresses are not public."""
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("HTTP://Example.ORG:80/a b?q=ü#x", "http://example.org/a%20b?q=%C3%BC"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
        ("https://[2606:2800::1]:8443/%20", "https://[2606:2800::1]:8443/%20"),
    ],
)
def test_addresses(url, asked):
    """An address is asked for in ASCII, without its fragment and a port that goes without saying."""
    assert normalised(url) == asked


@pytest.mark.parametrize("url", ["file:///etc/passwd", "example.org", "http://", "http://[", "http://u:p@example.org/"])
def test_what_is_no_address(url):
    """Files, passwords and what is no address are refused."""
    with pytest.raises(FetchRefused, match=r"no address of a page|with a password"):
        normalised(url)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"body": "", "status": 404}, "answers 404 Not Found"),
        ({"body": "a", "kind": "image/png"}, "type image/png are not kept"),
        ({"body": "", "status": 302, "Location": "/a"}, "more than 5 times"),
        ({"body": "", "status": 302, "Location": "file:///etc/passwd"}, "no address of a page"),
        ({"body": b"a", "Content-Encoding": "br"}, "packed with br"),
        ({"body": b"a", "Content-Encoding": "gzip"}, "damaged on the way"),
    ],
)
def test_pages_that_are_not_kept(site, web, library, answer, reason):
    """Each is refused for what it is, and nothing is written."""
    site.page("/a", **answer)
    with pytest.raises(FetchRefused, match=reason):
        library.fetch(web, f"{site.address}/a")
    assert list(library.corpus.glob("*/*")) == []


def test_nobody_answers(library, web):
    """A server that is not there is a reason in words."""
    with pytest.raises(FetchRefused, match=r"http://127\.0\.0\.1:9/robots\.txt: no answer"):
        library.fetch(web, "http://127.0.0.1:9/")


def test_what_is_packed_is_unpacked_within_bounds():
    """Gzip is unpacked as it comes, and a page that grows past what may be kept ends there."""
    packed = gzip.compress(b"word " * 100_000)
    parts = [packed[start : start + 100] for start in range(0, len(packed), 100)]
    assert read_bounded(parts, "gzip", 10**6) == b"word " * 100_000
    for encoding, content in (("gzip", parts), ("", [b"a" * 60_000] * 2)):
        with pytest.raises(FetchRefused, match=r"larger than"):
            read_bounded(content, encoding, 100_000)


RSS = """<rss version="2.0"><channel><link>https://a.org</link><item><title>A</title><link>/one</link></item>
<item><link> https://a.org/two </link></item><item><title>none</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/x"/><entry><link rel="edit" href="/e"/>
<link href="one"/></entry><entry><link rel="alternate" href="https://a.org/two"/></entry></feed>"""
MAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.org/one</loc></url>
<url><loc> https://a.org/two </loc></url><url><loc>https://a.org/two</loc></url></urlset>"""


@pytest.mark.parametrize("feed", [RSS, ATOM])
def test_links_of_feeds(feed):
    """The entries' addresses, in order; not those of the feed itself or of editing."""
    assert links_of_feed(feed.encode(), "https://a.org/feed") == ["https://a.org/one", "https://a.org/two"]


def test_links_of_site_maps():
    """The pages, each once, also where the map is packed; a map of maps names maps."""
    for content in (MAP.encode(), gzip.compress(MAP.encode())):
        assert links_of_sitemap(content, "https://a.org/s") == (["https://a.org/one", "https://a.org/two"], [])
    several = MAP.replace("urlset", "sitemapindex").replace("url>", "sitemap>").encode()
    assert links_of_sitemap(several, "https://a.org/s") == ([], ["https://a.org/one", "https://a.org/two"])


@pytest.mark.parametrize("content", [b"words", b"<html/>", b"", gzip.compress(b"words", mtime=0), b"\x1f\x8bwords"])
def test_what_is_no_list(content):
    """A page, an empty or a damaged file is no list."""
    for links_of in (links_of_feed, links_of_sitemap):
        with pytest.raises(FetchRefused, match=r"https://a\.org/x: (?:this is no|the list is damaged)"):
            links_of(content, "https://a.org/x")


def test_the_command(site, tmp_path, capsys):
    """Addresses, feeds and site maps in one call; what fails is named, counted, and makes the status 3."""
    corpus = tmp_path / "corpus"
    for number in (1, 2, 3):
        site.page(f"/{number}", MILL.format(number))
    site.page("/feed", RSS.replace("/one", "/1").replace("https://a.org/two", "/2"), kind="application/rss+xml")
    site.page("/map", MAP.replace("https://a.org/one", f"{site.address}/3").replace("https://a.org/two", "/gone"))
    options = ["--corpus", str(corpus), "--index", str(tmp_path / "index"), "--private", "--pause", "0"]
    lists = ["--feed", f"{site.address}/feed", "--sitemap", f"{site.address}/map"]
    assert cli.main(["fetch", *options, f"{site.address}/1", *lists]) == 3
    out, err = capsys.readouterr()
    assert "3 new, 0 changed, 0 unchanged, 1 failed\nqa index makes them answer" in out
    assert f"qa: {site.address}/gone: the server answers 404 Not Found" in err
    site.page("/2", MILL.format(20))
    assert cli.main(["fetch", *options, "--again"]) == 0
    out, _ = capsys.readouterr()
    assert "  - The mill ground 2 sacks.\n  + The mill ground 20 sacks." in out
    assert "0 new, 1 changed, 2 unchanged" in out
    assert cli.main(["fetch", *options, "--again", "--most", "1"]) == 0
    assert "stopped after 1 pages" in capsys.readouterr().out
