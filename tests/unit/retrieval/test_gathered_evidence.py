"""What is measured of candidates, against plain loops over the same words."""

import math

import numpy as np
import pytest

from qa.analysis import terms
from qa.index.bm25 import K1, B
from qa.retrieval.answer_types import AnswerType, answer_type
from qa.retrieval.evidence import gather, standardised
from qa.retrieval.query import make_query

TEXTS = {
    "boats": "The Puffin was built in 1921. Ann Lund sailed the Puffin to Oskerby. It rained.",
    "mill": "The old mill ground oats. Nobody sailed there.",
    "storm": "A storm broke forty windows in Oskerby. The old storm was worse.",
}
QUESTION = "Who sailed the old Puffin to Oskerby?"


@pytest.fixture(scope="module")
def measured(snapshot_of, words):
    snapshot = snapshot_of(**TEXTS)
    query = make_query(QUESTION, snapshot.lexical, words)
    rows = np.arange(len(snapshot.passages))
    return snapshot, query, gather(snapshot, query, rows, snapshot.lexical.scores(query.weights))


def sentences(snapshot):
    return [passage.document_text(span) for passage in snapshot.passages for span in passage.sentences]


def test_cosines(measured, words) -> None:
    """Passages and sentences, by their vectors as the embedder makes them; those of sentences up to rounding."""
    snapshot, query, evidence = measured
    texts = [passage.embedded_text for passage in snapshot.passages]
    assert evidence.dense == pytest.approx(
        [float(words.encode_question(text).vector @ query.encoded.vector) for text in texts], abs=1e-5
    )
    expected = [float(words.encode_question(text).vector @ query.encoded.vector) for text in sentences(snapshot)]
    assert evidence.sentence_dense == pytest.approx(expected, abs=0.01)


def test_bm25_of_sentences(measured) -> None:
    """Robertson and Zaragoza's formula over the candidates' sentences, with the passages' rarity."""
    snapshot, query, evidence = measured
    counted = [terms(text) for text in sentences(snapshot)]
    mean = sum(map(len, counted)) / len(counted)
    known = [term for term in query.variants if term in snapshot.lexical.vocabulary]
    expected = [
        sum(
            snapshot.lexical.idf(term)
            * found.count(term) * (K1 + 1) / (found.count(term) + K1 * (1 - B + B * len(found) / mean))
            for term in known
        )
        for found in counted
    ]  # fmt: skip
    assert evidence.sentence_lexical == pytest.approx(expected, rel=1e-5)


def test_rarity_and_terms(measured) -> None:
    """Each known term's share in the question's rarity, unknown ones included, and where it occurs."""
    snapshot, query, evidence = measured
    rarity = {term: snapshot.lexical.idf(term) for term in query.variants}
    known = [term for term in query.variants if term in snapshot.lexical.vocabulary]
    assert evidence.rarity == pytest.approx([rarity[term] / sum(rarity.values()) for term in known])
    expected = [[term in terms(text) for term in known] for text in sentences(snapshot)]
    assert evidence.has_term.tolist() == expected


def test_max_sim(measured, words) -> None:
    """Khattab and Zaharia's MaxSim: each token of the question with its nearest in the sentence."""
    snapshot, query, evidence = measured
    for row, text in zip(evidence.interaction.sentences, sentences(snapshot), strict=True):
        tokens = words.encode_question(text).tokens
        assert row == pytest.approx((query.encoded.tokens @ tokens.T).max(axis=1), abs=0.02)
    assert evidence.interaction.weights.sum() == pytest.approx(1.0)


def test_answer_types(measured) -> None:
    """A sentence has the form that is asked for where a name stands that the question does not have itself."""
    snapshot, _, evidence = measured
    found = dict(zip(sentences(snapshot), evidence.of_type.tolist(), strict=True))
    assert found["Ann Lund sailed the Puffin to Oskerby."] == 1.0  # Lund; Ann begins the sentence
    assert found["The Puffin was built in 1921."] == 0.0
    assert found["A storm broke forty windows in Oskerby."] == 0.0


def test_phrases(snapshot_of, words) -> None:
    """Pairs side by side count in full, with a word between them half, further apart nothing."""
    texts = {"a": "The red boat sank.", "b": "The red old boat sank.", "c": "The red and very old boat sank."}
    snapshot = snapshot_of(**texts)
    query = make_query("red boat", snapshot.lexical, words)
    evidence = gather(snapshot, query, np.arange(3), snapshot.lexical.scores(query.weights))
    assert evidence.phrase == pytest.approx([1.0, 0.5, 0.0])


def test_windows(measured) -> None:
    """The larger of a sentence's values and the next one's, inside its passage."""
    snapshot, _, evidence = measured
    values = np.arange(len(sentences(snapshot)), dtype=np.float32)[:, None]
    last = np.append(evidence.first[1:], len(values)) - 1
    expected = [
        min(index + 1, end) for end, start in zip(last, evidence.first, strict=True) for index in range(start, end + 1)
    ]
    assert evidence.windows(values)[:, 0].tolist() == expected


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("How many boats sank?", AnswerType.NUMBER), ("What was the number of boats?", AnswerType.NUMBER),
        ("When did it sink?", AnswerType.DATE), ("In which year did it sink?", AnswerType.DATE),
        ("Who sank it?", AnswerType.NAME), ("Which old town burned?", AnswerType.NAME),
        ("Why did it sink?", AnswerType.OTHER), ("What is a boat?", AnswerType.OTHER),
    ],
)  # fmt: skip
def test_what_a_question_asks_for(question: str, form: AnswerType) -> None:
    """By its first words."""
    assert answer_type(question) is form


def test_standardised() -> None:
    """Mean 0 and deviation 1 in each column; 0 where nothing differs."""
    table = np.asarray([[1, 5], [2, 5], [3, 5]], dtype=np.float32)
    scaled = standardised(table)
    assert scaled[:, 0] == pytest.approx([-math.sqrt(1.5), 0, math.sqrt(1.5)])
    assert scaled[:, 1].tolist() == [0, 0, 0]
