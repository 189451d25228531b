"""Quotations verified over HTTP, with the client and on the command line, against an index that changes."""

import json

import pytest

from qa.client import Client
from servers import run_qa

QUESTION = "When did Xu Jiatun fly to San Francisco?"
FERRY = "The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911. She carried 412 passengers."
MINUTE = "The council met at nine. Nobody objected to the bridge across the river."


@pytest.fixture(scope="module")
def folder(tmp_path_factory, indexer_for):
    """An index of two documents."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "ferry.txt").write_text(FERRY, "utf-8")
    (folder / "corpus" / "minute.txt").write_text(MINUTE, "utf-8")
    indexer_for(folder / "corpus", folder / "index").build()
    return folder


def verify(folder, content, *flags):
    (folder / "file").write_text(content, "utf-8")
    return run_qa("verify", folder / "file", "--index", folder / "index", *flags)


def test_an_answer_verifies_itself(server):
    """Right after it was given, every citation of an answer is intact; with a word changed, it is not."""
    with Client(server.address) as client:
        reply = client.ask(QUESTION)
        assert reply.verify().counts == {"intact": len(reply.citations)}
        assert client.verify(text=reply.model_dump_json()).counts == {"intact": len(reply.citations)}
        wrong = reply.citations[0].model_copy(update={"cited_text": reply.citations[0].cited_text.replace("19", "18")})
        assert client.verify([wrong]).counts == {"changed": 1}
        assert client.ask("Which colour was the dragon of Uppsala?").citations == []


def test_requests_that_say_nothing(client):
    """Neither citations nor text, or both, is a problem, and so is a citation without words."""
    for body in ({}, {"text": "a", "citations": [{"cited_text": "a"}]}, {"citations": [{"document_id": "a"}]}):
        response = client.post("/verify", json=body)
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"


def test_ten_thousand_at_once(client):
    """The body may be larger than a question's; more quotations than that are refused."""
    citation = {"cited_text": "The envoy left Trieste on 14 March 1887, nobody knew why. " * 4}
    assert client.post("/verify", json={"citations": [citation] * 10_000}).json()["counts"] == {"not_ours": 10_000}
    assert client.post("/verify", json={"citations": [citation] * 10_001}).status_code == 422
    assert client.post("/verify", json={"text": "“The envoy left Trieste.” " * 10_001}).status_code == 413
    too_long = [{"cited_text": "The envoy left Trieste. " * 300}] * 348
    assert client.post("/verify", json={"citations": too_long}).status_code == 413


def test_the_command_says_what_stands(folder):
    """Each quotation has a line, what was changed its words, and the exit status says whether all stand."""
    right = verify(folder, "It “left the harbour of Ystad … on 3 May 1911”, says the paper.")
    assert right.returncode == 0, right.stderr
    assert right.stdout == (
        "intact    “left the harbour of Ystad … on 3 May 1911”\n"
        "          ferry.txt, characters 19–66\n\n1 quotations: 1 intact\n"
    )
    wrong = verify(folder, "It “left the harbour of Ystad at noon on 4 May 1911”. “The dragon slept in Uppsala.”")
    assert wrong.returncode == 5
    assert "[-4-] {+3+}" in wrong.stdout
    assert wrong.stdout.endswith("2 quotations: 1 changed, 1 not ours\n")
    assert verify(folder, "No quotations.").returncode == 0


def test_documents_change(folder, indexer_for):
    """After a change of the documents, what was cited is found where it is now, or in the snapshot that had it."""
    citations = json.loads(
        run_qa("ask", "When did the ferry Adelaide leave?", "--index", folder / "index", "--json").stdout
    )
    assert [c["document_id"] for c in citations["citations"]] == ["ferry.txt"]
    kept = json.dumps(citations)
    assert verify(folder, kept, "--strict").returncode == 0
    (folder / "corpus" / "ferry.txt").write_text("From the papers. " + FERRY, "utf-8")
    indexer_for(folder / "corpus", folder / "index").build()
    moved = verify(folder, kept, "--json")
    assert moved.returncode == 0
    (finding,) = json.loads(moved.stdout)["quotations"]
    assert (finding["verdict"], finding["now"]["start_char_index"], finding["document_changed"]) == ("moved", 17, True)
    assert verify(folder, kept, "--strict").returncode == 5
    (folder / "corpus" / "ferry.txt").write_text(FERRY.replace("noon", "midnight"), "utf-8")
    indexer_for(folder / "corpus", folder / "index").build()
    changed = verify(folder, kept)
    assert changed.returncode == 5
    assert "[-noon-] {+midnight+}" in changed.stdout
    assert "said it: the document has changed since" in changed.stdout
    (folder / "corpus" / "ferry.txt").unlink()
    indexer_for(folder / "corpus", folder / "index").build()
    assert verify(folder, kept).stdout.splitlines()[0].startswith("GONE")
