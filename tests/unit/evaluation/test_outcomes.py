"""What one question came back with, judged by its gold, on made-up answers."""

import pytest
from extractions import Saying

from qa.answering.answerer import Answerer
from qa.evaluation.baselines import fuse_ranks
from qa.evaluation.datasets import Dataset, GoldQuestion
from qa.evaluation.run import ask_all, holds_answer, is_relevant, rank_all
from qa.retrieval.retriever import Retriever
from qa.types import Hit, Span

BOATS = "The Puffin was built in 1921. Ann Lund sailed the Puffin to Oskerby."
TEXTS = {"boats": BOATS, "mill": "The old mill ground oats.", "storm": "A storm broke forty windows in Oskerby."}
GOLD = GoldQuestion(
    "q", "When was the Puffin built?", answerable=True, answers=("1921",), document_id="boats.txt",
    span=Span(24, 28), relevant={"boats.txt": 1},
)  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


@pytest.fixture(scope="module")
def passage(snapshot):
    return snapshot.passages[0]


def asked(snapshot, words, gold, answer="in 1921"):
    answerer = Answerer(Retriever(words), extractor=Saying(answer))
    [outcome] = ask_all(Dataset("set", (), (gold,)), snapshot, answerer)
    return outcome


def test_a_right_answer(snapshot, words) -> None:
    """Its passage is first, its sentence is marked and quoted, and the exact words are compared with the gold ones."""
    outcome = asked(snapshot, words, GOLD)
    assert [outcome.hit, outcome.recall, outcome.reciprocal_rank, outcome.ndcg] == [1.0] * 4
    assert [outcome.answer_in_1, outcome.answer_in_5, outcome.sentence] == [True, True, True]
    assert outcome.span_f1 == pytest.approx(2 * 4 / (29 + 4))
    assert outcome.exact_f1 == pytest.approx(2 / 3)  # "in 1921" of "1921"
    assert outcome.answered == outcome.quoted
    assert outcome.words == (6 if outcome.answered else None)
    assert outcome.ms > 0
    assert outcome.searched_for == GOLD.text


def test_a_wrong_document(snapshot, words) -> None:
    """The gold is in a passage that is ranked second at best, and not in what is marked."""
    gold = GoldQuestion("q", GOLD.text, answerable=True, answers=("oats",), relevant={"mill.txt": 1})
    outcome = asked(snapshot, words, gold)
    assert [outcome.hit, outcome.recall, outcome.sentence, outcome.quoted] == [0.0, 1.0, False, False]
    assert [outcome.answer_in_1, outcome.answer_in_5] == [False, True]
    ranked = [candidate.row for candidate in Retriever(words).retrieve(snapshot, GOLD.text).candidates]
    assert outcome.reciprocal_rank == 1 / (1 + ranked.index(1))
    assert outcome.span_f1 is outcome.exact_f1 is None


def test_nothing_to_find(snapshot, words) -> None:
    """Of a question without an answer only the refusal is measured."""
    outcome = asked(snapshot, words, GoldQuestion("q", "Who paid the smith?", answerable=False), "")
    measures = [outcome.hit, outcome.recall, outcome.ndcg, outcome.sentence, outcome.span_f1, outcome.quoted]
    assert measures == [None] * 6
    assert outcome.answerable is False


@pytest.mark.parametrize(
    ("gold", "relevant"),
    [
        (GoldQuestion("q", "?", answerable=True, relevant={"boats.txt": 1}), True),
        (GoldQuestion("q", "?", answerable=True, relevant={"mill.txt": 1}), False),
        (GoldQuestion("q", "?", answerable=True, relevant={"boats.txt": 0}), False),
        (
            GoldQuestion("q", "?", answerable=True, document_id="boats.txt", span=Span(60, 80), whole_article=True),
            False,
        ),
        (GoldQuestion("q", "?", answerable=True, document_id="boats.txt", span=Span(60, 76), whole_article=True), True),
        (GoldQuestion("q", "?", answerable=True, document_id="mill.txt", span=Span(0, 9), whole_article=True), False),
    ],
)
def test_relevant_passages(passage, gold: GoldQuestion, relevant: bool) -> None:
    """The document is relevant; of a long one the passage with at least half of the answer."""
    assert len(BOATS) == 68
    assert is_relevant(gold, passage) is relevant


@pytest.mark.parametrize(
    ("gold", "text", "held"),
    [
        (GoldQuestion("q", "?", answerable=True, answers=("the Puffin",)), "A puffin!", True),
        (GoldQuestion("q", "?", answerable=True, sentences=("Ann Lund sailed.",)), "So Ann Lund sailed.", True),
        (GoldQuestion("q", "?", answerable=True, sentences=("Then Ann Lund sailed.",)), "Ann Lund sailed", True),
        (GoldQuestion("q", "?", answerable=True, sentences=("Ann Lund sailed.",)), "...", False),
        (GoldQuestion("q", "?", answerable=True, sentences=("It sank.",), answers=("sailed",)), "She sailed.", False),
        (
            GoldQuestion("q", "?", answerable=True, sentences=("It sank.",), answers=("sailed",), span=Span(0, 1)),
            "She sailed.",
            True,
        ),
    ],
)
def test_texts_that_hold_an_answer(gold: GoldQuestion, text: str, held: bool) -> None:
    """Its words, or a gold sentence in whole or in part; where only sentences are known, words do not do."""
    assert holds_answer(gold, "boats.txt", 0, len(text), text) is held


def test_baselines_are_measured_alike(snapshot) -> None:
    """A baseline's order is judged; it marks nothing, and refuses nothing."""
    [outcome] = rank_all(Dataset("set", (), (GOLD,)), snapshot, lambda *_: [1, 0, 2])
    assert [outcome.hit, outcome.recall, outcome.reciprocal_rank] == [0.0, 1.0, 0.5]
    assert [outcome.answer_in_1, outcome.answer_in_5, outcome.sentence] == [False, True, None]
    assert not outcome.answered


def test_reciprocal_rank_fusion() -> None:
    """The sum of 1 / (60 + rank); ties by row."""
    first, second = ([Hit(row, 0.0) for row in rows] for rows in ((5, 1, 2), (2, 5, 7)))
    assert fuse_ranks(first, second) == [5, 2, 1, 7]
    assert fuse_ranks([Hit(9, 1.0)], [Hit(3, 1.0)]) == [3, 9]
