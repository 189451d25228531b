"""What a reading says for and against an answer, and what is read, on made-up extractions."""

import math

import numpy as np
import pytest
from extractions import Saying
from scipy.special import expit, softmax

from qa.answering.contrast import Contrast
from qa.answering.pool import FEATURES, Pool
from qa.answering.reading import EXACT, READ, ROW, SURE, WEIGHTS, Reading, probabilities, read
from qa.answering.windows import Sentences
from qa.protocols import ExactSpan, Extraction
from qa.retrieval.query import plain_query
from qa.retrieval.retriever import Retriever
from qa.types import Candidate, Span

FIRST = ("The Puffin was built in 1921.", "It rained.")
SECOND = ("She was built in 1921 or later.", "Nobody saw her.")


def pool(chances_of: tuple[str, ...] = (*FIRST, *SECOND)) -> Pool:
    """Two sentences of each of two passages; the second passage begins at offset 100 of its document."""
    spans = []
    for rank, texts in enumerate((FIRST, SECOND)):
        start = 100 * rank
        for text in texts:
            spans.append(Span(start, start + len(text)))
            start += len(text) + 1
    rank = np.asarray([0, 0, 1, 1])
    none = np.zeros((4, 1), dtype=bool)
    features = np.arange(4 * len(FEATURES), dtype=np.float32).reshape(4, -1) / 100
    return Pool(
        rows=rank, ordinals=np.asarray([0, 1, 0, 1]), spans=tuple(spans), texts=chances_of, features=features,
        has_term=none, covers_most=none[:, 0], rank=rank, fills_lines=none[:, 0],
    )  # fmt: skip


def exact(rank: int, words: str, score: float) -> ExactSpan:
    text = (FIRST, SECOND)[rank][0]
    start = 100 * rank + text.index(words)
    return ExactSpan(Span(start, start + len(words)), score)


def reading(best: int = 0, chosen: tuple[int, ...] = (0,), first=(), second=(), no_answer=(-3.0, 1.0), **changes):
    extractions = tuple(
        Extraction(spans, (-0.2, -4.0), value) for spans, value in zip((first, second), no_answer, strict=True)
    )
    candidates = (Candidate(7, 2.0, {}, (0.0, 0.0)), Candidate(3, 1.0, {}, (0.0, 0.0)))
    contrast = Contrast((), (), (), (), 0)
    chances = np.asarray([0.5, 0.1, 0.3, 0.1])
    return Reading(candidates, pool(), chances, Sentences(best, chosen), extractions, contrast, **changes)


def odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def test_whose_sentence_it_is() -> None:
    """The passage of the best sentence, its number there, and the probability of that passage's sentences."""
    first, second = reading(best=1), reading(best=2)
    assert (first.candidate.row, first.ordinal, first.share) == (7, 1, pytest.approx(0.6))
    assert (second.candidate.row, second.ordinal, second.share) == (3, 0, pytest.approx(0.4))


def test_exact_words() -> None:
    """The most probable span inside the best sentence, where it is sure enough and not taken back."""
    spans = (exact(0, "in 1921", -0.4), exact(0, "1921", -0.1), ExactSpan(Span(25, 33), -0.01))
    assert reading(first=spans).exact == spans[1]
    assert reading(first=spans[:1]).exact == spans[0]
    assert reading(best=1, chosen=(1,), first=spans).exact is None
    assert reading().exact is None
    assert reading(first=(exact(0, "1921", math.log(EXACT) - 0.01),)).exact is None
    assert reading(first=(exact(0, "1921", math.log(EXACT) + 1e-9),)).exact is not None
    assert reading(first=spans, taken_back=frozenset({"1921"})).exact is None
    assert reading(first=spans, taken_back=frozenset({"1920"})).exact == spans[1]
    assert reading(best=2, second=(exact(1, "1921", -0.1),)).exact == exact(1, "1921", -0.1)


