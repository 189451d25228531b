"""What every extractor promises, over the registry, with a tiny model made on the spot."""

import hashlib
import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from tokenizers import Tokenizer

from models import make_span_model
from qa.errors import ModelError
from qa.extractors import EXTRACTORS
from qa.registry import imported
from qa.types import Passage, Span
from texts import characters, texts

TEXT = "the bread, the wine. a42 bread? the wine and bread."
SENTENCES = (Span(0, 20), Span(21, 31), Span(32, 51))

extractors = pytest.mark.parametrize("name", EXTRACTORS)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_span_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def make(tiny):
    tokenizer, weights, _ = tiny
    return {name: imported(path)(tokenizer, weights, sha256=None) for name, path in EXTRACTORS.items()}


def passage(text, sentences=None, start=0, context=""):
    """A passage that begins at an offset of its document."""
    spans = tuple(Span(start + span.start, start + span.end) for span in sentences or (Span(0, len(text)),))
    return Passage("a.md", 0, start, start + len(text), text, spans, context)


def pair_logits(tiny, text, sentences):
    """The logit of every span of at most 30 tokens inside a sentence: its first token's start, its last one's end."""
    tokenizer, _, table = tiny
    encoded = Tokenizer.from_file(str(tokenizer)).encode(text, add_special_tokens=False)
    logits = table[encoded.ids].astype(float)
    return {
        (start, encoded.offsets[j][1]): logits[i, 0] + logits[j, 1]
        for i, (start, _) in enumerate(encoded.offsets)
        for j in range(i, min(i + 30, len(encoded.ids)))
        if any(s.start <= start and encoded.offsets[j][1] <= s.end for s in sentences)
    }


@extractors
def test_the_best_span_is_that_of_all_pairs(make, tiny, name):
    """The first span has the greatest sum of a start and an end logit of all spans inside a sentence."""
    pairs = pair_logits(tiny, TEXT, SENTENCES)
    best = max(pairs, key=pairs.__getitem__)
    [extraction] = make[name]("bread?", [passage(TEXT, SENTENCES)])
    first = extraction.spans[0]
    assert (first.span.start, first.span.end) == best
    assert first.score == pytest.approx(pairs[best] - logsumexp(list(pairs.values())), abs=1e-4)


@extractors
def test_sentence_scores_are_log_probabilities(make, name):
    """There is one score for each sentence, and their probabilities sum to 1."""
    [extraction] = make[name]("bread?", [passage(TEXT, SENTENCES)])
    assert len(extraction.sentence_scores) == len(SENTENCES)
    assert sum(map(math.exp, extraction.sentence_scores)) == pytest.approx(1)


@extractors
def test_offsets_count_in_the_document(make, name):
    """A passage further back in its document has the same spans, moved by as much."""
    [here], [there] = (make[name]("bread?", [passage(TEXT, SENTENCES, start)]) for start in (0, 1000))
    assert [(s.span.start + 1000, s.span.end + 1000) for s in here.spans] == [
        (s.span.start, s.span.end) for s in there.spans
    ]
    assert here.no_answer == there.no_answer


@extractors
def test_a_passage_is_judged_by_itself(make, name):
    """What stands beside a passage changes nothing, and the order is that of the passages."""
    first, second = passage(TEXT, SENTENCES), passage("the wine.", start=60)
    assert make[name]("wine?", [first, second]) == [make[name]("wine?", [p])[0] for p in (first, second)]
    assert make[name]("wine?", []) == []


@extractors
def test_no_answer_depends_on_the_question_and_the_context(make, name):
    """The question and the passage's context are read with it."""
    plain = make[name]("bread?", [passage(TEXT, SENTENCES)])[0].no_answer
    assert make[name]("the wine?", [passage(TEXT, SENTENCES)])[0].no_answer != plain
    assert make[name]("bread?", [passage(TEXT, SENTENCES, context="the wine")])[0].no_answer != plain


@extractors
@pytest.mark.parametrize("offset", [0, 60, 62, 200, 398])
def test_a_long_passage_is_read_to_its_end(make, tiny, name, offset):
    """A passage of many times the model's length has the best of all its spans, wherever it stands."""
    words = "b " * 200
    text = words[:offset] + "the wine, the bread " + words[offset:]
    pairs = pair_logits(tiny, text, (Span(0, len(text)),))
    best = max(pairs, key=pairs.__getitem__)
    [extraction] = make[name]("wine?", [passage(text)])
    assert (extraction.spans[0].span.start, extraction.spans[0].span.end) == best
    assert extraction.spans[0].score == pytest.approx(pairs[best] - logsumexp(list(pairs.values())), abs=1e-4)


@extractors
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts.filter(str.strip), question=st.text(characters, min_size=1, max_size=80), start=st.integers(0, 50))
def test_any_text_is_read(make, name, text, question, start):
    """Whatever is asked of whatever text: spans are not blank, inside one sentence, apart, and their scores fall."""
    cut = len(text) // 2
    sentences = tuple(span for span in (Span(0, cut), Span(cut, len(text))) if span.end > span.start)
    asked = passage(text, sentences, start)
    [extraction] = make[name](question, [asked])
    assert len(extraction.sentence_scores) == len(sentences)
    assert all(math.isfinite(score) and score <= 1e-9 for score in extraction.sentence_scores)
    assert math.isfinite(extraction.no_answer)
    for exact in extraction.spans:
        assert text[exact.span.start - start : exact.span.end - start].strip()
        assert any(s.start <= exact.span.start < s.end for s in asked.sentences)
        assert asked.start <= exact.span.start < exact.span.end <= asked.end
    spans = sorted(exact.span for exact in extraction.spans)
    assert all(before.end <= after.start for before, after in itertools.pairwise(spans))
    assert [e.score for e in extraction.spans] == sorted((e.score for e in extraction.spans), reverse=True)
    assert [extraction] == make[name](question, [asked])


@extractors
def test_damaged_weights_are_refused(tiny, tmp_path, name):
    """A file with another digest, a truncated one and a missing one are errors that say what to do."""
    tokenizer, weights, _ = tiny
    made = imported(EXTRACTORS[name])
    content = weights.read_bytes()
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    digest = hashlib.sha256(content).hexdigest()
    assert made(tokenizer, weights, digest)("bread?", [passage("the bread")])
    with pytest.raises(ModelError, match=r"expected .*QA_EXTRACTOR=off"):
        made(tokenizer, damaged, digest)("bread?", [passage("the bread")])
    damaged.write_bytes(content[:100])
    with pytest.raises(ModelError, match="no extractor of this version"):
        made(tokenizer, damaged, None)("bread?", [passage("the bread")])
    with pytest.raises(ModelError, match=r"missing\.onnx cannot be read"):
        made(tokenizer, tmp_path / "missing.onnx", None)("bread?", [passage("the bread")])


@extractors
def test_a_passage_without_a_token_holds_no_answer(make, name):
    """A text that the tokenizer reads nothing of has no span, and surely no answer."""
    [extraction] = make[name]("bread?", [passage("\u200b\u200d")])
    assert extraction.spans == ()
    assert extraction.no_answer > 10
    assert np.isfinite(extraction.sentence_scores).all()
