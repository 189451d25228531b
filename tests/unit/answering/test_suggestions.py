"""Questions that a corpus answers: the patterns that ask them, and which are kept."""

import threading
from dataclasses import replace

import pytest

from qa.answering import suggestions as module
from qa.answering.suggestions import Suggestions, candidates, neighbouring, suggest
from qa.errors import IndexMissing, TooBusy
from qa.types import Answer, Band, Citation, Confidence, RankedPassage

TEXTS = {
    "a": "The old mill was built in 1921. It rained. Anna Petri was born in Tarn.",
    "b": "Martial law was declared by Beijing on May 20. Until 3 June 1989 it stayed.",
    "c": "Nobody came.",
}


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Martial law was declared by Beijing on May 20.",
         ["When was martial law declared by Beijing?", "What happened on May 20?"]),
        ("The old mill was built in 1921.", ["When was the old mill built?"]),
        ("Oskerby Mill was built in May 1921.", ["When was Oskerby Mill built?"]),
        ("Puffins were sent in 1921.", ["When were Puffins sent?"]),
        ("Old puffins were sent in 1921.", ["When were old puffins sent?"]),
        ("NATO ships were sent in 1921.", ["When were NATO ships sent?"]),
        ("Lund sisters were sent in 1921, said Lund sisters.", ["When were Lund sisters sent?"]),
        ("Red Lund sisters were sent in 1921, as Red Lund said.",
         ["When were Red Lund sisters sent?", "Who is Red Lund?"]),
        ("It was built in 1921.", []),
        ("The mill which was old was built in 1921.", []),
        ("The mill was built and sold in 1921.", []),
        ("Until 3 June 1989 it stayed.", ["What happened on 3 June 1989?"]),
        ("By 3 Junes it stayed.", []),
        ("Anna Petri said so, and Karl B. Weiss wrote it.", ["Who is Anna Petri?", "Who is Karl B. Weiss?"]),
        ("The Lund said so.", []),
        ("Anna Petri sang.", []),
    ],
)  # fmt: skip
def test_patterns(text: str, questions: list[str]) -> None:
    """A passive with a date, a day, a name that speaks or acts; subjects that point elsewhere ask nothing."""
    made = list(candidates(text, "a.txt"))
    assert [candidate.question for candidate in made] == questions
    assert all((candidate.sentence, candidate.document_id) == (text, "a.txt") for candidate in made)


def test_what_has_to_be_quoted() -> None:
    """The date; of a person a sentence that says who it is, not only what this person did."""
    when, what = candidates("Law was declared on May 20.", "a")
    assert (when.key, when.proof) == (what.key, what.proof) == ("May 20", r"May\ 20")
    [who] = candidates("Anna Petri said so.", "a")
    assert who.key == "Anna Petri"
    assert who.proof == r"Anna\ Petri(?:,| is\b| was\b| \()"


class Answering:
    """Answers each question with the sentence that has a word, as surely as it is told to."""

    def __init__(self, snapshot, words, band=Band.HIGH) -> None:
        self.snapshot, self.words, self.band = snapshot, words, band
        self.asked: list[str] = []

    def __call__(self, question: str) -> Answer:
        self.asked.append(question)
        word, probability = self.words.get(question, ("", 0.0))
        citations = tuple(
            Citation(1, self.snapshot.document_of(row), passage, span, "", "", "", "")
            for row, passage in enumerate(self.snapshot.passages)
            for span in passage.sentences
            if word and word in passage.document_text(span)
        )
        band = self.band if citations else Band.LOW
        return Answer(question, question, (), Confidence(band, probability), (), citations, (), (), {})


MILL, LAW, DAY = "When was the old mill built?", "When was martial law declared by Beijing?", "What happened on May 20?"
RIGHT = {MILL: ("1921", 0.7), LAW: ("Martial", 0.9), "Who is Anna Petri?": ("Petri", 0.8)}


def test_the_surest_are_suggested(snapshot) -> None:
    """Only questions that are answered with the sentence that they come from, the most probable first."""
    ask = Answering(snapshot, RIGHT)
    assert suggest(snapshot, ask) == (LAW, "Who is Anna Petri?", MILL)[:3]
    assert set(ask.asked) == {MILL, LAW, DAY, "Who is Anna Petri?", "What happened on 3 June 1989?"}
    assert len(ask.asked) == 5
    assert suggest(snapshot, Answering(snapshot, RIGHT), 1) == (LAW,)
    assert suggest(snapshot, Answering(snapshot, RIGHT, Band.MEDIUM)) == (LAW, "Who is Anna Petri?", MILL)


