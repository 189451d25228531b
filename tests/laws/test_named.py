"""What a question quotes or rarely names stays among the first three; a text that comes twice is listed once."""

import numpy as np
import pytest

from qa.types import Filters, Question

FILLER = (
    "The minister spoke about the harbour budget. The harbour budget was discussed by the minister at length. "
    "Everyone praised what the minister had said about the harbour budget."
)


@pytest.fixture
def ask(indexer_for, service_for, tmp_path):
    """Answers a question from texts by name."""

    def answer(texts, question, **fields):
        corpus = tmp_path / "corpus"
        corpus.mkdir()
        for name, text in texts.items():
            (corpus / name).write_text(text, "utf-8")
        indexer_for(corpus, tmp_path / "index").build()
        service = service_for(tmp_path / "index")
        service.open()
        return service.ask(Question(question, **fields)).answer

    return answer


def crowd(count):
    """Articles that speak of what is asked, each in words of its own."""
    return {f"{n:02}.txt": f"Report {n}. {FILLER} Item {n * 7919} followed." for n in range(count)}


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("Grain left in the year of two\nsprings by cart.", "What did he say of “the Year of two springs”?"),
        ("A clerk called Qvistgaard kept it.", "What did the minister say to Qvistgaard about the harbour budget?"),
        ("Case 88417 was closed without a word.", "What did the minister say about the harbour budget in case 88417?"),
    ],
    ids=["quotation", "name", "number"],
)  # fmt: skip
def test_what_is_named_is_in_the_first_three(ask, said, question):
    """The one passage that says it verbatim is among the first three, beside sixty that fit the rest better."""
    answer = ask(crowd(60) | {"named.txt": said}, question, top_k=5)
    assert "named.txt" in [ranked.document.id for ranked in answer.passages[:3]]
    scores = [ranked.score for ranked in answer.passages]
    assert scores == sorted(scores, reverse=True)


def test_without_the_floor_it_would_fall_out(ask, monkeypatch):
    """The fault that the floor is there for happens: without it the quotation is not among the first three."""
    monkeypatch.setattr("qa.answering.answerer.lift", lambda snapshot, query, candidates: list(candidates))
    monkeypatch.setattr("qa.retrieval.retriever.holders", lambda *arguments: np.zeros(0, np.int64))
    said = {"named.txt": "Grain left in the year of two springs by cart."}
    answer = ask(crowd(60) | said, "What did the minister say about the harbour budget in “the year of two springs”?")
    assert "named.txt" not in [ranked.document.id for ranked in answer.passages[:3]]


def test_a_filter_holds_for_what_is_named(ask):
    """A document that the filter leaves out does not come back because it is named."""
    filters = Filters(document_ids=("00.txt", "01.txt"))
    answer = ask(crowd(3) | {"named.txt": "Qvistgaard kept it."}, "Who was the Qvistgaard?", filters=filters)
    assert {ranked.document.id for ranked in answer.passages} == {"00.txt", "01.txt"}


def test_a_text_that_comes_twice_is_listed_once(ask):
    """Copies of the first passage are named with it, and the places after it go to other texts."""
    copy = "Xu Jiatun flew to San Francisco on the first of May, and nobody at the airport knew his name."
    texts = {"a.txt": copy, "b.txt": copy + " ", "c.txt": copy.upper(), "d.txt": "Jia Jia flew to Seoul in October."}
    answer = ask(texts, "When did Xu Jiatun fly to San Francisco?")
    assert [ranked.document.id for ranked in answer.passages] == ["a.txt", "d.txt"]
    assert sorted(p.document_id for p in answer.passages[0].repeated_in) == ["b.txt", "c.txt"]
    assert [ranked.rank for ranked in answer.passages] == [1, 2]


@pytest.mark.parametrize("fact", ["1991", "Rotterdam", "seven"])
def test_a_changed_fact_is_no_copy(ask, fact):
    """Texts that differ in a number or a name are both listed, however alike they are; in another word, once."""
    filler = " ".join(FILLER for _ in range(2))
    texts = {
        name: f"{filler} In the end it was given to {what}." for name, what in (("a.txt", "Harwich"), ("b.txt", fact))
    }
    assert len(ask(texts, "What was the budget of the harbour?").passages) == 2


def test_a_changed_word_is_a_copy(ask):
    """An edit that changes no fact makes no new text."""
    more = "Nobody else in town had heard of such matters before, and few would ever hear of them again."
    texts = {f"{verb}.txt": f"{FILLER} {more} It {verb}." for verb in ("ended", "closed")}
    assert len(ask(texts, "What was the budget of the harbour?").passages) == 1
