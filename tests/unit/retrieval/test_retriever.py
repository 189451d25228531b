"""Two searches and the cut of what they find, against sums over all passages."""

from dataclasses import replace

import numpy as np
import pytest

from qa.index.maxscore import AllScores
from qa.retrieval import retriever as module
from qa.retrieval.evidence import gather, standardised
from qa.retrieval.query import make_query, plain_query
from qa.retrieval.ranking import rank
from qa.retrieval.retriever import Retriever, search
from qa.types import Filters

TEXTS = {
    "a": "The ferry left Oskerby at noon. It carried twelve cars.",
    "b": "The old mill ground oats for the farms.",
    "c": "Ann Lund sailed the ferry home. The mill was closed.",
    "d": "A storm broke forty windows in Oskerby.",
    "e": "Nobody saw the farms after the storm.",
    "f": "The word was northern light, she said.",
}
QUESTION = "who sailed the ferry home?"


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


@pytest.fixture(scope="module")
def query(snapshot, words):
    return make_query(QUESTION, snapshot.lexical, words)


@pytest.fixture(scope="module")
def lexical(snapshot, query):
    return snapshot.lexical.weighted(query.weights)


def nearest(snapshot, query, count, rows):
    vectors = snapshot.passage_vectors.vectors(np.arange(len(TEXTS)))
    return sorted(rows, key=lambda row: (-float(vectors[row] @ query.encoded.vector), row))[:count]


def test_nothing_is_cut_while_it_is_few(monkeypatch, snapshot, query) -> None:
    """The union of the nearest passages and the best by BM25, ascending."""
    monkeypatch.setattr(module, "DEPTH", 3)
    first, second, third = nearest(snapshot, query, 3, range(len(TEXTS)))
    lexical = np.zeros(len(TEXTS), dtype=np.float32)
    lexical[[second, first]] = 1, 2
    assert search(snapshot, query, AllScores(lexical)).tolist() == sorted([first, second, third])


@pytest.mark.parametrize("depth", [1, 2])
def test_the_cut_is_by_summed_scores(monkeypatch, snapshot, query, depth: int) -> None:
    """Cosine, best sentence's cosine and BM25, each standardised over what was found, summed; the best ones remain."""
    lexical = np.asarray([0, 9, 0, 0, 8, 7], dtype=np.float32)  # BM25 disagrees with the vectors
    monkeypatch.setattr(module, "DEPTH", depth)
    union = sorted({*nearest(snapshot, query, depth, range(len(TEXTS))), *[1, 4, 5][:depth]})
    sentences, first = snapshot.sentences_of(np.asarray(union))
    by_sentence = snapshot.sentence_vectors.vectors(sentences) @ query.encoded.vector
    table = np.stack(
        [
            snapshot.passage_vectors.vectors(np.asarray(union)) @ query.encoded.vector,
            [max(part) for part in np.split(by_sentence, first[1:])],
            lexical[union],
        ],
        axis=1,
    )
    total = standardised(table).sum(axis=1)
    kept = sorted(sorted(union, key=lambda row: -total[union.index(row)])[:depth])
    assert len(union) == 2 * depth
    assert search(snapshot, query, AllScores(lexical)).tolist() == kept


def test_equal_sums_are_cut_by_row(monkeypatch, snapshot_of, words) -> None:
    """Of passages that are alike, the first ones remain."""
    snapshot = snapshot_of(a="The ferry left.", b="The ferry left.", c="The ferry left.")
    query = make_query("ferry", snapshot.lexical, words)
    monkeypatch.setattr(module, "DEPTH", 1)
    lexical = np.asarray([0, 0, 0], dtype=np.float32)
    assert search(snapshot, query, AllScores(lexical)).tolist() == [0]


def test_what_is_named_stays_beside_the_cut(monkeypatch, snapshot, query, lexical) -> None:
    """A quoted phrase's passage is a candidate, whatever the sums say."""
    named = replace(query, named=(("northern", "light"),))
    monkeypatch.setattr(module, "DEPTH", 1)
    [kept] = search(snapshot, query, lexical).tolist()
    assert kept != 5
    assert search(snapshot, named, lexical).tolist() == [kept, 5]


