"""The shape of ``/v1/chat/completions``, whole and in chunks."""

import time
import uuid
from collections.abc import Iterator

from qa.api.openai.output import Json, Output
from qa.api.openai.responses import MODEL, PIECE


def completion_body(output: Output) -> Json:
    """The whole completion."""
    message = {"role": "assistant", "content": output.text, "refusal": None, "annotations": _annotations(output)}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return {**_head("chat.completion"), "choices": [choice], "usage": usage}


def chunks_of(output: Output) -> Iterator[Json]:
    """The completion in pieces; the citations come with the last one."""
    head = _head("chat.completion.chunk")
    pieces = [output.text[start : start + PIECE] for start in range(0, len(output.text), PIECE)]
    deltas: list[Json] = [{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces)]
    for delta in deltas:
        yield {**head, "choices": [_choice(delta, None)]}
    yield {**head, "choices": [_choice({"annotations": _annotations(output)}, "stop")]}


def _choice(delta: Json, finish_reason: str | None) -> Json:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}


def _annotations(output: Output) -> list[Json]:
    """As here they have an object of their own."""
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": mark.start,
                "end_index": mark.end,
                "title": mark.citation.document.title or mark.citation.document.id,
                "url": mark.url,
            },
        }
        for mark in output.marks
    ]


def _head(kind: str) -> Json:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}
