"""Which report corrects another, and what of it is quoted."""

import math

import numpy as np
import pytest

from qa.answering.corrections import LONGEST, correcting, correction, may_correct
from qa.answering.pool import FEATURES, Pool
from qa.answering.reading import read
from qa.protocols import ExactSpan, Extraction
from qa.retrieval.retriever import Retriever
from qa.types import Passage, Span

APRIL = "The accident at Loam quarry killed seven workers. The quarry is closed."
MAY = (
    "In April we wrote that seven workers had died at Loam quarry. That was an error. Five had died. "
    "The mayor paid for the funeral."
)


class Finding:
    """An extractor that is sure of the first of some words that a passage has."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, question, passages):
        return [self._extract(passage) for passage in passages]

    def _extract(self, passage):
        word = next((word for word in self.words if word in passage.text), None)
        if word is None:
            even = math.log(1 / len(passage.sentences))
            return Extraction((), tuple(even for _ in passage.sentences), 3.0)
        start = passage.start + passage.text.index(word)
        span = Span(start, start + len(word))
        holds = [s.start <= span.start and span.end <= s.end for s in passage.sentences]
        return Extraction((ExactSpan(span, -0.1),), tuple(-0.01 if held else -6.0 for held in holds), -3.0)


def quoted(snapshot, words, question, *answers):
    retrieval = Retriever(words).retrieve(snapshot, question)
    reading = read(snapshot, retrieval, retrieval.candidates, Finding(*answers))
    return [reading.pool.texts[index] for index in reading.sentences.chosen], reading


def test_what_a_later_report_takes_back_is_not_quoted_alone(snapshot_of, words) -> None:
    """The correction that repeats the answer is quoted, to the sentence that says what is right; nothing is marked."""
    texts, reading = quoted(
        snapshot_of(april=APRIL, may=MAY), words, "How many workers died at Loam quarry?", "seven workers"
    )
    assert texts == [
        "In April we wrote that seven workers had died at Loam quarry.",
        "That was an error.",
        "Five had died.",
    ]
    assert reading.is_structured
    assert reading.exact is None


def test_a_correction_of_something_else_changes_nothing(snapshot_of, words) -> None:
    """It neither repeats the answer nor answers."""
    other = "We wrote that the quarry at Loam belongs to Orlo. That was wrong. It belongs to Weiss."
    texts, reading = quoted(
        snapshot_of(april=APRIL, may=other), words, "How many workers died at Loam quarry?", "seven workers"
    )
    assert texts[0] == "The accident at Loam quarry killed seven workers."
    assert reading.exact is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Our report of 2 March misstated its cost. It was less.", True),
        ("It was not a cigarette, as first reported; the police withdrew that.", True),
        ("The first count was wrong.", True),
        ("The teacher corrected the mistake in the map.", False),
        ("The school was built by mistake on the wrong side of the river.", False),
        ("We reported on the school in May.", False),
    ],
)
def test_words_of_a_correction(text: str, expected: bool) -> None:
    """It speaks of what was said before, and of an error."""
    assert may_correct(Passage("d", 0, 0, len(text), text, (Span(0, len(text)),))) is expected


def block(*texts: str, context: str = "", heading: int | None = None, others: int = 1) -> list[str]:
    """What is quoted of the second of two passages, whose sentences are given."""
    rank = np.asarray([0] * others + [1] * len(texts))
    features = np.zeros((len(rank), len(FEATURES)), dtype=np.float32)
    if heading is not None:
        features[others + heading, FEATURES.index("heading")] = 1
    all_texts = (*["We wrote that it was wrong."] * others, *texts)
    none = np.zeros((len(rank), 1), dtype=bool)
    spans = tuple(Span(9 * i, 9 * i + 5) for i in range(len(rank)))
    pool = Pool(
        rows=rank, ordinals=rank, spans=spans, texts=all_texts, features=features, has_term=none,
        covers_most=none[:, 0], fills_lines=none[:, 0], rank=rank,
    )  # fmt: skip
    return [all_texts[index] for index in correction(pool, 1, context)]


@pytest.mark.parametrize(
    ("texts", "length", "first"),
    [
        (["We wrote seven.", "That was wrong.", "It was five.", "It rained."], 3, 0),
        (["It rained.", "We wrote seven by mistake.", "It was five.", "It snowed."], 2, 1),
        (["We wrote seven.", "It rained.", "That was wrong.", "It was five."], 0, 0),
        (["We wrote seven.", "That was wrong, since it was five that had died there after all."], 2, 0),
        (["We wrote seven.", "That was wrong, since it was five that had died there after all.", "It rained."], 2, 0),
        (["It was five.", "We wrote seven by mistake."], 1, 1),
        (["That was wrong.", "It rained."], 0, 0),
        (["It rained."], 0, 0),
    ],
)
def test_what_corrects(texts: list[str], length: int, first: int) -> None:
    """From the first cue on; with the sentence that says what is right, where the last cue is short or alone."""
    assert block(*texts) == texts[first : first + length]


def test_where_a_correction_is_announced() -> None:
    """The title may say that it is one; headings are no sentences of it, and other passages none either."""
    assert block("We wrote seven.", "It was five.", context="A correction") == ["We wrote seven.", "It was five."]
    assert block("We wrote seven by mistake.", "It was five.", heading=0) == []
    assert block("We wrote seven by mistake.", "It was five.", heading=1) == ["We wrote seven by mistake."]
    long = ["We wrote that this was an error."] * 9
    assert block(*long) == long[:LONGEST]


def test_corrections_that_are_on_topic(snapshot_of, words) -> None:
    """They say enough of what is asked, in whichever of their sentences."""
    snapshot = snapshot_of(a="It rained. We wrote that the quarry at Loam was closed. It was wrong.", b=MAY, c=APRIL)
    retrieval = Retriever(words).retrieve(snapshot, "quarry Loam")
    candidates = sorted(retrieval.candidates, key=lambda candidate: candidate.row)
    assert correcting(snapshot, retrieval.evidence, candidates) == [0, 1]
    assert correcting(snapshot, retrieval.evidence, candidates[::-1]) == [1, 2]
    elsewhere = Retriever(words).retrieve(snapshot, "mayor funeral paid")
    candidates = sorted(elsewhere.candidates, key=lambda candidate: candidate.row)
    assert correcting(snapshot, elsewhere.evidence, candidates) == [1]
