"""The shape of ``/v1/responses``, whole and as the sequence of events that its clients build the whole from."""

import time
import uuid
from collections.abc import Iterator
from itertools import count

from qa.api.openai.output import Json, annotations, file_results, output_of
from qa.serving.service import Answered

MODEL = "qa"
PIECE = 80  # characters of text an event brings


def response_body(answered: Answered, base: str, results: bool) -> Json:
    """The whole response; ``results`` adds the passages that were found."""
    output = output_of(answered, base)
    name = uuid.uuid4().hex
    search = {
        "id": f"fs_{name}",
        "type": "file_search_call",
        "status": "completed",
        "queries": [answered.answer.searched_text],
        "results": file_results(answered.answer.passages, base) if results else None,
    }
    content = {"type": "output_text", "text": output.text, "annotations": annotations(output), "logprobs": []}
    message = {"id": f"msg_{name}", "type": "message", "role": "assistant", "status": "completed", "content": [content]}
    return _response(f"resp_{name}", "completed", [search, message])


def events_of(body: Json) -> Iterator[Json]:
    """The events that lead to a whole response, in the order that clients rely on."""
    numbers = count()
    for event in _events(body):
        yield {**event, "sequence_number": next(numbers)}


def _events(body: Json) -> Iterator[Json]:
    begun = _response(body["id"], "in_progress", [], body["created_at"])
    search, message = body["output"]
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    yield _item("added", 0, {**search, "status": "in_progress", "results": None})
    for state in ("in_progress", "searching", "completed"):
        yield {"type": f"response.file_search_call.{state}", "item_id": search["id"], "output_index": 0}
    yield _item("done", 0, search)
    yield _item("added", 1, {**message, "status": "in_progress", "content": []})
    yield from _content(message)
    yield _item("done", 1, message)
    yield {"type": "response.completed", "response": body}


def _content(message: Json) -> Iterator[Json]:
    (content,) = message["content"]
    text = content["text"]
    where = {"item_id": message["id"], "output_index": 1, "content_index": 0}
    empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    yield {"type": "response.content_part.added", **where, "part": empty}
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE]
        yield {"type": "response.output_text.delta", **where, "delta": piece, "logprobs": []}
    for number, annotation in enumerate(content["annotations"]):
        named = {"annotation_index": number, "annotation": annotation}
        yield {"type": "response.output_text.annotation.added", **where, **named}
    yield {"type": "response.output_text.done", **where, "text": text, "logprobs": []}
    yield {"type": "response.content_part.done", **where, "part": content}


def _item(step: str, index: int, item: Json) -> Json:
    return {"type": f"response.output_item.{step}", "output_index": index, "item": item}


def _response(name: str, status: str, output: list[Json], created_at: float | None = None) -> Json:
    return {
        "id": name,
        "object": "response",
        "created_at": created_at or int(time.time()),
        "status": status,
        "model": MODEL,
        "output": output,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": False,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": _usage() if status == "completed" else None,
    }


def _usage() -> Json:
    """No tokens: nothing is generated."""
    cached = {"cached_tokens": 0, "cache_write_tokens": 0}
    details = {"input_tokens_details": cached, "output_tokens_details": {"reasoning_tokens": 0}}
    return {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0, **details}
