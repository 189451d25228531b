"""Which passage is quoted, and from which sentence, when an extractor has read the first ones: on made-up scores."""

import math

import pytest

from qa.answering.reading import choose
from qa.protocols import ExactSpan, Extraction
from qa.types import Candidate, Span


def candidate(row, score, *sentence_scores):
    return Candidate(row, score, {}, sentence_scores)


def extraction(no_answer, *sentences, span=None):
    spans = () if span is None else (ExactSpan(Span(0, 1), math.log(span)),)
    return Extraction(spans, tuple(math.log(p) for p in sentences), no_answer)


def test_the_passage_that_says_the_answer_is_quoted():
    """Of passages ranked alike, the one is quoted in which the extractor finds the answer."""
    reading = choose(
        [candidate(4, 1.0, 0.0, 0.0), candidate(7, 0.9, 0.0, 0.0)],
        [extraction(5.0, 0.5, 0.5), extraction(-5.0, 0.1, 0.9, span=0.8)],
    )
    assert reading.candidate.row == 7
    assert reading.features["says"] == pytest.approx(0.5)
    assert reading.features["says_sentence"] == pytest.approx(0.9)
    assert reading.features["says_span"] == pytest.approx(0.8)
    assert reading.features["says_also"] == pytest.approx(1 / (1 + math.exp(5)))
    assert reading.features["says_later"] == 1.0


def test_the_first_passage_wins_a_tie():
    """Two passages that say it equally surely are quoted in the order in which they are ranked."""
    reading = choose([candidate(1, 2.0, 0.0), candidate(2, 2.0, 0.0)], [extraction(-3.0, 1.0), extraction(-3.0, 1.0)])
    assert reading.candidate.row == 1
    assert reading.features["says_later"] == 0.0
    assert reading.features["says_span"] == 0.0


def test_rank_decides_where_reading_does_not():
    """A passage far ahead in the ranking is not left for one that is read only slightly better."""
    reading = choose([candidate(1, 9.0, 0.0), candidate(2, 1.0, 0.0)], [extraction(-2.0, 1.0), extraction(-2.5, 1.0)])
    assert reading.candidate.row == 1


def test_both_scorers_choose_the_sentence():
    """The extractor decides between sentences; the fitted score decides where the extractor is even."""
    even = choose([candidate(1, 0.0, 0.0, 3.0)], [extraction(0.0, 0.5, 0.5)])
    assert even.candidate.sentence_scores[1] > even.candidate.sentence_scores[0]
    read = choose([candidate(1, 0.0, 0.0, 1.0)], [extraction(0.0, 0.9, 0.1)])
    assert read.candidate.sentence_scores[0] > read.candidate.sentence_scores[1]


def test_the_read_passage_comes_before_the_others():
    """What is quoted is put first for the confidence and the sentences; every other candidate stays, in order."""
    candidates = [candidate(1, 3.0, 0.0), candidate(2, 2.0, 0.0), candidate(3, 1.0, 0.0)]
    reading = choose(candidates, [extraction(9.0, 1.0), extraction(-9.0, 1.0), extraction(9.0, 1.0)])
    assert [each.row for each in reading.first_of(candidates)] == [2, 1, 3]
