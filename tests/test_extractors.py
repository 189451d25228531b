"""Which extractor is chosen."""

import pytest

from models import make_span_model
from qa.compose import build_extractor
from qa.config import load_settings
from qa.errors import SettingsError
from qa.types import Passage, Span

PASSAGE = Passage("a.md", 0, 0, 9, "the bread", (Span(0, 9),))


def test_off_chooses_none():
    """``QA_EXTRACTOR=off`` answers without one."""
    assert build_extractor(load_settings(extractor="off")) is None


def test_a_file_can_be_chosen(tmp_path):
    """The path of an ONNX file is an extractor with its weights."""
    _, weights, _ = make_span_model(tmp_path, vocabulary=30522)  # what the default model's tokenizer knows
    extractor = build_extractor(load_settings(extractor=str(weights)))
    assert extractor is not None
    [extraction] = extractor("bread?", [PASSAGE])
    assert extraction.spans


def test_an_unknown_one_is_refused():
    """What is neither a name nor a file is refused, with the names there are."""
    with pytest.raises(SettingsError, match="QA_EXTRACTOR cannot be 'best'; it is one of default, off, or an ONNX"):
        build_extractor(load_settings(extractor="best"))
