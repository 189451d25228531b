"""Who may read and judge: this machine, holders of a token, or everybody where the operator said so."""

import re
from contextlib import contextmanager

import httpx2
import pytest
from serving import serving, write_corpus

from qa.api import access
from qa.api.clients import JUDGEMENTS, WRONG_TOKENS
from qa.errors import NotStored
from qa.serving.feedback import Judgement, Judgements
from servers import run_qa

FERRY = "The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911."
READ, ADMIN = "a-long-token-of-a-reader", "a-long-token-of-the-admin"
OUTSIDE = "192.0.2.1"  # in truth the server listens on loopback
HTML = {"Accept": "text/html"}
FREE = {"/healthz", "/readyz", "/login"}
ROUTES = [
    ("GET", "/"), ("GET", "/corpus"), ("GET", "/choices"), ("POST", "/turn"), ("GET", "/panel"),
    ("GET", "/suggestions"), ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/none"),
]  # fmt: skip


def routes_of(app) -> list[tuple[str, str]]:
    """Every route there is, those that the description leaves out too."""
    described = [(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods]
    return [(method, re.sub(r"{.*?}", "x", path)) for method, path in {*described, *ROUTES} if path not in FREE]


@contextmanager
def asking(site, **headers):
    with httpx2.Client(base_url=site.address, timeout=30, headers={"Host": OUTSIDE} | headers) as client:
        yield client


@pytest.fixture(scope="module")
def site(embedder, tmp_path_factory):
    """Reached from elsewhere, with a token for readers and one for changes, and one reader in a file."""
    folder = tmp_path_factory.mktemp("reading")
    tokens = folder / "tokens"
    made = run_qa("token", "ann", env={"QA_TOKENS_FILE": str(tokens)})
    assert made.returncode == 0, made.stderr
    settings = {"host": OUTSIDE, "read_token": READ, "admin_token": ADMIN, "tokens_file": tokens}
    corpus = write_corpus(folder / "corpus", {"ferry.txt": FERRY})
    with serving(corpus, folder / "index", embedder, **settings) as served:
        yield served, made.stdout.strip()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(access, "WRONG_TOKEN_PAUSE_S", 0.0)


def test_no_route_reads_without_a_token(site):
    """Every route but the checks of health and the page that takes the token asks for one."""
    with asking(site[0]) as client:
        for method, path in routes_of(site[0].app):
            response = client.request(method, path)
            assert response.status_code == 401, (method, path)
            assert response.json()["type"] == "/problems/token-required"
            assert response.headers["www-authenticate"] == "Bearer"
            assert "Adelaide" not in response.text
        for path in FREE:
            assert client.get(path).status_code == 200
        assert client.get("/static/style.css").status_code == 200


def test_each_token_reads(site):
    """The reader's, the admin's and the one that the file keeps as a hash; only the admin's changes something."""
    for token in (READ, ADMIN, site[1]):
        with asking(site[0], Authorization=f"Bearer {token}") as client:
            answer = client.get("/ask", params={"question": "When did the ferry leave?"})
            assert answer.json()["citations"][0]["cited_text"] == FERRY
            changed = client.post("/index/rebuild").status_code
            assert changed == (202 if token == ADMIN else 401)


def test_a_reader_gives_the_token_once(site):
    """The page leads to where the token is given, and back; the cookie then reads, and changes nothing."""
    with asking(site[0], **HTML) as client:
        led = client.get("/corpus?page=1")
        assert (led.status_code, led.headers["location"]) == (303, "/login?next=%2Fcorpus%3Fpage%3D1")
        form = client.get(led.headers["location"])
        assert 'value="/corpus?page=1"' in form.text
        assert client.post("/login", data={"token": "x" * 20, "next": "/corpus"}).status_code == 401
        taken = client.post("/login", data={"token": site[1], "next": "/corpus?page=1"})
        assert (taken.status_code, taken.headers["location"]) == (303, "/corpus?page=1")
        assert re.search(r"^qa_read=.*HttpOnly.*SameSite=lax", taken.headers["set-cookie"])
        cookie = taken.headers["set-cookie"].split(";")[0]
        assert "ferry" in client.get("/corpus", headers={"Cookie": cookie}).text
        assert client.post("/index/rebuild", headers={"Cookie": cookie}).status_code == 401
        assert client.get("/corpus", headers={"Cookie": cookie[:-2] + "xx"}).status_code == 303


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
def test_the_token_page_leads_nowhere_else(site, address):
    """Whatever address a link to it names, the reader stays on this server."""
    with asking(site[0]) as client:
        taken = client.post("/login", data={"token": READ, "next": address})
    assert taken.headers["location"] == "/"


def test_wrong_tokens_are_few_and_logged(embedder, tmp_path, caplog):
    """After ten wrong tokens in a minute no more of a client are looked at; each was logged, without what it was."""
    corpus = write_corpus(tmp_path / "corpus", {"ferry.txt": FERRY})
    with (
        serving(corpus, tmp_path / "index", embedder, host=OUTSIDE, admin_token=ADMIN) as served,
        asking(served) as client,
    ):
        tried = [client.get("/index", headers={"Authorization": f"Bearer c4nary-{n}"}) for n in range(WRONG_TOKENS + 1)]
    assert [response.status_code for response in tried] == [401] * WRONG_TOKENS + [429]
    assert int(tried[-1].headers["retry-after"]) > 0
    assert caplog.text.count("a wrong token came from 127.0.0.1") == WRONG_TOKENS
    assert "c4nary" not in caplog.text


def test_everybody_reads_where_the_operator_said_so(embedder, tmp_path):
    """With QA_OPEN all may ask, at a limited rate; nobody judges or changes anything."""
    corpus = write_corpus(tmp_path / "corpus", {"ferry.txt": FERRY})
    with (
        serving(corpus, tmp_path / "index", embedder, host=OUTSIDE, open=True, requests_per_minute=5) as served,
        asking(served) as client,
    ):
        assert client.get("/documents").status_code == 200
        assert client.post("/feedback", json={}).status_code == 401
        assert client.post("/index/rebuild").status_code == 403
        seen = [client.get("/index").status_code for _ in range(4)]
        assert seen == [200, 200, 429, 429]
        assert client.get("/healthz").status_code == 200


def test_a_server_for_others_does_not_start_without_a_decision(corpus_index):
    """Bound beyond this machine, it names the two settings of which one is needed; with one it says loudly so."""
    refused = run_qa("serve", "--host", "0.0.0.0", "--port", "0", "--index", corpus_index)
    assert refused.returncode == 1
    assert re.search("others can reach 0.0.0.0.*QA_READ_TOKEN.*QA_OPEN=1", refused.stderr)


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-Whatever": "1"}, {"CF-Visitor": "1"}, {"True-Client-Port": "1"}, {"X-Client-IP": "1"}],
    ids=str,
)
def test_judgements_through_a_proxy_need_a_token(client, headers):
    """Behind a proxy everybody seems to be this machine."""
    response = client.post("/feedback", json={}, headers=headers)
    assert (response.status_code, response.json()["type"]) == (401, "/problems/token-required")


