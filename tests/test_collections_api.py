"""Collections over HTTP and on the command line: changed behind the guard, and filters wherever one asks."""

import httpx2
import pytest
from serving import serving, write_corpus

from qa.cli import main

FILES = {
    "ferry.txt": "The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911.",
    "logs/train.txt": "The train to Malmö left at one o'clock, with forty passengers.",
}
QUESTION = "When did the ferry Adelaide leave the harbour of Ystad?"


@pytest.fixture(scope="module")
def site(embedder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("collections")
    with serving(write_corpus(folder / "corpus", FILES), folder / "index", embedder) as served:
        yield served


@pytest.fixture(scope="module")
def client(site):
    with httpx2.Client(base_url=site.address, timeout=60) as client:
        yield client


def test_a_collection_is_a_filter(client):
    """It is made, listed, asked alone by both ways of asking, and gone once it is deleted."""
    assert client.put("/collections/trains", json={"document_ids": ["logs/"]}).json()["document_ids"] == ["logs/"]
    assert client.get("/collections").json() == {"collections": [{"name": "trains", "document_ids": ["logs/"]}]}
    asked = {"question": QUESTION, "filters": {"collections": ["trains"]}}
    answer = client.post("/ask", json=asked).json()
    assert {passage["document_id"] for passage in answer["passages"]} == {"logs/train.txt"}
    linked = client.get("/ask", params={"question": QUESTION, "collections": "trains"}).json()
    assert linked["passages"] == answer["passages"]
    assert client.post("/ask", json={"question": QUESTION}).json()["citations"][0]["document_id"] == "ferry.txt"
    page = client.get("/", params={"question": QUESTION, "collections": "trains"}, headers={"Accept": "text/html"})
    assert "The 1 chosen document doesn’t contain this." in page.text
    client.put("/collections/trains", json={"document_ids": ["ferry.txt"]})
    changed = client.post("/ask", json=asked).json()  # and no answer is kept of what it held before
    assert changed["citations"][0]["document_id"] == "ferry.txt"
    assert client.delete("/collections/trains").status_code == 204
    gone = client.post("/ask", json=asked)
    assert (gone.status_code, gone.json()["type"]) == (422, "/problems/invalid-request")


def test_changes_are_guarded(client):
    """Pages of other sites change no collection."""
    foreign = {"Origin": "http://evil.example"}
    body = {"document_ids": ["ferry.txt"]}
    assert client.put("/collections/x", json=body, headers=foreign).status_code == 403
    assert client.post("/collections", data={"name": "x"} | body, headers=foreign).status_code == 403
    assert client.delete("/collections/x", headers=foreign).status_code == 403
    assert client.get("/collections").json() == {"collections": []}


def test_on_the_command_line(site, client, shared_model, capsys):
    """``qa ask --collection`` asks its documents alone."""
    client.put("/collections/trains", json={"document_ids": ["logs/"]})
    command = ["ask", QUESTION, "--collection", "trains", "--corpus", str(site.corpus), "--index", str(site.index)]
    assert main([*command, "--json"]) == 0
    assert "ferry.txt" not in capsys.readouterr().out
    client.delete("/collections/trains")
