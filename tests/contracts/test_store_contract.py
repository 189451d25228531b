"""What every vector store promises, over the registry; the answer is worked out independently, in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.stores import STORES

DIMENSION = 8
TOLERANCE = 1e-5  # of a float32 inner product of 8 terms against float64

stores = pytest.mark.parametrize("store", STORES.values(), ids=STORES)


def unit(vectors):
    vectors = np.asarray(vectors, dtype=np.float64).reshape(-1, DIMENSION) + 0.0
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1), np.eye(1, DIMENSION))
    return vectors.astype(np.float32)


# few values: equal vectors, and so equal scores, come up all the time
tables = st.lists(st.lists(st.sampled_from([-1, 0, 1, 2]), min_size=DIMENSION, max_size=DIMENSION), max_size=30).map(
    unit
)
one = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=DIMENSION, max_size=DIMENSION).map(unit)


@stores
@given(vectors=tables, query=one, k=st.integers(0, 40), data=st.data())
def test_search_equals_brute_force(store, vectors, query, k, data):
    """An exact store gives the k best rows by cosine, best first, ties by row; with ``rows``, of these only."""
    count = len(vectors)
    chosen = data.draw(st.none() | st.sets(st.integers(0, max(count - 1, 0)), max_size=count))
    rows = None if chosen is None or not count else np.asarray(sorted(chosen), dtype=np.int64)
    hits = store.build(vectors).search(query[0], k, rows)
    cosines = vectors.astype(np.float64) @ query[0].astype(np.float64)
    allowed = range(count) if rows is None else rows.tolist()
    best = sorted((cosines[row] for row in allowed), reverse=True)[:k]
    assert [hit.score for hit in hits] == pytest.approx(best, abs=TOLERANCE)
    assert all(abs(cosines[hit.row] - hit.score) <= TOLERANCE for hit in hits)
    assert len({hit.row for hit in hits}) == len(hits)
    assert {hit.row for hit in hits} <= set(allowed)
    assert [(-hit.score, hit.row) for hit in hits] == sorted((-hit.score, hit.row) for hit in hits)


@stores
@given(vector=one, copies=st.integers(2, 20), k=st.integers(1, 20))
def test_equal_vectors_come_in_the_order_of_their_rows(store, vector, copies, k):
    """Among equal vectors the first rows are found, also where k cuts through them."""
    found = store.build(np.repeat(vector, copies, axis=0)).search(vector[0], k)
    assert [hit.row for hit in found] == list(range(min(k, copies)))


@stores
def test_ties_at_size_come_in_the_order_of_their_rows(store):
    """Also with 384 dimensions and other vectors between them, equal vectors have equal scores, and come by row."""
    random = np.random.default_rng(3)
    vectors = random.normal(size=(500, 384))
    vectors[::7] = vectors[0]
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    built = store.build(vectors)
    for k in (1, 10, 500):
        hits = built.search(vectors[0], k)[: len(range(0, 500, 7))]
        assert [hit.row for hit in hits] == list(range(0, 500, 7))[:k]
        assert len({hit.score for hit in hits}) == 1


@stores
def test_brute_force_at_size(store, tmp_path):
    """3,000 random vectors of 384 dimensions: the same 50 rows as brute force for each of 20 questions,
    after reload.
    """
    random = np.random.default_rng(7)
    vectors = random.normal(size=(3000, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    store.build(vectors).save(tmp_path / "vectors")
    loaded = store.load(tmp_path / "vectors")
    for query in vectors[:20]:
        cosines = vectors.astype(np.float64) @ query.astype(np.float64)
        expected = np.argsort(-cosines, kind="stable")[:50]
        hits = loaded.search(query, 50)
        assert [hit.row for hit in hits] == expected.tolist()
        assert [hit.score for hit in hits] == pytest.approx(cosines[expected], abs=1e-5)


@stores
@given(vectors=tables)
def test_vectors_survive_the_disk(store, vectors, tmp_path_factory):
    """What is saved and loaded has the same vectors, bit by bit, and the same length."""
    path = tmp_path_factory.mktemp("store") / "vectors"
    store.build(vectors).save(path)
    loaded = store.load(path)
    rows = np.arange(len(vectors))[::-1].copy()
    assert len(loaded) == len(vectors)
    assert loaded.vectors(rows).dtype == np.float32
    assert np.array_equal(loaded.vectors(rows), vectors[rows])


@stores
def test_a_store_says_whether_it_is_exact(store):
    """Both are exact; an approximate one has to hold its recall in a test of its own."""
    assert store.exact is True