def test_what_is_not_suggested(snapshot) -> None:
    """An answer of low confidence, another sentence, or a sentence without what was asked for."""
    assert suggest(snapshot, Answering(snapshot, RIGHT, Band.LOW)) == ()
    assert suggest(snapshot, Answering(snapshot, {MILL: ("rained", 0.9)})) == ()
    assert suggest(snapshot, Answering(snapshot, {})) == ()


def test_documents_have_equal_shares(snapshot) -> None:
    """Of three documents and two questions, one of each; nothing is asked twice about the same."""
    assert suggest(snapshot, Answering(snapshot, RIGHT), 2) == (LAW, "Who is Anna Petri?")
    both = {LAW: ("Martial", 0.9), DAY: ("Martial", 0.8)}
    assert suggest(snapshot, Answering(snapshot, both), 9) == (LAW,)


def test_no_more_are_asked_than_allowed(monkeypatch, snapshot) -> None:
    """However many there are; documents are evenly spaced, and each has its share of passages."""
    monkeypatch.setattr(module, "MAX_ASKED", 2)
    ask = Answering(snapshot, RIGHT)
    suggest(snapshot, ask)
    assert len(ask.asked) == 2
    monkeypatch.setattr(module, "MAX_DOCUMENTS", 1)
    ask = Answering(snapshot, RIGHT)
    suggest(snapshot, ask)
    assert set(ask.asked) <= {MILL, "Who is Anna Petri?"}
    monkeypatch.setattr(module, "MAX_PASSAGES", 0)
    assert suggest(snapshot, Answering(snapshot, RIGHT)) == ()


def refusal(snapshot, *rows: int) -> Answer:
    answer = Answering(snapshot, {})("?")
    ranked = tuple(
        RankedPassage(rank, snapshot.passages[row], snapshot.document_of(row), 0.0, {}, (), cited=False)
        for rank, row in enumerate(rows, start=1)
    )
    return replace(answer, passages=ranked)


def test_questions_beside_a_refusal(monkeypatch, snapshot) -> None:
    """About the nearest passages, in their order; no more than wanted are asked."""
    ask = Answering(snapshot, RIGHT)
    assert neighbouring(snapshot, refusal(snapshot, 1, 0), ask, 2) == (LAW, "Who is Anna Petri?")
    assert neighbouring(snapshot, refusal(snapshot, 0), Answering(snapshot, RIGHT), 1) == (MILL,)
    assert neighbouring(snapshot, refusal(snapshot, 2), Answering(snapshot, RIGHT)) == ()
    first = Answering(snapshot, RIGHT)
    neighbouring(snapshot, refusal(snapshot, 0), first, 1)
    assert first.asked == [MILL]
    monkeypatch.setattr(module, "MAX_ASKED_NEARBY", 1)
    assert neighbouring(snapshot, refusal(snapshot, 0, 1), Answering(snapshot, RIGHT), 2) == (MILL,)


def finished() -> None:
    for thread in threading.enumerate():
        if thread.name == "suggestions":
            thread.join()


def test_they_are_found_in_the_background(monkeypatch, snapshot) -> None:
    """Nothing at first; then what was found, once for each snapshot; a busy service is asked again."""
    rests: list[float] = []
    monkeypatch.setattr(module.time, "sleep", rests.append)
    monkeypatch.setattr(module.time, "monotonic", lambda: 7.0)
    answer, busy = Answering(snapshot, RIGHT), [True]

    def ask(question: str) -> Answer:
        if busy and busy.pop():
            raise TooBusy("later")
        return answer(question)

    found = Suggestions(ask)
    found.of(snapshot)
    finished()
    assert found.of(snapshot) == (LAW, "Who is Anna Petri?", MILL)
    assert rests == [module.GIVE_WAY_S, *[0.0] * 5]
    asked = len(answer.asked)
    found.of(snapshot)
    finished()
    assert len(answer.asked) == asked


def test_a_snapshot_that_has_gone(snapshot) -> None:
    """Nothing is suggested of it."""

    def ask(question: str) -> Answer:
        raise IndexMissing("gone")

    found = Suggestions(ask)
    assert found.of(snapshot) == ()
    finished()
    assert found.of(snapshot) == ()


def test_a_search_that_is_closed(snapshot) -> None:
    """The question that is under way is waited for, no other one is asked, and nothing is suggested."""
    began, goes_on = threading.Event(), threading.Event()
    answer, asked = Answering(snapshot, RIGHT), []

    def ask(question: str) -> Answer:
        asked.append(question)
        began.set()
        assert goes_on.wait(10)
        return answer(question)

    found = Suggestions(ask)
    found.of(snapshot)
    assert began.wait(10)
    threading.Timer(0.02, goes_on.set).start()
    found.close()
    assert (len(asked), found.of(snapshot)) == (1, ())
    assert not any(thread.name == "suggestions" for thread in threading.enumerate())
