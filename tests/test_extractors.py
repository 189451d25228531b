"""Which extractor is chosen."""

import pytest

from models import make_span_model
from qa.answering.answerer import Answerer
from qa.compose import build_extractor
from qa.config import Settings, load_settings
from qa.errors import SettingsError
from qa.index.snapshot import open_current
from qa.retrieval.retriever import Retriever
from qa.types import Passage, Question, Span

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


def test_what_is_read_decides_what_is_quoted(corpus_index, embedder):
    """With the extractor the sentence that answers is quoted, verbatim; the order of the passages stays as it was."""
    settings = Settings()
    snapshot, _ = open_current(corpus_index)
    retriever = Retriever(embedder)
    asked = Question("When did Xu Jiatun fly to San Francisco?")
    with_it = Answerer(retriever, extractor=build_extractor(settings)).answer(snapshot, asked)
    without = Answerer(retriever).answer(snapshot, asked)
    assert [p.passage.id for p in with_it.passages] == [p.passage.id for p in without.passages]
    quoted = with_it.nearest[0]
    assert "May 1, 1990" in quoted.cited_text
    assert quoted.document.text[quoted.span.start : quoted.span.end] == quoted.cited_text
    assert with_it.confidence.probability != without.confidence.probability
