"""The timeline over HTTP: every dated sentence with its place, the earliest first, and filtered."""

import pytest


@pytest.fixture(scope="module")
def moments(client):
    body = client.get("/timeline").json()
    assert (body["page"], body["pages"], body["total"]) == (1, 1, len(body["moments"]))
    return body["moments"]


def test_each_is_a_quotation(client, moments):
    """The sentence stands at its place and says the year; dates never fall."""
    assert [moment["date"] for moment in moments] == sorted(moment["date"] for moment in moments)
    for moment in moments:
        text = client.get(f"/documents/{moment['document_id']}").json()["text"]
        assert text[moment["start_char_index"] : moment["end_char_index"]] == moment["text"]
        assert moment["date"][:4] in moment["text"]
    assert any(moment["date"] == "1990-05-01" and "San Francisco" in moment["text"] for moment in moments)


def test_filters(client, moments):
    """Words, years and documents choose; what is no date is refused."""

    def found(**query):
        return client.get("/timeline", params=query).json()["moments"]

    assert found(since="1990-05", until="1990") == [m for m in moments if m["date"][:7] in {"1990", "1990-05"}]
    assert found(find="san FRANCISCO") == [m for m in moments if "San Francisco" in m["text"]]
    assert {m["document_id"] for m in found(document_ids="2006/")} == {"2006/jia-jia.md"}
    refused = client.get("/timeline", params={"since": "soon"})
    assert (refused.status_code, refused.json()["detail"][:6]) == (422, "since:")
