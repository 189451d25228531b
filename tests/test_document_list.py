"""`GET /documents`: all at once, or a page after the other."""


def test_pages_are_the_whole_list(client):
    """Each page names the one after it, the last none; together they are what comes without a limit."""
    whole = client.get("/documents").json()
    assert whole["next"] is None
    found, asked = [], {"limit": 2}
    while True:
        page = client.get("/documents", params=asked).json()
        assert len(page["documents"]) <= 2
        found += page["documents"]
        if page["next"] is None:
            break
        asked = {"limit": 2, "after": page["next"]}
    assert found == whole["documents"]
    assert len(found) == 3


def test_a_page_after_no_document(client):
    """An id that no document has is said to be none, and not taken for the beginning."""
    answer = client.get("/documents", params={"after": "gone.md"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/document-not-found")
    assert "begin at the first page" in answer.json()["detail"]