def test_features(words) -> None:
    """Each number by its formula."""
    query = plain_query("When was the Puffin built?", words)
    spans = {"first": (exact(0, "in 1921", -0.2),), "second": (exact(1, "1921", -0.3),)}
    features = reading(chosen=(0, 1), **spans).features(query)
    same = expit(-1.0) * math.exp(-0.3)
    expected = {
        "says": 0.3, "sentence_odds": odds(math.exp(-0.2)), "says_also": expit(-1.0), "also_odds": -1.0,
        "same_odds": odds(same), "answer_words": math.log1p(2), "typed": 1.0, "quoted": 0.6, "chosen_odds": 0.0,
        "later": 0.0, "number_missing": 0.0, "negated": None,
    }  # fmt: skip
    for name, value in expected.items():
        assert (features.get(name) if value is None else features[name]) == (
            None if value is None else pytest.approx(value, abs=1e-6)
        )
    later = reading(best=2, chosen=(2,), **spans).features(query)
    assert (later["later"], later["says"], later["says_also"]) == (1.0, -0.1, pytest.approx(expit(3.0)))
    assert later["chosen_odds"] == pytest.approx(odds(0.3))
    unread = reading().features(query)
    assert (unread["answer_words"], unread["typed"], unread["same_odds"]) == (0.0, 0.0, pytest.approx(odds(SURE)))


@pytest.mark.parametrize(("no_answer", "says"), [(-25.0, 1.0), (25.0, -1.0), (-7.0, 0.7)])
def test_log_odds_are_bounded(words, no_answer: float, says: float) -> None:
    """Ten times as much says no more."""
    query = plain_query("When?", words)
    assert reading(no_answer=(no_answer, 1.0)).features(query)["says"] == pytest.approx(says)


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("in 1921", "in 1921 or later", True), ("built in 1921", "1921", True), ("1921", "in 1921 or later", True),
        ("The Puffin was built", "1921", False), ("Puffin", "built in 1921", False),
    ],
)  # fmt: skip
def test_the_same_words_of_another_passage(words, first: str, second: str, counts: bool) -> None:
    """They share half of the words of the shorter answer."""
    query = plain_query("When?", words)
    made = reading(first=(exact(0, first, -0.2),), second=(exact(1, second, 0.0),)).features(query)
    assert made["same_odds"] == pytest.approx(-1.0 if counts else odds(SURE))


def test_probabilities() -> None:
    """The softmax of the weighted features, by name."""
    made = pool()
    weights = np.asarray([WEIGHTS[name] for name in FEATURES], dtype=np.float32)
    assert probabilities(made) == pytest.approx(softmax(made.features @ weights), rel=1e-5)


def read_of(snapshot, words, question: str, said: str = ""):
    retrieval = Retriever(words).retrieve(snapshot, question)
    extractor = Saying(said)
    return retrieval, read(snapshot, retrieval, retrieval.candidates, extractor), extractor


def test_what_is_named_is_read_first(snapshot_of, words) -> None:
    """A passage beyond the third is read in the stead of the last, when it has the row that the question names."""
    others = {f"o{number}": f"Weeks for red willow, again weeks for red willow {number}." for number in range(4)}
    snapshot = snapshot_of(**others, wood="Wood | Weeks | Price\n\nAsh | 13 | 32\n\nRed willow | 46 | 98")
    retrieval, made, extractor = read_of(snapshot, words, "How many weeks for red willow?")
    ranked = [snapshot.passages[c.row].document_id for c in retrieval.candidates]
    assert ranked.index("wood.txt") >= READ
    assert extractor.read == ["wood.txt", *ranked[: READ - 1]]
    assert made.pool.texts[made.sentences.best] == "Red willow | 46 | 98"
    assert made.probabilities[made.sentences.best] > ROW
    assert made.probabilities.sum() == pytest.approx(1.0)
    assert made.is_structured


def test_several_things(snapshot_of, words) -> None:
    """All sentences that say what is asked are quoted, and it is told whether others say as much."""
    text = "Ann sailed the Puffin. Eva sailed the Puffin."
    _, whole, _ = read_of(snapshot_of(a=text, b="It rained."), words, "Who sailed the Puffin?")
    assert [whole.pool.texts[index] for index in whole.sentences.chosen] == [
        "Ann sailed the Puffin.", "Eva sailed the Puffin.",
    ]  # fmt: skip
    assert whole.complete is True
    many = {f"d{number}": text for number in range(4)}
    _, part, _ = read_of(snapshot_of(**many, b="It rained."), words, "Who sailed the Puffin?")
    assert len(part.sentences.chosen) > 1
    assert part.complete is False
    _, single, _ = read_of(snapshot_of(a="Ann sailed the Puffin.", b="It rained."), words, "Who sailed the Puffin?")
    assert single.complete is None
    _, why, _ = read_of(snapshot_of(a=text, b="It rained."), words, "Why sail the Puffin?")
    assert why.complete is None
