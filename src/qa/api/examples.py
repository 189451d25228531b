"""Examples in the description for machines: recorded from a real server by ``clients/record_examples.py``."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

Json = dict[str, Any]


def install(app: FastAPI) -> None:
    """Let the application's description have an example for every operation."""
    describe = app.openapi

    def described() -> Json:
        is_new = app.openapi_schema is None
        schema = describe()
        if is_new:
            add_examples(schema)
        return schema

    app.openapi = described  # type: ignore[method-assign]


def add_examples(schema: Json) -> None:
    """Put what was recorded of each operation into a description."""
    for operation in operations(schema):
        recorded = _recorded().get(operation["operationId"])
        if recorded is not None:
            _add(operation, recorded)


def operations(schema: Json) -> Iterator[Json]:
    """Every operation of a description."""
    for methods in schema["paths"].values():
        yield from methods.values()


def _add(operation: Json, recorded: Json) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in recorded["parameters"]:
            parameter["example"] = recorded["parameters"][parameter["name"]]
    if recorded["request"] is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = recorded["request"]
    response = operation["responses"].get(recorded["status"], {})
    content = response.get("content", {}).get(recorded["content_type"])
    if content is not None and recorded["response"] is not None:
        content["example"] = recorded["response"]


@cache
def _recorded() -> dict[str, Json]:
    recorded: dict[str, Json] = json.loads((files("qa.api") / "examples.json").read_text("utf-8"))
    return recorded
