"""Check the recorded examples against the schemas of the description: ``python clients/check_examples.py``."""

import json
import sys

import jsonschema

SCHEMA = json.load(sys.stdin)


def check(content: dict[str, object]) -> None:
    """Raise if an example is not what its schema says."""
    if "example" in content and "schema" in content:
        jsonschema.Draft202012Validator({**SCHEMA, **content["schema"]}).validate(content["example"])


for methods in SCHEMA["paths"].values():
    for operation in methods.values():
        for described in [*operation["responses"].values(), operation.get("requestBody", {})]:
            for content in described.get("content", {}).values():
                check(content)
print("every example is what its schema says")
