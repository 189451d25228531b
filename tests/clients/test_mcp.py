"""The Model Context Protocol by its own client: over HTTP and standard input, the newest protocol and the last one."""

import asyncio
import json
import sys

import httpx2
import jsonschema
import pytest
from mcp import Client, MCPError, StdioServerParameters

from servers import environment

QUESTION = "When did Xu Jiatun fly to San Francisco?"


@pytest.fixture(scope="module", params=["http auto", "http legacy", "stdio auto", "stdio legacy"])
def session(request, server, corpus_index):
    """What the client saw in one session; a session a transport and protocol, since each starts a process."""
    transport, mode = request.param.split()
    stdio = StdioServerParameters(
        command=sys.executable, args=["-m", "qa.cli", "mcp", "--index", str(corpus_index)], env=environment()
    )
    return asyncio.run(_session(f"{server.address}/mcp" if transport == "http" else stdio, mode)), transport


async def _session(target, mode):
    async with Client(target, mode=mode) as client:
        found = await client.call_tool("search", {"query": "Xu Jiatun"})
        answer = await client.call_tool("ask", {"question": QUESTION, "top_k": 2})
        citation = answer.structured_content["citations"][0]
        wrong = [citation, citation | {"cited_text": citation["cited_text"].replace("19", "18")}]
        first = found.structured_content["results"][0]["id"]
        with pytest.raises(MCPError, match="no document has this id"):
            await client.read_resource("qa://documents/none.md")
        return {
            "tools": (await client.list_tools()).tools,
            "search": found,
            "ask": answer,
            "fetch": await client.call_tool("fetch", {"id": first}),
            "verify": await client.call_tool("verify", {"citations": wrong}),
            "refused": await client.call_tool("ask", {"question": "Which colour was the dragon of Uppsala?"}),
            "missing": await client.call_tool("fetch", {"id": "../../etc/passwd"}),
            "invalid": await client.call_tool("ask", {"question": " "}),
            "documents": await client.read_resource("qa://documents"),
            "document": await client.read_resource(f"qa://documents/{first}"),
        }


def test_tools_are_described(session):
    """Every tool says what it takes and gives, that it only reads, and gives what it says."""
    seen, _ = session
    assert {tool.name for tool in seen["tools"]} == {"ask", "search", "fetch", "verify"}
    for tool in seen["tools"]:
        assert tool.annotations.read_only_hint
        assert tool.description
        assert seen[tool.name].is_error is not True
        jsonschema.validate(seen[tool.name].structured_content, tool.output_schema)


def test_an_answer_can_be_quoted(session):
    """An answer has its citations, the document that is fetched has their words there, and they verify."""
    seen, transport = session
    (citation, *_) = seen["ask"].structured_content["citations"]
    document = seen["fetch"].structured_content
    assert document["id"] == citation["document_id"]
    assert document["text"][citation["start_char_index"] : citation["end_char_index"]] == citation["cited_text"]
    assert citation["url"].startswith("http://" if transport == "http" else "/documents/")
    assert {"id", "title", "url", "text"} <= document.keys()
    assert seen["verify"].structured_content["counts"] == {"intact": 1, "changed": 1}
    assert json.loads(seen["ask"].content[0].text)["citations"] == seen["ask"].structured_content["citations"]


def test_a_refusal_is_an_answer(session):
    """What the documents do not say is no error of the tool."""
    seen, _ = session
    assert seen["refused"].structured_content["answerable"] is False
    assert not seen["refused"].is_error


def test_errors_are_explained(session):
    """A mistake of the client is told in words, without a path or a traceback."""
    seen, _ = session
    assert seen["missing"].is_error
    assert (
        seen["missing"].content[0].text.removeprefix("Error executing tool fetch: ")
        == "no document has this id; GET /documents lists them"
    )
    assert seen["invalid"].is_error
    assert "Traceback" not in seen["invalid"].content[0].text


def test_resources(session):
    """The list of documents and the text of each can be read."""
    seen, _ = session
    listed = json.loads(seen["documents"].contents[0].text)["documents"]
    fetched = seen["fetch"].structured_content
    assert fetched["id"] in {document["id"] for document in listed}
    assert seen["document"].contents[0].text == fetched["text"]


def test_the_same_guard(server):
    """A request to another name, or from a page of another site, is refused before the protocol sees it."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepts = {"Accept": "application/json, text/event-stream"}
    foreign = httpx2.post(f"{server.address}/mcp", json=body, headers=accepts | {"Host": "evil.example"})
    assert (foreign.status_code, foreign.json()["type"]) == (403, "/problems/host-forbidden")
    page = httpx2.post(f"{server.address}/mcp", json=body, headers=accepts | {"Origin": "https://evil.example"})
    assert (page.status_code, page.json()["type"]) == (403, "/problems/write-forbidden")
    huge = httpx2.post(f"{server.address}/mcp", content=b" " * 300_000, headers=accepts)
    assert huge.status_code == 413
    for junk in (b"", b"{", b"[]", b"\xff"):
        response = httpx2.post(
            f"{server.address}/mcp", content=junk, headers=accepts | {"Content-Type": "application/json"}
        )
        assert 400 <= response.status_code < 500
    assert httpx2.get(f"{server.address}/mcp", headers=accepts, timeout=5).status_code == 405
