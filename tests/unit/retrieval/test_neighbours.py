"""What lies near what, against cosines over all sentences."""

import numpy as np
import pytest

from qa.arrays import unit
from qa.retrieval import neighbours as module
from qa.retrieval.neighbours import LIKED, ORIGINAL, UNLIKED, document_cosines, echoes, rocchio, sentence_similarities
from qa.types import Span

FERRY, LATE = "The old ferry left Oskerby at noon.", "It was late again that day."
TEXTS = {
    "a": f"{FERRY} {LATE}",
    "b": "Nobody came. The old ferry left Oskerby at dawn. The mill ground oats.",
    "c": f"The ferry left Oskerby. {LATE}",
}


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


def all_sentences(snapshot):
    """Document, text and stored vector of every sentence."""
    spans = [(p, span) for p in snapshot.passages for span in p.sentences]
    vectors = snapshot.sentence_vectors.vectors(np.arange(len(spans)))
    return [(p.document_id, p.document_text(span), v) for (p, span), v in zip(spans, vectors, strict=True)]


def test_cosines_of_a_document(snapshot, words) -> None:
    """Of each of its sentences, in the order of the text, with their spans."""
    vector = words.encode_question("old ferry").vector
    made = sentence_similarities(snapshot, "b.txt", vector)
    expected = [(text, float(v @ vector)) for document, text, v in all_sentences(snapshot) if document == "b.txt"]
    assert [similarity.text for similarity in made] == [text for text, _ in expected]
    assert [similarity.similarity for similarity in made] == pytest.approx([cosine for _, cosine in expected])
    assert {similarity.document.id for similarity in made} == {"b.txt"}
    spans, cosines = document_cosines(snapshot, "b.txt", vector)
    assert [TEXTS["b"][start:end] for start, end in spans.tolist()] == [text for text, _ in expected]
    assert cosines.tolist() == [similarity.similarity for similarity in made]


def test_some_passages_of_a_document(snapshot, words) -> None:
    """Given rows are compared alone; an unknown document, and no rows, have no sentences."""
    vector = words.encode_question("old ferry").vector
    row = snapshot.rows_of_document["c.txt"]
    assert sentence_similarities(snapshot, "c.txt", vector, row) == sentence_similarities(snapshot, "c.txt", vector)
    assert sentence_similarities(snapshot, "none.txt", vector) == []
    spans, cosines = document_cosines(snapshot, "c.txt", vector, range(0))
    assert (spans.shape, cosines.shape) == ((0, 2), (0,))


def expected_echoes(snapshot, document, examples):
    """The sentences of other documents, by their cosine to the mean of some."""
    sentences = all_sentences(snapshot)
    example = unit(np.stack([v for name, text, v in sentences if name == document and text in examples]).mean(axis=0))
    others = [(float(v @ example), text) for name, text, v in sentences if name != document]
    return [(text, cosine) for cosine, text in sorted(others, reverse=True) if cosine >= module.ECHO_FLOOR]


@pytest.mark.parametrize(
    ("span", "examples"),
    [
        (Span(0, len(FERRY)), [FERRY]),
        (Span(3, 4), [FERRY]),
        (Span(len(FERRY) - 1, len(FERRY) + 2), [FERRY, LATE]),
        (Span(len(FERRY) + 1, len(FERRY) + 5), [LATE]),
    ],
)
def test_echoes(snapshot, span: Span, examples: list[str]) -> None:
    """The nearest sentences of other documents to the mean of those that the span touches, best first."""
    made = echoes(snapshot, "a.txt", span, 5)
    expected = expected_echoes(snapshot, "a.txt", examples)
    assert expected
    assert [echo.text for echo in made] == [text for text, _ in expected]
    assert [echo.similarity for echo in made] == pytest.approx([cosine for _, cosine in expected], abs=0.01)
    assert all(echo.document.text[echo.span.start : echo.span.end] == echo.text for echo in made)
    assert echoes(snapshot, "a.txt", span, 1) == made[:1]


def test_nothing_echoes(monkeypatch, snapshot) -> None:
    """A span between sentences, an unknown document, and what is further away than the floor."""
    assert echoes(snapshot, "a.txt", Span(len(FERRY), len(FERRY) + 1), 5) == []
    assert echoes(snapshot, "none.txt", Span(0, 9), 5) == []
    monkeypatch.setattr(module, "ECHO_FLOOR", 0.999)
    assert [echo.text for echo in echoes(snapshot, "a.txt", Span(40, 41), 5)] == [LATE]
    assert echoes(snapshot, "b.txt", Span(0, 5), 5) == []


def test_headings_do_not_echo(monkeypatch, snapshot_of) -> None:
    """They announce, and say nothing."""
    snapshot = snapshot_of(a=FERRY, b=FERRY)
    assert len(echoes(snapshot, "a.txt", Span(0, 5), 5)) == 1
    monkeypatch.setitem(snapshot.__dict__, "is_heading", np.asarray([False, True]))
    assert echoes(snapshot, "a.txt", Span(0, 5), 5) == []


def test_rocchio(snapshot, words) -> None:
    """The question, and the mean of what is liked without that of what is not, in their weights, of unit length."""
    question = words.encode_question("ferry").vector
    first, second, third = snapshot.passage_vectors.vectors(np.arange(3))
    moved = ORIGINAL * question + LIKED * (first + second) / 2 - UNLIKED * third
    assert rocchio(snapshot, question, [0, 1], [2]) == pytest.approx(moved / np.linalg.norm(moved), abs=1e-6)
    assert rocchio(snapshot, question, [], []) == pytest.approx(question, abs=1e-6)
    assert np.linalg.norm(rocchio(snapshot, question, [2], [])) == pytest.approx(1.0)
