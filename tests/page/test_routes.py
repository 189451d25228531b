"""The routes behind the page, over HTTP: what they give, and how they fail."""

import json

import httpx2
import pytest

OLD = {"question": "x", "passage_id": "a#0", "snapshot": "old"}


@pytest.fixture(scope="module")
def client(site):
    with httpx2.Client(base_url=site.address, timeout=30) as client:
        yield client


def test_similarity_route_covers_the_document(client, site):
    """The route gives every sentence as an exact slice of the document's text."""
    body = client.get("/documents/2006/jia-jia.md/similarity", params={"question": "Who is Jia Jia?"}).json()
    text = site.service.snapshot.document_by_id["2006/jia-jia.md"].text
    assert len(body["sentences"]) > 30
    assert all(text[s["start_char_index"] : s["end_char_index"]] == s["text"] for s in body["sentences"])


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "slug"),
    [
        ("GET", "/documents/none.md/similarity", {"params": {"question": "x"}}, 404, "document-not-found"),
        ("GET", "/documents/none.md/text", {}, 404, "document-not-found"),
        ("GET", "/panel", {"params": {"open": "none.md"}}, 404, "document-not-found"),
        ("GET", "/similar", {"params": {"document_id": "xu-jiatun.md", "start": 5, "end": 5}}, 422, "invalid-request"),
        ("POST", "/passages", {"json": {"question": "x", "like": ["xu-jiatun.md#999"]}}, 422, "invalid-request"),
        ("POST", "/passages", {"json": {"question": "x", "like": ["xu-jiatun.md#²"]}}, 422, "invalid-request"),
        ("POST", "/feedback", {"json": OLD | {"grade": 1}}, 422, "invalid-request"),
        ("POST", "/feedback", {"json": OLD | {"grade": 7}}, 422, "invalid-request"),
        ("POST", "/turn", {"json": {"question": " "}}, 422, "invalid-request"),
    ],
)  # fmt: skip
def test_failures_are_problems(client, method, path, options, status, slug):
    """What cannot be done is answered as problem+json with a stable type."""
    response = client.request(method, path, **options)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"/problems/{slug}"


def test_feedback_cannot_be_sent_by_another_site(client, site):
    """What a foreign page can send without asking (a form, plain text) writes no judgement."""
    body = json.dumps(
        {
            "question": "forged",
            "passage_id": "xu-jiatun.md#0",
            "snapshot": site.service.snapshot.manifest.id,
            "grade": 1,
        }
    )
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert client.post("/feedback", content=body, headers={"Content-Type": kind}).status_code == 422
    path = site.index / "judgements.jsonl"
    assert not path.exists() or "forged" not in path.read_text("utf-8")
    assert client.post("/feedback", content=body, headers={"Content-Type": "application/json"}).status_code == 204
    assert "forged" in path.read_text("utf-8")
