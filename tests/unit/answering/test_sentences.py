"""Which sentences of the first passage are quoted where no extractor reads them."""

import math

import pytest

from qa.answering.sentences import ALSO, MAX_SENTENCES, choose_sentences, probabilities
from qa.types import Candidate

TEXT = "The ferry was built in Oskerby. She carried twelve cars. The mill was closed. They ground oats. He left."


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(a="Nobody came.", b=TEXT)


def chosen(snapshot, *shares: float) -> list[str]:
    """The quoted sentences, where each is the answer with that probability."""
    scores = tuple(math.log(share) + 2 for share in shares)
    candidates = [Candidate(1, 2.0, {}, scores), Candidate(0, 1.0, {}, (9.0,))]
    sentences = choose_sentences(snapshot, candidates)
    assert {row for row, _ in sentences} <= {1}
    return [snapshot.passages[row].document_text(span) for row, span in sentences]


@pytest.mark.parametrize(
    ("shares", "quoted"),
    [
        ((0.9, 0.02, 0.04, 0.02, 0.02), [0]),
        ((0.02, 0.02, 0.9, 0.04, 0.02), [2]),
        ((0.6, 0.02, 0.34, 0.02, 0.02), [0, 2]),
        ((0.4, 0.02, 0.28, 0.02, 0.28), [0, 2]),  # never a third for its probability
        ((0.78, 0.02, ALSO - 0.04, 0.02, 0.02), [0]),
        ((0.02, 0.92, 0.02, 0.02, 0.02), [0, 1]),
        ((0.02, 0.02, 0.02, 0.9, 0.04), [2, 3]),
        ((0.5, 0.02, 0.02, 0.44, 0.02), [0, 2, 3]),
        ((0.02, 0.5, 0.02, 0.44, 0.02), [0, 1, 3]),  # three at most
        ((0.3, 0.3, 0.3, 0.05, 0.05), [0, 1]),
    ],
)
def test_what_is_quoted(snapshot, shares, quoted) -> None:
    """The best, a second with at least that probability, and what stands before a pronoun, in the order of the text."""
    sentences = [TEXT[span.start : span.end] for span in snapshot.passages[1].sentences]
    assert chosen(snapshot, *shares) == [sentences[index] for index in quoted]
    assert len(quoted) <= MAX_SENTENCES


def test_a_first_sentence_has_none_before_it(snapshot_of) -> None:
    """A pronoun that begins the passage points out of it."""
    snapshot = snapshot_of(a="She left. It rained.")
    [(row, span)] = choose_sentences(snapshot, [Candidate(0, 1.0, {}, (5.0, 0.0))])
    assert (row, span.start) == (0, 0)


def test_nothing_was_found(snapshot) -> None:
    """Without candidates nothing is quoted."""
    assert choose_sentences(snapshot, []) == []


def test_probabilities() -> None:
    """Shares of the exponentials, also of scores that are too large for one."""
    assert probabilities([0.0, math.log(3)]) == pytest.approx([0.25, 0.75])
    assert probabilities([1000.0, 1000.0]) == pytest.approx([0.5, 0.5])
