"""What every vector store promises, over the registry; the answer is worked out independently, in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import SnapshotDamaged
from qa.index.stores import STORES, choose_store, inverted

DIMENSION = 8
TOLERANCE = 1e-5  # of a float32 inner product of 8 terms against float64

EXACT = {name: store for name, store in STORES.items() if store.exact}
APPROXIMATE = {name: store for name, store in STORES.items() if not store.exact}
RECALL_FLOOR = 0.98
ROUNDING = 0.02  # of a vector that is kept as one byte a number, as a share of its length

stores = pytest.mark.parametrize("store", EXACT.values(), ids=EXACT)
approximate = pytest.mark.parametrize("store", APPROXIMATE.values(), ids=APPROXIMATE)
every = pytest.mark.parametrize("store", STORES.values(), ids=STORES)


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


def drawn_rows(data, count):
    """What to search among: everything (None) or some rows; and the rows that this allows."""
    chosen = data.draw(st.none() | st.sets(st.integers(0, max(count - 1, 0)), max_size=count))
    rows = None if chosen is None or not count else np.asarray(sorted(chosen), dtype=np.int64)
    return rows, list(range(count)) if rows is None else rows.tolist()


@stores
@given(vectors=tables, query=one, k=st.integers(0, 40), data=st.data())
def test_search_equals_brute_force(store, vectors, query, k, data):
    """An exact store gives the k best rows by cosine, best first, ties by row; with ``rows``, of these only."""
    rows, allowed = drawn_rows(data, len(vectors))
    hits = store.build(vectors).search(query[0], k, rows)
    cosines = vectors.astype(np.float64) @ query[0].astype(np.float64)
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


def test_stores_of_both_kinds_are_tested():
    """A store that says it is exact is held to brute force, any other to a recall floor."""
    assert "faiss-flat" in EXACT
    assert "faiss-ivf-sq8" in APPROXIMATE


@pytest.fixture(scope="module")
def cloud():
    """30,000 unit vectors around 600 centres, with a falling spectrum as an encoder's have, and 100 questions."""
    random = np.random.default_rng(11)
    strength = np.arange(1, 97) ** -0.5
    centres = random.normal(size=(600, 96)) * strength
    vectors = centres[random.integers(600, size=30_100)] + 0.6 * random.normal(size=(30_100, 96)) * strength
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return vectors[100:], vectors[:100]


@pytest.fixture(scope="module", params=APPROXIMATE.values(), ids=APPROXIMATE)
def reloaded(request, cloud, tmp_path_factory):
    """An approximate store of the cloud, from the disk."""
    path = tmp_path_factory.mktemp("approximate") / "vectors"
    request.param.build(cloud[0]).save(path)
    return request.param.load(path)


def nearest(vectors, query, k, rows):
    cosines = vectors[rows].astype(np.float64) @ query.astype(np.float64)
    return rows[np.argsort(-cosines, kind="stable")[:k]].tolist()


def test_an_approximate_store_holds_its_recall(reloaded, cloud):
    """Of the ten true neighbours at least 98 in a hundred are among the first ten found, over many questions."""
    vectors, queries = cloud
    everything = np.arange(len(vectors))
    found = [{hit.row for hit in reloaded.search(query, 10)} for query in queries]
    true = [set(nearest(vectors, query, 10, everything)) for query in queries]
    assert np.mean([len(a & b) / 10 for a, b in zip(found, true, strict=True)]) >= RECALL_FLOOR


def test_an_approximate_store_reads_a_part_of_its_vectors(reloaded, cloud):
    """The floor is not met by looking at everything: with so many vectors there are more lists than are read."""
    assert reloaded._index.nlist > 3 * inverted.PROBED


@pytest.mark.parametrize("count", [1, 3, 40, 2_000, 29_000])
def test_approximate_search_among_rows_finds_only_these(reloaded, cloud, count):
    """With ``rows`` nothing else is found, nothing is missing that k allows, and few rows are searched exactly."""
    vectors, queries = cloud
    rows = np.sort(np.random.default_rng(count).choice(len(vectors), count, replace=False))
    stored = reloaded.vectors(np.arange(len(vectors)))
    kept = 0
    for query in queries[:20]:
        found = [hit.row for hit in reloaded.search(query, 10, rows)]
        assert set(found) <= set(rows.tolist())
        assert len(found) == min(10, count)
        kept += len(set(found) & set(nearest(stored, query, 10, rows))) / len(found)
    assert kept / 20 >= (1 if count <= 2_000 else RECALL_FLOOR)


@approximate
@given(vectors=tables, query=one, k=st.integers(0, 40), data=st.data())
def test_a_small_approximate_store_finds_all(store, vectors, query, k, data):
    """Below the size at which lists pay, everything asked for is found; scores are the cosines of what is stored."""
    rows, allowed = drawn_rows(data, len(vectors))
    built = store.build(vectors)
    hits = built.search(query[0], k, rows)
    assert len({hit.row for hit in hits}) == len(hits) == min(k, len(allowed))
    assert {hit.row for hit in hits} <= set(allowed)
    assert [(-hit.score, hit.row) for hit in hits] == sorted((-hit.score, hit.row) for hit in hits)
    stored = built.vectors(np.asarray([hit.row for hit in hits], dtype=np.int64)) @ query[0]
    assert [hit.score for hit in hits] == pytest.approx(stored.tolist(), abs=TOLERANCE)
    best = sorted((vectors[allowed] @ query[0]).tolist(), reverse=True)[: len(hits)]
    assert [hit.score for hit in hits] == pytest.approx(best, abs=2 * ROUNDING)


def test_an_approximate_store_keeps_vectors_nearly(reloaded, cloud):
    """What is stored has unit length and differs from what was given by at most two hundredths of its length."""
    stored = reloaded.vectors(np.arange(len(cloud[0])))
    assert len(reloaded) == len(cloud[0])
    assert stored.dtype == np.float32
    assert np.abs(np.linalg.norm(stored, axis=1) - 1).max() < TOLERANCE
    assert np.linalg.norm(stored - cloud[0], axis=1).max() <= ROUNDING


@approximate
def test_building_again_from_what_is_stored_changes_nearly_nothing(store, cloud):
    """A snapshot takes vectors over from the last one: after five builds they are as near as after one."""
    given_ = cloud[0][:3000]
    stored = store.build(given_).vectors(np.arange(3000))
    for _ in range(4):
        stored = store.build(stored).vectors(np.arange(3000))
    assert np.linalg.norm(stored - given_, axis=1).max() <= ROUNDING


@every
def test_damage_is_named(store, tmp_path):
    """A file that holds no index is an error of the product's, not of the engine's."""
    (tmp_path / "vectors").write_bytes(b"no index")
    with pytest.raises(SnapshotDamaged, match=r"^vectors .*run: qa index"):
        store.load(tmp_path / "vectors")


@pytest.mark.parametrize(("vectors", "name"), [(0, "faiss-flat"), (20_000, "faiss-flat"), (20_001, "faiss-ivf-sq8")])
def test_the_store_is_chosen_by_size(vectors, name):
    """Exact while that takes about a millisecond, then approximate."""
    assert choose_store(vectors) == name
