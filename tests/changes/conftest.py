"""A corpus that is changed, file by file."""

import pytest

from qa.corpus.uploads import Uploads


@pytest.fixture
def corpus(tmp_path):
    return tmp_path / "corpus"


@pytest.fixture
def uploads(corpus, tmp_path):
    return Uploads(corpus, tmp_path / "index", 0)
