"""Each retriever in its own library, against a real server. ``make integrations`` installs the libraries."""

import asyncio
import hashlib

import pytest

QUESTION = "When did Xu Jiatun fly to San Francisco?"
REASON = "make integrations installs it"


def check(client, found):
    """Passages have their words, digest and place: the document says them there, and the link opens it."""
    assert len(found) == 3
    for text, metadata in found:
        document = client.get(f"/documents/{metadata['document_id']}").json()
        assert document["text"][metadata["start_char_index"] : metadata["end_char_index"]] == text
        assert metadata["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert client.get(metadata["url"]).status_code == 200
    assert [metadata["rank"] for _, metadata in found] == [1, 2, 3]


def test_langchain(server, client):
    """Sync, async and with another number."""
    pytest.importorskip("langchain_core", reason=REASON)
    from qa.integrations.langchain import QARetriever

    retriever = QARetriever(address=server.address, k=3)
    found = retriever.invoke(QUESTION)
    check(client, [(document.page_content, document.metadata) for document in found])
    assert asyncio.run(retriever.ainvoke(QUESTION)) == found
    assert len(retriever.invoke(QUESTION, k=1)) == 1


def test_llama_index(server, client):
    """Sync and async, with scores."""
    pytest.importorskip("llama_index.core", reason=REASON)
    from qa.integrations.llama_index import QARetriever

    retriever = QARetriever(address=server.address, top_k=3)
    found = retriever.retrieve(QUESTION)
    check(client, [(each.node.text, each.node.metadata) for each in found])
    assert [each.node.start_char_idx for each in found] == [each.node.metadata["start_char_index"] for each in found]
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert [each.text for each in asyncio.run(retriever.aretrieve(QUESTION))] == [each.text for each in found]


def test_haystack(server, client, monkeypatch):
    """In a pipeline that was written down and read again, without its token in it."""
    haystack = pytest.importorskip("haystack", reason=REASON)
    from haystack.utils import Secret

    from qa.integrations.haystack import QARetriever

    monkeypatch.setenv("MY_TOKEN", "a-long-token-of-a-reader")
    pipeline = haystack.Pipeline()
    pipeline.add_component("retriever", QARetriever(server.address, Secret.from_env_var("MY_TOKEN"), top_k=3))
    written = pipeline.dumps()
    assert "a-long-token" not in written
    read = haystack.Pipeline.loads(written, allowed_modules=["qa.integrations.haystack"])
    found = read.run({"retriever": {"query": QUESTION}})["retriever"]["documents"]
    check(client, [(document.content, document.meta) for document in found])