def test_http_1_0_writes_nothing_without_a_token(server):
    """A proxy that adds no header still speaks HTTP/1.0 to the server behind it."""
    with server.connect() as connection:
        connection.sendall(b"POST /index/rebuild HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        assert b" 403 " in connection.recv(65536).split(b"\r\n")[0]


def test_a_trusted_proxy_says_whose_request_it_is(embedder, tmp_path):
    """Each client behind it has its own rate; what a client itself put into the header counts for nothing."""
    corpus = write_corpus(tmp_path / "corpus", {"ferry.txt": FERRY})
    proxied = {"trusted_proxies": "127.0.0.1", "requests_per_minute": 2, "host": OUTSIDE, "open": True}
    with serving(corpus, tmp_path / "index", embedder, **proxied) as served, asking(served) as client:
        ask = lambda chain: client.get("/index", headers={"X-Forwarded-For": chain}).status_code  # noqa: E731
        assert [ask("203.0.113.1") for _ in range(3)] == [200, 200, 429]
        assert ask("203.0.113.2") == 200
        assert ask("203.0.113.9, 203.0.113.1") == 429


def test_one_client_sends_few_judgements(site):
    """Beyond sixty a minute one hears 429 at once."""
    with asking(site[0], Authorization=f"Bearer {READ}") as client:
        codes = [client.post("/feedback", json={}).status_code for _ in range(JUDGEMENTS + 5)]
    assert codes[-1] == 429
    assert set(codes) == {422, 429}


def test_judgements_stop_at_their_cap(tmp_path):
    """The file never grows beyond its cap, nor into what is to stay free on the disk."""
    judgement = Judgement("q" * 2000, "a", "a#0", 0, 1, 1, "s", "2026-01-01")
    judgements = Judgements(tmp_path / "judgements.jsonl", most_bytes=5000)
    judgements.add(judgement)
    judgements.add(judgement)
    with pytest.raises(NotStored, match="the most that they may"):
        judgements.add(judgement)
    assert (tmp_path / "judgements.jsonl").stat().st_size <= 5000
    with pytest.raises(NotStored, match="no room"):
        Judgements(tmp_path / "other.jsonl", free_bytes=2**60).add(judgement)
    assert not (tmp_path / "other.jsonl").exists()


def test_answers_are_not_kept_by_anyone_between(client):
    """Answers and documents are for whoever asked; the page's own files may be kept and are asked for again."""
    for path in ("/", "/ask?question=Who", "/documents", "/none"):
        response = client.get(path)
        assert response.headers["cache-control"] == "no-store"
        assert "camera=()" in response.headers["permissions-policy"]
    assert client.get("/static/style.css").headers["cache-control"] == "no-cache"
