"""BM25 against the formula worked out here, term by term, in float64."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.analysis import terms
from qa.index.bm25 import K1, B, BM25Index
from qa.index.maxscore import best_of
from qa.types import Passage, Span

WORDS = ["plane", "planes", "left", "noon", "Hong", "Kong", "香港", "Zürich", "the", "", "42"]


def passage(number, words, context=""):
    text = " ".join(words) or "."
    return Passage("a.txt", number, 0, len(text), text, (Span(0, len(text)),), context)


tables = st.lists(
    st.tuples(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from(["", "Hong Kong", "noon"])),
    min_size=1,
    max_size=12,
).map(lambda rows: [passage(number, words, context) for number, (words, context) in enumerate(rows)])
questions = st.dictionaries(
    st.sampled_from([*map(str, terms(" ".join(WORDS))), "absent"]), st.sampled_from([0.5, 1.0, 2.0])
)


def bm25(bags, weights):
    """Robertson's BM25 with Lucene's idf: every passage's score."""
    length = sum(map(len, bags)) / len(bags)
    scores = []
    for bag in bags:
        total = 0.0
        for term, weight in weights.items():
            frequency = sum(term in other for other in bags)
            count = Counter(bag)[term]
            idf = math.log(1 + (len(bags) - frequency + 0.5) / (frequency + 0.5))
            if count:
                total += weight * idf * count / (count + K1 * (1 - B + B * len(bag) / length))
        scores.append(total)
    return scores


@given(passages=tables, weights=questions)
def test_scores_follow_the_formula(passages, weights):
    """Scores are BM25 over context and text, up to one constant factor that no order depends on."""
    index = BM25Index.build(passages)
    bags = [terms(p.context) + terms(p.text) for p in passages]
    expected = np.asarray(bm25(bags, weights))
    found = index.scores(weights).astype(np.float64)
    factor = found.max() / expected.max() if expected.max() else 1.0
    assert factor == pytest.approx(1, abs=1e-5) or factor == pytest.approx(K1 + 1, abs=1e-5)
    assert found == pytest.approx(expected * factor, abs=1e-5)


@given(passages=tables, weights=questions, k=st.integers(1, 15), data=st.data())
def test_search_is_the_best_of_the_scores(passages, weights, k, data):
    """Hits are the k best rows with any term, best first, ties by row; with ``rows``, of these only."""
    index = BM25Index.build(passages)
    rows = data.draw(
        st.none() | st.sets(st.integers(0, len(passages) - 1)).map(lambda s: np.asarray(sorted(s), np.int64))
    )
    scores = index.scores(weights)
    allowed = range(len(passages)) if rows is None else rows.tolist()
    expected = sorted((row for row in allowed if scores[row] > 0), key=lambda row: (-scores[row], row))[:k]
    assert [hit.row for hit in index.search(weights, k, rows)] == expected


@given(seed=st.integers(0, 2**32), size=st.integers(0, 2000), levels=st.integers(1, 3000), k=st.integers(1, 12))
def test_the_best_of_many_scores(seed, size, levels, k):
    """The blocks that spare a search from sorting lose no hit, however the best are spread and tied."""
    scores = np.random.default_rng(seed).integers(0, levels, size).astype(np.float32)
    expected = sorted(np.flatnonzero(scores).tolist(), key=lambda row: (-scores[row], row))[:k]
    assert [hit.row for hit in best_of(np.arange(size), scores, k)] == expected


@given(passages=tables, weights=questions)
def test_the_disk_changes_nothing(passages, weights, tmp_path_factory):
    """What is saved and loaded has the same vocabulary, scores and sentence terms."""
    folder = tmp_path_factory.mktemp("lexical") / "index"
    index = BM25Index.build(passages)
    index.save(folder)
    loaded = BM25Index.load(folder, len(passages))
    assert loaded.vocabulary == index.vocabulary
    assert np.array_equal(loaded.scores(weights), index.scores(weights))
    names = {number: term for term, number in loaded.vocabulary.items()}
    for row, p in enumerate(passages):
        numbers, shapes, counts = loaded.sentence_tokens(np.asarray([row]))
        assert [names[int(number)] for number in numbers] == terms(p.text)
        assert len(shapes) == counts.sum() == len(numbers)


def test_rare_terms_weigh_more():
    """A term in no passage is the rarest, one in every passage the commonest."""
    index = BM25Index.build([passage(0, ["plane", "left"]), passage(1, ["plane"])])
    assert index.idf("absent") > index.idf("left") > index.idf("plane") > 0
