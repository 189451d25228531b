"""OpenAI's own client against our server."""

import pytest
from openai import NotFoundError, OpenAI, UnprocessableEntityError

QUESTION = "When did Xu Jiatun fly to San Francisco?"
REFUSED = "Which colour was the dragon of Uppsala?"


@pytest.fixture(scope="module")
def openai(server):
    with OpenAI(base_url=f"{server.address}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def answer(client):
    """The same question to our own API."""
    return client.post("/ask", json={"question": QUESTION}).json()


def check_text(text, answer, address):
    """Each quotation stands in the text, with its number as a link to its place, and the sources follow."""
    for citation in answer["citations"]:
        link = f"[[{citation['number']}]]({address}{citation['url']})"
        assert f"“{citation['cited_text']}” {link}" in text
        assert f"[{citation['number']}] {citation['document_title']}, {citation['document_id']}, characters" in text


def test_models(openai):
    """There is one model."""
    assert [model.id for model in openai.models.list()] == ["qa"]
    assert openai.models.retrieve("qa").owned_by == "qa"
    with pytest.raises(NotFoundError, match="there is only one"):
        openai.models.retrieve("gpt-5")


def test_a_response(openai, answer, server):
    """The text has the quotations; annotations count into it; the search's results are the passages, where wanted."""
    response = openai.responses.create(
        model="qa", input=QUESTION, include=["file_search_call.results"], temperature=0, tools=[]
    )
    check_text(response.output_text, answer, server.address)
    search, message = response.output
    assert [result.text for result in search.results] == [passage["text"] for passage in answer["passages"]]
    assert all(0 < result.score < 1 for result in search.results)
    assert [r.score for r in search.results] == sorted((r.score for r in search.results), reverse=True)
    by_type = {"url_citation": [], "file_citation": []}
    for annotation in message.content[0].annotations:
        by_type[annotation.type].append(annotation)
    for citation, page, file in zip(answer["citations"], *by_type.values(), strict=True):
        assert response.output_text[page.start_index : page.end_index] == citation["cited_text"]
        assert page.url == server.address + citation["url"]
        assert (file.file_id, response.output_text[file.index - 1]) == (citation["document_id"], "”")
    assert openai.responses.create(model="qa", input=QUESTION).output[0].results is None
    assert response.usage.total_tokens == 0


def test_a_streamed_response(openai):
    """The client builds the same response from the events, each of which comes in its place."""
    whole = openai.responses.create(model="qa", input=QUESTION, include=["file_search_call.results"])
    with openai.responses.stream(model="qa", input=QUESTION, include=["file_search_call.results"]) as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert final.output_text == whole.output_text
    assert final.output[1].content[0].annotations == whole.output[1].content[0].annotations
    assert [event.sequence_number for event in events] == list(range(len(events)))
    names = list(dict.fromkeys(event.type.removeprefix("response.") for event in events))
    assert names == [
        "created", "in_progress", "output_item.added",
        "file_search_call.in_progress", "file_search_call.searching", "file_search_call.completed", "output_item.done",
        "content_part.added", "output_text.delta", "output_text.annotation.added", "output_text.done",
        "content_part.done", "completed",
    ]  # fmt: skip
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == whole.output_text
    raw = openai.responses.create(model="qa", input=QUESTION, stream=True)
    assert [event.type for event in raw][-1] == "response.completed"


def test_a_conversation(openai, client):
    """Earlier messages of the user are the history, in either form of content; those of others are not read."""
    earlier = {"role": "user", "content": [{"type": "input_text", "text": "Who was Xu Jiatun?"}]}
    said = {"role": "assistant", "content": "“He was a director.”"}
    asked = {"role": "user", "content": "When did he fly to San Francisco?"}
    response = openai.responses.create(model="qa", input=[earlier, said, asked])
    expected = client.post("/ask", json={"question": asked["content"], "history": ["Who was Xu Jiatun?"]}).json()
    assert response.output[0].queries == [expected["searched_for"]]
    assert expected["answer"]["text"].split(".")[0] in response.output_text


def test_a_refusal(openai, client):
    """What the documents do not say is said so, in sentences, with the reason, and without citations."""
    text = openai.responses.create(model="qa", input=REFUSED).output_text
    count = client.get("/index").json()["documents"]
    assert text.startswith(f"The {count} documents do not say. ")
    assert len(text) > 40
    completion = openai.chat.completions.create(model="qa", messages=[{"role": "user", "content": REFUSED}])
    assert completion.choices[0].message.content == text
    assert completion.choices[0].message.annotations == []


def test_a_chat(openai, answer, server):
    """A chat completion has the same text, whole and streamed, and the citations of pages."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
    message = openai.chat.completions.create(model="qa", messages=messages).choices[0].message
    check_text(message.content, answer, server.address)
    for citation, annotation in zip(answer["citations"], message.annotations, strict=True):
        cited = annotation.url_citation
        assert message.content[cited.start_index : cited.end_index] == citation["cited_text"]
    with openai.chat.completions.stream(model="qa", messages=messages) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == message.content
    assert final.choices[0].finish_reason == "stop"


def test_a_vector_store(openai, answer):
    """A search gives passages with their places, as many as are wanted, of the documents that a filter admits."""
    found = openai.vector_stores.search("qa", query=QUESTION, max_num_results=3).data
    assert [result.content[0].text for result in found] == [passage["text"] for passage in answer["passages"][:3]]
    first = answer["passages"][0]
    assert found[0].attributes["start_char_index"] == first["start_char_index"]
    other = next(p["document_id"] for p in answer["passages"] if p["document_id"] != first["document_id"])
    conditions = [("eq", "document_id", other), ("gte", "published", "1900-01-01")]
    filters = [{"type": kind, "key": key, "value": value} for kind, key, value in conditions]
    only = {"type": "and", "filters": filters}
    assert {r.file_id for r in openai.vector_stores.search("qa", query=QUESTION, filters=only)} <= {other}
    with pytest.raises(NotFoundError):
        openai.vector_stores.search("other", query=QUESTION)
    with pytest.raises(UnprocessableEntityError, match="filters"):
        openai.vector_stores.search("qa", query=QUESTION, filters={"type": "eq", "key": "author", "value": "x"})


def test_mistakes(openai):
    """What cannot be asked is refused in words."""
    with pytest.raises(UnprocessableEntityError, match="2000 characters"):
        openai.responses.create(model="qa", input="long " * 1000)
    with pytest.raises(UnprocessableEntityError, match="no message of a user"):
        openai.chat.completions.create(model="qa", messages=[{"role": "system", "content": "x"}])
    with pytest.raises(UnprocessableEntityError, match="not kept"):
        openai.responses.create(model="qa", input="q", previous_response_id="resp_1")
