"""Vectors kept as bytes are near what was given, and are searched as brute force would."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.index.sentence_vectors import BLOCK, SentenceVectors


def random_units(count, dimension=384, seed=5):
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_cosines_are_off_by_a_thousandth_or_so():
    """What is stored gives the cosines of what was given to 0.003, on average to 0.0005."""
    given, questions = random_units(2000), random_units(20, seed=6)
    stored = SentenceVectors.build(given).vectors(np.arange(2000))
    error = np.abs(stored @ questions.T - given @ questions.T)
    assert stored.dtype == np.float32
    assert error.max() < 0.003
    assert error.mean() < 0.0005


def test_rounding_again_changes_nothing():
    """Vectors that a rebuild takes over from a snapshot are stored as they were."""
    once = SentenceVectors.build(random_units(500))
    rows = np.arange(500)
    twice = SentenceVectors.build(once.vectors(rows))
    thrice = SentenceVectors.build(twice.vectors(rows))
    assert np.array_equal(once._rounded, twice._rounded)
    assert twice.vectors(rows) == pytest.approx(once.vectors(rows), rel=1e-6)
    assert np.array_equal(twice.vectors(rows), thrice.vectors(rows))


@given(count=st.integers(0, 30), k=st.integers(0, 40), data=st.data())
def test_search_equals_brute_force(count, k, data):
    """The k nearest of the rows asked for, best first, ties by row; no others."""
    vectors = random_units(count, dimension=4)
    vectors[::3] = vectors[:1]
    built = SentenceVectors.build(vectors)
    rows = np.asarray(
        sorted(data.draw(st.sets(st.integers(0, count - 1)) if count else st.just(set()))), dtype=np.int64
    )
    question = random_units(1, dimension=4, seed=9)[0]
    scores = {row: float(built.vectors(np.asarray([row]))[0] @ question) for row in rows.tolist()}
    hits = built.search(question, k, rows)
    assert [hit.row for hit in hits] == sorted(scores, key=lambda row: (-round(scores[row], 6), row))[:k]
    assert [hit.score for hit in hits] == pytest.approx([scores[hit.row] for hit in hits], abs=1e-6)


def test_search_goes_on_from_block_to_block(tmp_path):
    """A vector beyond the first block is found, also after reload."""
    vectors = np.repeat(random_units(1, dimension=4), BLOCK + 10, axis=0)
    vectors[BLOCK + 5] = random_units(1, dimension=4, seed=9)[0]
    SentenceVectors.build(vectors).save(tmp_path / "vectors")
    loaded = SentenceVectors.load(tmp_path / "vectors")
    assert len(loaded) == BLOCK + 10
    [best, *_] = loaded.search(vectors[BLOCK + 5], 2, np.arange(BLOCK + 10))
    assert best.row == BLOCK + 5


def test_no_vectors_are_no_error(tmp_path):
    """Nothing is saved, loaded and searched as nothing."""
    SentenceVectors.build(np.zeros((0, 384), np.float32)).save(tmp_path / "vectors")
    loaded = SentenceVectors.load(tmp_path / "vectors")
    assert len(loaded) == 0
    assert loaded.search(random_units(1)[0], 5, np.arange(0)) == []
