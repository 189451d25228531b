"""What every reranker promises, over the registry, with a tiny cross-encoder made on the spot."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import CrossEncoder

from models import make_cross_encoder
from qa.registry import imported
from qa.rerankers import RERANKERS
from qa.types import Candidate

TEXTS = ["the bread", "the wine", "a", "the bread and the wine, 42", "漢字 👍🏽", "", "the wine", "word " * 500]

rerankers = pytest.mark.parametrize("name", RERANKERS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_cross_encoder(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def make(folder):
    return {name: imported(path)(str(folder)) for name, path in RERANKERS.items()}


def candidates(count):
    return [Candidate(row, float(-row), {"dense": 0.1 * row}, (0.5,)) for row in range(count)]


@rerankers
def test_scores_are_the_models_own(make, name, folder):
    """The order is that of the model's scores for question and passage, best first; nothing is lost or added."""
    ranked = make[name]("bread?", candidates(len(TEXTS)), TEXTS)
    expected = CrossEncoder(str(folder), device="cpu", local_files_only=True).predict([("bread?", t) for t in TEXTS])
    assert sorted(c.row for c in ranked) == list(range(len(TEXTS)))
    assert [c.score for c in ranked] == pytest.approx([expected[c.row] for c in ranked], abs=1e-5)
    assert [c.score for c in ranked] == sorted((c.score for c in ranked), reverse=True)
    assert len({round(c.score, 6) for c in ranked}) > 3, "the model does not tell the texts apart"


@rerankers
def test_earlier_scores_are_kept(make, name):
    """A candidate keeps its earlier scores and its sentences; the new one is added by name."""
    [ranked] = make[name]("bread?", candidates(1), TEXTS[:1])
    assert ranked.scores["dense"] == 0.0
    assert ranked.scores["cross_encoder"] == ranked.score
    assert ranked.sentence_scores == (0.5,)


@rerankers
def test_nothing_is_reranked_to_nothing(make, name):
    """No candidates, no model run, no error."""
    assert make[name]("bread?", [], []) == []


@rerankers
@settings(max_examples=15)
@given(question=st.text(min_size=1, max_size=30), picked=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
def test_any_question_ranks_the_same_twice(make, name, question, picked):
    """Whatever is asked, the same question over the same texts gives the same order and scores again."""
    ranked = make[name](question, candidates(len(picked)), picked)
    assert sorted(c.row for c in ranked) == list(range(len(picked)))
    assert ranked == make[name](question, candidates(len(picked)), picked)
