"""What ``include`` adds to an answer over HTTP."""

import pytest

QUESTION = "When did Xu Jiatun fly to San Francisco?"


def ask(client, *include):
    response = client.post("/ask", json={"question": QUESTION, "include": include})
    assert response.status_code == 200
    return response.json()["passages"]


def test_nothing_is_added_unasked(client):
    """Without it a passage has neither scores nor context."""
    assert all(passage["scores"] is None and passage["context"] is None for passage in ask(client))


def test_context_is_what_stands_beside_the_passage(client):
    """Before and after a passage the document goes on verbatim; at its ends there is nothing."""
    ends = []
    for passage in ask(client, "context"):
        text = client.get(f"/documents/{passage['document_id']}").json()["text"]
        start, end, context = passage["start_char_index"], passage["end_char_index"], passage["context"]
        assert text[:start].endswith(context["before"])
        assert text[end:].startswith(context["after"])
        assert bool(context["before"].strip()) == bool(text[:start].strip())
        assert bool(context["after"].strip()) == bool(text[end:].strip())
        ends.append(bool(context["before"].strip()) and bool(context["after"].strip()))
    assert any(ends)


def test_scores_have_names(client):
    """Each stage's score by its name."""
    assert all({"dense", "lexical", "token_match"} <= passage["scores"].keys() for passage in ask(client, "scores"))


@pytest.mark.parametrize("include", [["context", "scores"], ["scores", "context"]])
def test_both_may_be_asked_for(client, include):
    """In any order."""
    assert all(passage["scores"] and passage["context"] for passage in ask(client, *include))


def test_by_link(client):
    """The linkable twin knows it too."""
    body = client.get("/ask", params={"question": QUESTION, "include": "context"}).json()
    assert all(passage["context"] is not None for passage in body["passages"])
