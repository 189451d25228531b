"""What decides a snapshot is known without loading an encoder, and is what the encoder itself says."""

import pytest

from models import make_encoder
from qa import compose
from qa.config import Settings
from qa.embedders import EMBEDDERS, choose_embedder
from qa.embedders.lazy import LazyEmbedder
from qa.embedders.model_files import locate_model
from qa.errors import ModelError, SettingsError
from qa.indexing.recipe import embedder_fingerprint


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"query_prompt": "query: "},
        {"passage_prompt": "passage: "},
        {"precision": "int8"},
        {"embedder": "sentence-transformers"},
        {"model": "some/name"},
    ],
    ids=str,
)
def test_the_fingerprint_is_the_embedders(fields):
    """Whatever the settings, the fingerprint worked out without the encoder is the one that it has."""
    settings = Settings(**fields)
    assert embedder_fingerprint(settings) == compose.build_embedder(settings, 1).fingerprint


def test_of_a_model_directory(tmp_path):
    """The same holds of a directory, whichever embedder runs it."""
    settings = Settings(model=str(make_encoder(tmp_path / "model")), precision="int8")
    assert embedder_fingerprint(settings) == compose.build_embedder(settings, 1).fingerprint


def test_a_lazy_embedder_is_the_one_it_makes(embedder):
    """Made once, at the first use, it gives what that one gives; one of another fingerprint is refused."""
    made = []
    lazy = LazyEmbedder(embedder.fingerprint, lambda: made.append(1) or embedder)
    assert lazy.fingerprint == embedder.fingerprint
    assert not made
    assert (lazy.dimension, lazy.max_tokens) == (embedder.dimension, embedder.max_tokens)
    assert lazy.count_tokens(["one text"]) == embedder.count_tokens(["one text"])
    assert (lazy.encode_question("one text").vector == embedder.encode_question("one text").vector).all()
    assert lazy.projection is embedder.projection
    assert made == [1]
    with pytest.raises(ModelError, match="the model another has become all-MiniLM"):
        _ = LazyEmbedder("another", lambda: embedder).dimension


def test_an_embedder_is_chosen_by_name():
    """QA_EMBEDDER names one of the registry that runs the model; anything else is refused with what is known."""
    source = locate_model(None)
    assert choose_embedder("sentence-transformers", source) is EMBEDDERS["sentence-transformers"]
    assert choose_embedder(None, source) is EMBEDDERS["onnx-bert"]
    with pytest.raises(SettingsError, match="QA_EMBEDDER cannot be 'bert'; it is one of onnx-bert, sentence-tr"):
        choose_embedder("bert", source)
    with pytest.raises(SettingsError, match="the embedder onnx-bert cannot run the model some/name; unset QA_EMBEDDER"):
        choose_embedder("onnx-bert", locate_model("some/name"))
