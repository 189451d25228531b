"""The real parts, made once: the embedder, indexes of the corpus and of the raw articles, and a server
that is asked over HTTP.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, settings

from places import CORPUS, SEEDS
from qa import compose
from qa.config import Settings
from qa.embedders.universal import UniversalSentenceEncoder
from qa.indexing.indexer import Indexer
from qa.serving.service import Service
from servers import Served, serve

settings.register_profile(
    "qa", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("qa")


# Files of few, long tests: they go first, so that two processes end together.
LONG = (
    "tests/formats/test_hostile_files.py", "tests/faults/", "tests/test_connections.py", "tests/laws/test_kills.py",
    "tests/laws/test_faults.py", "tests/formats/test_parser_process.py", "tests/test_processes.py", "tests/engines/",
    "tests/page/test_hostile.py", "tests/page/test_accessibility.py", "tests/page/test_corpus_page.py",
    "tests/page/test_keeping.py", "tests/page/test_sources.py",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    for name in [name for name in os.environ if name.upper().startswith("QA_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def embedder():
    """The default model, loaded once."""
    embedder = compose.build_embedder(Settings(), threads=1)
    assert embedder.dimension == 384
    return embedder


@pytest.fixture(scope="session")
def multilingual() -> UniversalSentenceEncoder:
    """What embeds text of many languages, loaded once."""
    return UniversalSentenceEncoder(threads=1)


@pytest.fixture
def shared_model(embedder, monkeypatch):
    """Commands that are run in this process with the default model take the loaded one, instead of loading it again."""
    load, default = compose.build_embedder, _model_of(Settings())

    def build(given: Settings, threads: int):
        return embedder if _model_of(given) == default else load(given, threads)

    monkeypatch.setattr(compose, "build_embedder", build)


def _model_of(given: Settings) -> tuple[object, ...]:
    return given.model, given.precision, given.query_prompt, given.passage_prompt


@pytest.fixture(scope="session")
def indexer_for(embedder, multilingual):
    """Makes an indexer of a corpus and an index with the shared embedder."""

    def make(corpus: Path, index: Path, **fields: object) -> Indexer:
        made = compose.build_indexer(Settings(corpus=corpus, index=index))
        splitter = type(made.splitter)(embedder, Settings().passage_tokens)
        parts = {"recipe": made.recipe, "keep": made.keep, "splitter": splitter, "multilingual": multilingual} | fields
        return Indexer(corpus=corpus, index=index, embedder=embedder, **parts)

    return make


@pytest.fixture(scope="session")
def service_for(embedder, multilingual):
    """Opens a service on an index with the shared embedder."""

    def make(index: Path, **fields: object) -> Service:
        answerer = compose.Answerer(compose.Retriever(embedder, multilingual))
        return Service(index, embedder, answerer, **fields)

    return make


@pytest.fixture(scope="session")
def corpus_index(indexer_for, tmp_path_factory) -> Path:
    """An index of ``corpus/``; nobody changes it."""
    index = tmp_path_factory.mktemp("corpus-index")
    indexer_for(CORPUS, index).build()
    return index


@pytest.fixture(scope="session")
def seed_index(indexer_for, tmp_path_factory) -> Path:
    """An index of the raw articles; nobody changes it."""
    if not SEEDS.is_dir():
        pytest.skip("the raw articles are not beside this checkout")
    index = tmp_path_factory.mktemp("seed-index")
    indexer_for(SEEDS, index).build()
    return index


@pytest.fixture(scope="session")
def server(corpus_index, tmp_path_factory) -> Iterator[Served]:
    """``qa serve`` in its own process, asked over HTTP; of ``corpus/`` it has a copy, which it may change."""
    corpus = shutil.copytree(CORPUS, tmp_path_factory.mktemp("served") / "corpus")
    with serve("--corpus", corpus, "--index", corpus_index) as served:
        served.wait_until_ready()
        yield served


@pytest.fixture(scope="session")
def client(server) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.address, timeout=60) as client:
        yield client
