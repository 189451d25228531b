"""Law 10: every failure of the API is a problem document with a stable type; no traceback, no path, no
echo of input.
"""

import itertools
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import CANARY, assert_problem, assert_refused, post, send


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('{"question": "c4nary \\ud800"}', "body.question"),
        ('{"question": "a", "history": ["c4nary \\udfff"]}', "body.history.0"),
        ('{"question": "a", "filters": {"document_ids": ["\\ud800"]}}', "body.filters.document_ids.0"),
        ('{"question": "a", "filters": {"tags": ["\\ud800"]}}', "body.filters.tags.0"),
        ('{"question": "a", "top_k": NaN}', "body.top_k"),
        ('{"question": "a", "top_k": 1e400}', "body.top_k"),
        ('{"question": "a", "top_k": -Infinity}', "body.top_k"),
        ('{"question": "a", "top_k": "c4nary"}', "body.top_k"),
        ('{"question": "a", "top_k": "5"}', "body.top_k"),
        ('{"question": "a", "top_k": 5.0}', "body.top_k"),
        ('{"question": "a", "top_k": true}', "body.top_k"),
        ('{"question": "a", "top_k": null}', "body.top_k"),
        ('{"question": "a", "top_k": 0}', "body.top_k"),
        ('{"question": "a", "top_k": 51}', "body.top_k"),
        ('{"question": NaN}', "body.question"),
        ('{"question": 1e400}', "body.question"),
        ('{"question": 7}', "body.question"),
        ('{"question": null}', "body.question"),
        ('{"question": ["c4nary"]}', "body.question"),
        ('{"question": {"c4nary": "c4nary"}}', "body.question"),
        ("{}", "body.question"),
        ('{"question": ""}', "body.question"),
        ('{"question": " \\n\\t\\u00a0\\u3000 "}', "body.question"),
        (json.dumps({"question": "c4nary" * 400}), "body.question"),
        ('{"question": "a", "history": "c4nary"}', "body.history"),
        ('{"question": "a", "history": [""]}', "body.history.0"),
        (json.dumps({"question": "a", "history": ["b"] * 21}), "body.history"),
        ('{"question": "a", "filters": []}', "body.filters"),
        ('{"question": "a", "filters": {"date_from": "c4nary"}}', "body.filters.date_from"),
        ('{"question": "a", "filters": {"date_from": "2006-13-40"}}', "body.filters.date_from"),
        ('{"question": "a", "filters": {"date_to": NaN}}', "body.filters.date_to"),
        ('{"question": "a", "filters": {"date_to": 86400}}', "body.filters.date_to"),
        ('{"question": "a", "include": ["c4nary"]}', "body.include.0"),
        ('{"question": "a", "unknown_field": "c4nary"}', "body.unknown_field"),
        ('{"question": "a", "<script>c4nary": 1}', "body.?"),
        ('{"question": "a", "filters": {"x": 1}}', "body.filters.x"),
        ("[]", "body"),
        ('"c4nary"', "body"),
        ("null", "body"),
        ("", "body"),
    ],
)
def test_bodies_of_the_wrong_shape(client, body, names):
    """A wrong value is a 422 that names its field, whatever the value is."""
    problem = assert_refused(post(client, body))
    assert problem["errors"][0]["field"] == names
    assert names in problem["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"question": "c4nary',
        b"{'question': 'c4nary'}",
        b'{"question": "\xff\xfe"}',
        b"[" * 100_000,
        b'{"question":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"question": "a", "top_k": ' + b"9" * 5000 + b"}",
        b"\x00\x01\x02",
        b"question=c4nary",
    ],
    ids=["cut off", "single quotes", "not utf-8", "deep", "deep and closed", "5000 digits", "binary", "form"],
)
def test_bodies_that_are_not_json(client, body):
    """Broken JSON is a 4xx."""
    response = post(client, body)
    assert response.status_code in {400, 422}
    assert_refused(response, response.status_code)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["c4nary", "\x00", "2006-10-27"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


bodies = st.fixed_dictionaries(
    {"question": st.text(min_size=1, max_size=30) | json_values},
    optional={
        "top_k": st.integers(-2, 60) | json_values,
        "history": st.lists(st.text(max_size=9), max_size=3) | json_values,
        "filters": st.dictionaries(st.sampled_from(["document_ids", "tags", "date_from", "date_to", "x"]), json_values)
        | json_values,
        "include": st.lists(st.sampled_from(["scores", "context", "all"]), max_size=3) | json_values,
        "extra": json_values,
    },
)


@settings(max_examples=120)
@given(body=bodies | json_values)
def test_any_json_is_answered_or_refused(client, body):
    """Whatever JSON is posted, the service answers with 200, or refuses with a problem document; it never fails."""
    response = post(client, json.dumps(body).replace(CANARY, "x"))
    if response.status_code == 200:
        assert response.json()["question"].strip() == body["question"].strip()
    else:
        assert response.status_code in {400, 422}
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


@settings(max_examples=60)
@given(
    query=st.dictionaries(
        st.sampled_from(["question", "top_k", "history", "tags", "date_from", "include", "x"]), st.text(max_size=12)
    )
)
def test_any_link_is_answered_or_refused(client, query):
    """Whatever stands in a link's query, the service answers or refuses."""
    response = client.get("/ask", params={k: v.encode("utf-8", "replace").decode() for k, v in query.items()})
    assert response.status_code in {200, 422}
    if response.status_code == 422:
        assert response.headers["content-type"] == "application/problem+json"


@settings(max_examples=60)
@given(name=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40))
def test_any_document_id_is_found_or_not(client, name):
    """Whatever is asked for, a document that is not there is a 404."""
    from urllib.parse import quote

    response = client.get(f"/documents/{quote(name, safe='')}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/documents/..", "/documents/%2e%2e/%2e%2e/etc/passwd", "/documents/%2Fetc%2Fpasswd", "/documents/%00",
        "/documents/c4nary%00.md", "/documents/" + "a" * 30_000, "/documents/%ff%fe", "/documents/%ED%A0%80",
        "/documents/",
        "/c4nary", "/static/..%2ftemplates/home.html", "/static/%2e%2e/templates/home.html", "/static/c4nary",
        "/static/%00",
        "/static/", "//", "/index/c4nary",
    ],
)  # fmt: skip
def test_addresses_of_nothing(server, path):
    """An address that names nothing, or tries to climb out, is a 404 and shows no file; sent as it stands."""
    status, headers, body = send(
        server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    assert_problem(status, headers["content-type"], body, 404)


def test_an_encoded_slash_names_the_same_document(client):
    """``2006%2Fjia-jia.md`` is ``2006/jia-jia.md``."""
    assert client.get("/documents/2006%2Fjia-jia.md").json() == client.get("/documents/2006/jia-jia.md").json()


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_no_route_fails_where_nothing_is_meant(client, accept):
    """Every route with GET, asked for what is not there by a browser and by a program: 200, or a 4xx of its kind."""
    paths = [path for path, methods in client.get("/openapi.json").json()["paths"].items() if "get" in methods]
    assert len(paths) > 15
    for path in paths:
        response = client.get(re.sub(r"{.*?}", CANARY, path) + "?question=Who&x=%ff", headers={"accept": accept})
        assert response.status_code < 500, path
        kind = response.headers["content-type"].split(";")[0]
        assert response.status_code < 400 or kind in {"application/problem+json", accept}, path


@pytest.mark.parametrize("query", ["start=-1&end=5", "start=x&end=5", "start=1e400&end=5", "start=5&end=" + "9" * 5000])
def test_wrong_spans(client, query):
    """A span that is not two numbers is a 422."""
    assert_refused(client.get(f"/documents/2006/jia-jia.md?{query}"))


@pytest.mark.parametrize(
    "query",
    ["", "question=", "question=%20", "question=a&top_k=0", "question=a&top_k=c4nary", "question=a&unknown=1",
     "question=" + "a" * 2001, "question=a&date_from=2006", "question=a&include=c4nary"],
)  # fmt: skip
def test_wrong_links(client, query):
    """GET /ask is held to the same rules as POST /ask."""
    assert_refused(client.get(f"/ask?{query}"))


PATHS = ["/ask", "/documents", "/documents/xu-jiatun.md", "/index", "/healthz", "/readyz", "/"]


METHODS = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "C4NARY"]


