"""A corpus of one article, which the settings point at."""

import pytest

PLANE = "The plane left Hong Kong at noon.\n\nNobody on the ground knew who was in it."


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A corpus of one article; the settings point at it and at an index beside it."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "plane.txt").write_text(PLANE, "utf-8")
    monkeypatch.setenv("QA_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    return tmp_path / "corpus"


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"
