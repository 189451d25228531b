"""The description for machines."""

import pytest

from qa.api.examples import operations

WITHOUT_EXAMPLE = {"application/zip", "application/octet-stream", "image/png", "text/html"}


@pytest.fixture(scope="module")
def schema(client):
    return client.get("/openapi.json").json()


def test_every_operation_has_a_name(schema):
    """Operation ids are plain names, each once: generated clients name their methods after them."""
    names = [operation["operationId"] for operation in operations(schema)]
    assert all(name.isidentifier() for name in names)
    assert len(set(names)) == len(names)


def test_it_is_openapi_3_1(schema):
    """The version is one whose schemas are JSON Schema."""
    assert schema["openapi"].startswith("3.1.")


def test_every_operation_has_an_example(schema):
    """Bodies of requests and of answers, and what a path needs, have one, recorded by clients/record_examples.py."""
    lacking = set()
    for operation in operations(schema):
        success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        contents = {kind: body for kind, body in success.get("content", {}).items() if kind not in WITHOUT_EXAMPLE}
        has_answer = not contents or any("example" in body for body in contents.values())
        asked = operation.get("requestBody", {}).get("content", {}).get("application/json")
        has_request = asked is None or "example" in asked
        has_path = all("example" in p for p in operation.get("parameters", ()) if p["in"] == "path")
        if not (has_answer and has_request and has_path):
            lacking.add(operation["operationId"])
    assert lacking == set(), "run: python clients/record_examples.py"