def test_only_given_rows_are_searched(monkeypatch, snapshot, query, lexical) -> None:
    """What is not admitted is found by neither search."""
    rows = np.asarray([1, 3, 4])
    assert set(search(snapshot, query, lexical, rows).tolist()) <= {1, 3, 4}
    monkeypatch.setattr(module, "DEPTH", 1)
    found = search(snapshot, query, lexical, rows).tolist()
    assert set(found) <= {1, 3, 4}
    assert len(found) == 1


def test_what_comes_back(monkeypatch, snapshot, words, query, lexical) -> None:
    """The ranked candidates with their evidence, the query, and the milliseconds of each stage."""
    monkeypatch.setattr(module, "perf_counter", iter([1.0, 1.5, 3.5, 7.5]).__next__)
    retrieval = Retriever(words).retrieve(snapshot, QUESTION)
    rows = search(snapshot, query, lexical)
    expected = gather(snapshot, query, rows, lexical.at(rows))
    assert retrieval.evidence is not None
    assert retrieval.evidence.rows.tolist() == rows.tolist()
    assert retrieval.evidence.lexical.tolist() == expected.lexical.tolist()
    assert list(retrieval.candidates) == rank(expected)
    assert retrieval.candidates[0].row == 2
    assert retrieval.timings_ms == {"encode": 500.0, "search": 2000.0, "rank": 4000.0}
    assert retrieval.snapshot is snapshot
    assert retrieval.query.text == QUESTION
    assert retrieval.query.translation is None
    assert not retrieval.excluded


def test_filters_and_rows(monkeypatch, snapshot, words) -> None:
    """Of the admitted documents only, or of given rows; where there are none, nothing is searched."""
    retriever = Retriever(words)
    admitted = retriever.retrieve(snapshot, QUESTION, filters=Filters(document_ids=("b.txt", "d.txt")))
    assert {candidate.row for candidate in admitted.candidates} == {1, 3}
    given = retriever.retrieve(snapshot, QUESTION, np.asarray([4]))
    assert [candidate.row for candidate in given.candidates] == [4]
    monkeypatch.setattr(module, "perf_counter", iter([1.0, 1.5] * 2).__next__)
    for nothing in (
        retriever.retrieve(snapshot, QUESTION, filters=Filters(document_ids=("z.txt",))),
        retriever.retrieve(snapshot, QUESTION, np.asarray([], dtype=np.int64)),
    ):
        assert nothing.excluded
        assert nothing.candidates == ()
        assert nothing.evidence is None
        assert nothing.query.text == QUESTION
        assert nothing.snapshot is snapshot
        assert nothing.timings_ms == {"encode": 500.0}


class Elsewhere:
    """A snapshot that is fetched: it records what it is asked for, and gives what it is told to."""

    def __init__(self, snapshot, rows) -> None:
        self.lexical, self.given, self.asked = snapshot.lexical, (snapshot, rows), ()

    def near(self, *asked):
        self.asked = asked
        return self.given


def test_what_an_engine_is_asked_for(snapshot, words) -> None:
    """The vector, the terms with their weights, what is named and the filters; what comes back is what is searched."""
    engine, filters = Elsewhere(snapshot, np.asarray([0, 3])), Filters(document_ids=("a.txt",))
    retrieval = Retriever(words).retrieve(engine, "Who left Oskerby?", filters=filters)
    query = retrieval.query
    vector, *others = engine.asked
    assert vector.tolist() == query.encoded.vector.tolist()
    assert others == [query.weights, (("oskerby",),), filters, None]
    assert retrieval.snapshot is snapshot
    assert {candidate.row for candidate in retrieval.candidates} == {0, 3}


def test_what_is_named_is_admitted_too(monkeypatch, snapshot, words) -> None:
    """A passage that says what is named is no candidate where it is not among the rows."""
    query = make_query('Who said "northern light"?', snapshot.lexical, words)
    lexical = snapshot.lexical.weighted(query.weights)
    assert 5 in search(snapshot, query, lexical)
    assert search(snapshot, query, lexical, np.asarray([0, 1])).tolist() == [0, 1]


def test_plain_query(words) -> None:
    """Words as they were typed, each with the same weight: what the baselines search for."""
    plain, expected = Retriever(words).plain_query("Ferrry to Oskerby"), plain_query("Ferrry to Oskerby", words)
    assert plain.text == "Ferrry to Oskerby"
    assert plain.weights == expected.weights == dict.fromkeys(expected.weights, 1.0)
    assert plain.encoded.vector.tolist() == expected.encoded.vector.tolist()
