"""docs/integrations.md: every snippet runs as it stands, but for the address."""

import contextlib
import importlib.util
import io
import json
import re

import pytest
import yaml

from places import CHECKOUT

PAGE = (CHECKOUT / "docs" / "integrations.md").read_text("utf-8")
SNIPPETS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
NEEDED = {"langchain": "langchain_core", "llama_index": "llama_index", "haystack": "haystack"}


def test_there_are_snippets():
    """The page has snippets of every kind that is run here, and of no other."""
    assert {kind for kind, _ in SNIPPETS} <= {"python", "json", "yaml", "typescript"}
    assert len(SNIPPETS) >= 8


@pytest.mark.parametrize("snippet", [text for kind, text in SNIPPETS if kind == "python"])
def test_python_runs(snippet, server):
    """It runs to its end and, where it prints, prints something."""
    for name, module in NEEDED.items():
        if f"qa.integrations.{name}" in snippet and importlib.util.find_spec(module) is None:
            pytest.skip("make integrations installs what this needs")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(
            compile(snippet.replace("http://localhost:8000", server.address), "snippet", "exec"),
            {"__name__": "snippet"},
        )
    assert bool(printed.getvalue().strip()) == ("print(" in snippet)


@pytest.mark.parametrize(("kind", "snippet"), [each for each in SNIPPETS if each[0] in {"json", "yaml"}])
def test_settings_are_well_formed(kind, snippet):
    """A snippet to be put into a file can be read by what reads that file."""
    assert (json.loads if kind == "json" else yaml.safe_load)(snippet)
