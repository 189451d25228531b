"""The web component on a page of another site, under a strict policy: asked and shown there, and for nobody else."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from browsing import axe
from playwright.sync_api import expect
from pydantic import ValidationError
from serving import CORPUS, serving

from qa.config import Settings

WHEN = "When did Xu Jiatun leave for San Francisco?"
MOST_BYTES = 10_000
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Elsewhere</title>
<script type="module" src="{server}/embed/ask-documents.js"></script></head>
<body><main><h1>Elsewhere</h1><ask-documents></ask-documents></main></body></html>"""


class Elsewhere(BaseHTTPRequestHandler):
    """Another site: one page, whose path is its language, that allows the server and nothing inline."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        qa = self.server.qa
        self.send_header("Content-Security-Policy", f"default-src 'none'; script-src {qa}; connect-src {qa}")
        self.end_headers()
        self.wfile.write(PAGE.format(server=qa, language=self.path.strip("/")).encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def elsewhere():
    """The other site's server; ``qa`` is set to the address that its page names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    server.qa = ""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def embedded(elsewhere, embedder, tmp_path_factory):
    """The sample corpus, which the other site may embed under one of its two names."""
    origins = f"http://localhost:{elsewhere.server_port}, https://www.example.org"
    with serving(CORPUS, tmp_path_factory.mktemp("embedded"), embedder, embed_origins=origins) as site:
        elsewhere.qa = site.address
        yield site


@pytest.fixture
def page(browser, embedded):
    page = browser.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    page.close()


def test_it_asks_and_shows(page, elsewhere, embedded):
    """On a named site a question gets its quotation with a link to its place, and a refusal in the page's language."""
    page.goto(f"http://localhost:{elsewhere.server_port}/de")
    page.get_by_role("searchbox", name="Ihre Frage").fill(WHEN)
    page.get_by_role("button", name="Fragen").click()
    expect(page.locator("blockquote")).to_contain_text("San Francisco")
    link = page.locator("figcaption a").get_attribute("href")
    assert link.startswith(f"{embedded.address}/documents/xu-jiatun.md?start=")
    assert axe(page) == []
    page.get_by_role("searchbox").fill("What is the capital of Peru?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Die Dokumente sagen es nicht.")).to_be_visible()
    assert page.complaints == []


def test_other_sites_get_nothing(page, elsewhere):
    """A site that is not named can neither load the component nor read an answer."""
    page.goto(f"http://127.0.0.1:{elsewhere.server_port}/en")
    expect(page.locator("ask-documents")).to_have_count(1)
    assert page.evaluate("customElements.get('ask-documents')") is None
    assert any("CORS" in complaint for complaint in page.complaints)
    read = "(address) => fetch(address).then(() => 'read', () => 'refused')"
    assert page.evaluate(read, f"{elsewhere.qa}/ask?question=When") == "refused"


def test_only_reading_is_shared(embedded, elsewhere):
    """Only the component and ``GET /ask`` are readable to the named origin; it can change nothing."""
    origin = {"Origin": f"http://localhost:{elsewhere.server_port}"}
    with httpx2.Client(base_url=embedded.address, timeout=60) as client:
        script = client.get("/embed/ask-documents.js", headers=origin)
        assert script.headers["access-control-allow-origin"] == origin["Origin"]
        assert len(script.content) <= MOST_BYTES
        assert "origin" in client.get("/ask", params={"question": WHEN}).headers["vary"].lower()
        for method, path in (("GET", "/documents"), ("POST", "/ask"), ("GET", "/"), ("OPTIONS", "/ask")):
            response = client.request(
                method, path, headers=origin, json={"question": WHEN} if method == "POST" else None
            )
            assert "access-control-allow-origin" not in response.headers
        foreign = client.get("/ask", params={"question": WHEN}, headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in foreign.headers
        assert client.delete("/documents/xu-jiatun.md", headers=origin).status_code == 403


def test_it_is_off_by_default(site):
    """Without a named site there is no component, and no answer is shared."""
    with httpx2.Client(base_url=site.address, timeout=60) as client:
        assert client.get("/embed/ask-documents.js").status_code == 404
        answer = client.get("/ask", params={"question": WHEN}, headers={"Origin": "https://www.example.org"})
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", ["*", "example.org", "https://example.org/path", "null", "https://*.example.org"])
def test_only_origins_are_taken(origin):
    """A pattern, or anything else than scheme and host, is refused at the start."""
    with pytest.raises(ValidationError, match="is no origin"):
        Settings(embed_origins=origin)