OFFERED = [("/documents/xu-jiatun.md", "DELETE")]


@pytest.mark.parametrize(
    ("path", "method"), [pair for pair in itertools.product(PATHS, METHODS) if pair not in OFFERED]
)
def test_methods_that_are_not_offered(client, method, path):
    """Another method is a 405 that says which are allowed."""
    response = client.request(method, path)
    assert_refused(response, 405)
    assert response.headers["allow"]


@pytest.mark.parametrize(
    "path", ["/documents", "/documents/xu-jiatun.md", "/index", "/healthz", "/readyz", "/", "/openapi.json"]
)
def test_head_is_get_without_the_body(client, path):
    """HEAD has the status and headers of GET, and no body (RFC 9110, section 9.3.2)."""
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.content == b""


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html"), ("TEXT/HTML", "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/json", "application/json"), ("*/*", "application/json"), ("", "application/json"),
        ("text/html;q=0, application/json", "application/json"),
        ("text/html;q=0.4, application/json;q=0.9", "application/json"),
        ("text/html;q=broken", "application/json"), (",;=q,,text/*", "application/json"), ("\xff", "application/json"),
    ],
)  # fmt: skip
def test_documents_are_html_only_where_asked_for(client, accept, kind):
    """A document is JSON unless Accept ranks text/html higher by name."""
    response = client.get("/documents/xu-jiatun.md", headers=[(b"accept", accept.encode("latin-1"))])
    assert response.headers["content-type"].split(";")[0] == kind


NOISE = {
    "noise": "zxqv plorb fnord", "other script": "他什么时候离开香港?", "arabic": "متى غادر؟",
    "stop words": "what is the of and to",
    "punctuation": "?!?", "emoji": "👍🏽", "one letter": "x", "nul": "\x00",
    "zero width": "\u200b\u200d", "numbers": "42 4711",
    "markup": "<script>alert(1)</script>", "sql": "'; DROP TABLE documents; --", "2000 characters": "ab " * 666 + "ab",
    "long word": "a" * 2000, "combining": "Z" + "\u0351" * 1000,
}  # fmt: skip


@pytest.mark.parametrize("name", NOISE)
def test_noise_gets_a_refusal_and_not_an_error(client, name):
    """Questions of noise, another script or only stop words are answered with an honest refusal."""
    response = client.post("/ask", json={"question": NOISE[name]})
    assert response.status_code == 200
    body = response.json()
    assert body["answerable"] is False
    assert body["reasons"]
    assert (body["answer"], body["citations"]) == (None, [])
    assert not any(passage["cited"] for passage in body["passages"])


def test_nothing_failed_on_the_inside(server, client):
    """After all this the server runs and its log has no traceback. (Runs last in this file.)"""
    assert client.get("/readyz").status_code == 200
    assert "Traceback" not in server.log
    assert "ERROR" not in server.log
