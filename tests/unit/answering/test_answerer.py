"""From candidates to an answer: what is cited, marked and listed, and which form of a follow-up answers."""

from dataclasses import replace

import numpy as np
import pytest
from extractions import Saying

from qa.answering import answerer as module
from qa.answering.answerer import CONTEXT_CHARACTERS, RERANK_DEPTH, Answerer, unmatched_terms
from qa.answering.confidence import Assessment
from qa.retrieval.evidence import Meanings
from qa.retrieval.retriever import Retriever
from qa.retrieval.translation import Translation
from qa.types import (
    Band,
    Confidence,
    Difference,
    ExactAnswer,
    Filters,
    Highlight,
    HighlightKind,
    Question,
    Reason,
    Span,
)

BOATS = f"{'It rained all day long. ' * 4}The Puffin was built in 1921 by Ann Lund. She sailed to Oskerby."
TEXTS = {"boats": BOATS, "mill": "The old mill ground oats.", "storm": "A storm broke forty windows in Oskerby."}
BUILT = "The Puffin was built in 1921 by Ann Lund."
QUESTION = "When was the Puffin built?"


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


@pytest.fixture
def judged(monkeypatch):
    """Answers are as sure as they are told to be, by a word of what is searched for: a probability, and reasons."""

    def make(**judgements):
        def assess(snapshot, retrieval, candidates, reading=None):
            for word, (probability, *reasons) in judgements.items():
                if word in retrieval.query.text:
                    band = Band.HIGH if probability >= 0.9 else Band.MEDIUM if probability >= 0.5 else Band.LOW
                    return Assessment(Confidence(band, probability), tuple(reasons))
            return Assessment(Confidence(Band.HIGH, 0.99))

        monkeypatch.setattr(module, "assess", assess)

    return make


def at(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


def test_a_citation(judged, snapshot, words) -> None:
    """The sentence, what stands before and after it in the text and as sentences, and its document."""
    judged()
    answer = Answerer(Retriever(words)).answer(snapshot, Question(QUESTION))
    cited = next(citation for citation in answer.nearest if citation.cited_text == BUILT)
    start, end = cited.span.start, cited.span.end
    assert (start, end) == (at(BOATS, BUILT).start, at(BOATS, BUILT).end)
    assert cited.prefix == BOATS[start - CONTEXT_CHARACTERS : start]
    assert len(cited.prefix) == CONTEXT_CHARACTERS
    assert cited.suffix == BOATS[end:]
    assert (cited.before, cited.after) == ("It rained all day long.", "She sailed to Oskerby.")
    assert cited.document.id == "boats.txt"
    assert [citation.number for citation in answer.nearest] == list(range(1, len(answer.nearest) + 1))


def test_the_first_and_the_last_sentence(judged, snapshot, words) -> None:
    """Nothing stands before the one and after the other."""
    judged()
    [cited] = Answerer(Retriever(words)).answer(snapshot, Question("mill ground oats")).nearest
    assert (cited.prefix, cited.suffix, cited.before, cited.after) == ("", "", "", "")


def test_what_comes_back(monkeypatch, judged, snapshot, words) -> None:
    """The question, what was searched for, the assessment, and the time of each stage in milliseconds."""
    judged(Puffin=(0.6,))
    retrieval = Retriever(words).retrieve(snapshot, QUESTION)
    monkeypatch.setattr(module, "perf_counter", iter([1.0, 2.0, 4.5]).__next__)
    answer = Answerer(Retriever(words)).answer(snapshot, Question(QUESTION, 2))
    assert (answer.question, answer.searched_text, answer.carried) == (QUESTION, QUESTION, ())
    assert (answer.confidence, answer.reasons) == (Confidence(Band.MEDIUM, 0.6), ())
    assert (answer.exact, answer.differences, answer.complete) == ((), (), None)
    assert answer.timings_ms["choose"] == 2500.0
    assert answer.timings_ms["total"] == 3500.0
    assert answer.timings_ms.keys() >= {"encode", "search", "rank"}
    assert [ranked.rank for ranked in answer.passages] == [1, 2]
    first, candidate = answer.passages[0], retrieval.candidates[0]
    assert (first.score, first.scores) == (candidate.score, candidate.scores)
    assert first.document.id == "boats.txt"
    assert (first.cited, first.repeated_in) == (True, ())
    assert not answer.passages[1].cited


def test_what_is_marked(judged, snapshot, words) -> None:
    """The question's words, the cited sentences and the exact answer, in the order of the text."""
    judged()
    answer = Answerer(Retriever(words), extractor=Saying("in 1921")).answer(snapshot, Question(QUESTION))
    first = answer.passages[0]
    marks = {(BOATS[mark.span.start : mark.span.end], mark.kind) for mark in first.highlights}
    assert marks >= {
        ("Puffin", HighlightKind.TERM), ("built", HighlightKind.TERM), (BUILT, HighlightKind.ANSWER),
        ("in 1921", HighlightKind.EXACT),
    }  # fmt: skip
    starts = [mark.span.start for mark in first.highlights]
    assert starts == sorted(starts)
    [exact] = answer.exact
    cited = next(citation for citation in answer.nearest if citation.cited_text == BUILT)
    assert exact == ExactAnswer(cited.number, cited.document, at(BOATS, "in 1921"))
    others = {mark.kind for ranked in answer.passages[1:] for mark in ranked.highlights}
    assert others <= {HighlightKind.TERM}


def test_a_refusal_marks_no_answer(judged, snapshot, words) -> None:
    """What is nearest is told beside it, and nothing is marked as an answer."""
    judged(Puffin=(0.1, Reason.NOT_SAID))
    answer = Answerer(Retriever(words), extractor=Saying("in 1921")).answer(snapshot, Question(QUESTION))
    assert not answer.answerable
    assert answer.reasons == (Reason.NOT_SAID,)
    assert answer.exact == ()
    assert answer.nearest
    assert {mark.kind for ranked in answer.passages for mark in ranked.highlights} == {HighlightKind.TERM}
    assert not any(ranked.cited for ranked in answer.passages)


def test_repetitions_are_listed_once(judged, snapshot_of, words) -> None:
    """With the passages that say the same."""
    judged()
    snapshot = snapshot_of(a=BUILT, b="The mill ground oats.", c=BUILT)
    answer = Answerer(Retriever(words)).answer(snapshot, Question(QUESTION))
    first, second = answer.passages
    assert {first.document.id, *(passage.document_id for passage in first.repeated_in)} == {"a.txt", "c.txt"}
    assert (second.document.id, second.repeated_in) == ("b.txt", ())


def test_nothing_to_search(judged, snapshot_of, snapshot, words) -> None:
    """An empty index, and filters that admit nothing, have reasons of their own."""
    judged()
    empty = Answerer(Retriever(words)).answer(snapshot_of(), Question(QUESTION, 5, ("Who?",)))
    assert (empty.reasons, empty.question, empty.searched_text) == ((Reason.EMPTY_INDEX,), QUESTION, QUESTION)
    assert (empty.confidence, empty.timings_ms) == (Confidence(Band.LOW, 0.0), {"total": 0.0})
    assert (empty.also_searched, empty.nearest, empty.passages, empty.unmatched_terms) == ((), (), (), ())
    filters = Filters(document_ids=("none.txt",))
    excluded = Answerer(Retriever(words)).answer(snapshot, Question(QUESTION, 5, (), filters))
    assert excluded.reasons == (Reason.FILTERS_EXCLUDE_ALL,)
    admitted = Answerer(Retriever(words)).answer(
        snapshot, Question(QUESTION, 5, (), Filters(document_ids=("mill.txt",)))
    )
    assert [ranked.document.id for ranked in admitted.passages] == ["mill.txt"]


@pytest.mark.parametrize(
    ("alone", "leaning", "searched"),
    [
        ((0.9,), (0.95,), "leaning"),  # it comes first
        ((0.9,), (0.1, Reason.NOT_SAID), "alone"),
        ((0.1, Reason.NOT_SAID), (0.1, Reason.NOT_SAID), "leaning"),
        ((0.9,), (0.59,), "alone"),
        ((0.9,), (0.61,), "leaning"),  # not clearly more probable
        ((0.9, Reason.NOT_SAID), (0.1,), "leaning"),
    ],
)
def test_which_form_of_a_follow_up_answers(judged, snapshot, words, alone, leaning, searched: str) -> None:
    """The likelier one, unless it is refused or the other is clearly more probable."""
    judged(mill=leaning, it=alone)
    question = Question("Who saw it?", 5, ("What did the old mill grind?",))
    answer = Answerer(Retriever(words)).answer(snapshot, question)
    assert ("mill" in answer.searched_text) == (searched == "leaning")
    assert bool(answer.carried) == (searched == "leaning")
    assert answer.question == "Who saw it?"


@pytest.mark.parametrize(("name", "answers"), [("Puffin", True), ("Gannet", False)])
def test_an_answer_keeps_to_what_was_named(judged, snapshot, words, name: str, answers: bool) -> None:
    """Asked alone, a follow-up is answered only from a document that has a name of the earlier questions."""
    judged(**{name: (0.1, Reason.NOT_SAID)}, built=(0.9,))
    question = Question("Who built it?", 5, (f"Where is {name}'s harbour?",))
    answer = Answerer(Retriever(words)).answer(snapshot, question)
    assert answer.answerable is answers


@pytest.mark.parametrize(
    ("text", "extracted", "reasons"),
    [
        ("Who painted it?", "", (Reason.NOT_SAID,)), ("Who painted it?", "ground oats", ()), ("Who ground it?", "", ()),
        ("Who was it?", "", ()),
    ],
)  # fmt: skip
def test_a_follow_up_that_is_hardly_sure(judged, snapshot, words, text: str, extracted: str, reasons) -> None:
    """Of low confidence it is refused where the passage has none of its own words and nothing exact is found."""
    judged(mill=(0.3,), it=(0.1, Reason.NO_RELEVANT_PASSAGE))
    answerer = Answerer(Retriever(words), extractor=Saying(extracted))
    answer = answerer.answer(snapshot, Question(text, 5, ("Did the old mill ground oats?",)))
    assert answer.reasons == reasons
    assert answer.carried
    assert answer.confidence == Confidence(Band.LOW, 0.3)


class Turning:
    """Turns the order of what it is given, and notes it."""

    def __call__(self, question, candidates, texts):
        self.given = question, len(candidates), list(texts)
        return [replace(c, score=float(len(candidates) - i)) for i, c in enumerate(reversed(candidates))]


def test_the_first_candidates_are_reranked(judged, snapshot_of, words) -> None:
    """Twenty of them, by their texts with titles; the others follow below, in their order."""
    judged()
    many = snapshot_of(**{f"d{number:02}": f"The ferry number {number} left." for number in range(25)})
    order = [candidate.row for candidate in Retriever(words).retrieve(many, "ferry").candidates]
    reranker = Turning()
    answer = Answerer(Retriever(words), reranker).answer(many, Question("ferry", 50))
    question, count, texts = reranker.given
    assert (question, count) == ("ferry", RERANK_DEPTH)
    assert texts == [many.passages[row].embedded_text for row in order[:RERANK_DEPTH]]
    rows = [many.row_of(ranked.passage) for ranked in answer.passages]
    assert rows == [*order[RERANK_DEPTH - 1 :: -1], *order[RERANK_DEPTH:]]
    assert [ranked.score for ranked in answer.passages] == [float(20 - i) for i in range(20)] + [0.0, -1, -2, -3, -4]


def test_words_that_nothing_stands_for(snapshot) -> None:
    """As typed, once; neither question words nor what is translated; a pair of characters may be no word."""
    assert unmatched_terms(snapshot, "Why did Gannet and gannet fly to Oskerby?") == ("Gannet", "gannet", "fly")
    assert unmatched_terms(snapshot, "Gannet, Gannet") == ("Gannet",)
    assert unmatched_terms(snapshot, "灯塔 Gannet") == ("Gannet",)
    translation = Translation("de", np.zeros(1, dtype=np.float32), {"muhl": {"mill": 1.0}})
    assert unmatched_terms(snapshot, "Wo ist die Mühl im Wald?", translation) == ("Wald",)


def read_with(monkeypatch, words, evidence_of, texts=TEXTS, snapshot=None):
    """Whether the extractor is asked, where the evidence is changed."""
    retriever, extractor = Retriever(words), Saying()
    retrieval = retriever.retrieve(snapshot, QUESTION)
    changed = replace(retrieval, evidence=evidence_of(retrieval.evidence))
    monkeypatch.setattr(retriever, "retrieve", lambda *_, **__: changed)
    Answerer(retriever, extractor=extractor).answer(snapshot, Question(QUESTION))
    return bool(extractor.read)


def meaning(evidence, *, english: bool, native: bool):
    values = np.zeros(len(evidence.rows), dtype=np.float32)
    sentences = np.zeros(len(evidence.is_heading), dtype=np.float32)
    return replace(evidence, meaning=Meanings(values, sentences, np.full(len(values), native), english))


def test_what_the_extractor_reads(monkeypatch, judged, snapshot_of, snapshot, words) -> None:
    """English: told by the languages, where they are known, else by the length of tokens or plain letters."""
    judged()
    accented = snapshot_of(a="Le Puffin fut construit à Oskerby.", b="Ça ira.")

    def fluency(value):
        return lambda evidence: replace(evidence, fluency=value)

    assert read_with(monkeypatch, words, fluency(0.5), snapshot=accented)
    assert not read_with(monkeypatch, words, fluency(0.49), snapshot=accented)
    assert read_with(monkeypatch, words, fluency(0.0), snapshot=snapshot)
    for english, native in ((True, True), (True, False), (False, True)):
        known = lambda evidence: meaning(evidence, english=english, native=native)  # noqa: B023, E731
        assert read_with(monkeypatch, words, known, snapshot=snapshot) is (english and native)


def test_differences_are_told(monkeypatch, snapshot, words) -> None:
    """What the question says and the documents say otherwise comes with the refusal."""
    differences = (Difference("Gannet", "Puffin"),)
    refused = Assessment(Confidence(Band.LOW, 0.1), (Reason.DIFFERS,), differences)
    monkeypatch.setattr(module, "assess", lambda *_: refused)
    answer = Answerer(Retriever(words)).answer(snapshot, Question("When was the Gannet built?"))
    assert answer.differences == differences
    assert answer.unmatched_terms == ("Gannet",)


def test_the_passage_that_is_quoted_leads(judged, snapshot_of, words) -> None:
    """With the score of the one that it leads, if it is quoted for sure; also where that is refused, as the nearest."""
    snapshot = snapshot_of(
        boats="OSKERBY - The Puffin sailed with twelve cars. She was built in 1921. Who built her?",
        mill="The old mill ground oats. The formal agreement was signed in May.",
    )
    question = "Was an agreement signed about the Puffin, or was she built?"
    candidates = Retriever(words).retrieve(snapshot, question).candidates
    answerer = Answerer(Retriever(words), extractor=Saying("signed in May"))
    judged()
    answer = answerer.answer(snapshot, Question(question))
    order = [candidate.row for candidate in candidates]
    assert order[0] == 0
    rows = [snapshot.row_of(ranked.passage) for ranked in answer.passages]
    assert rows == [1, *[row for row in order if row != 1]]
    assert answer.passages[0].score == answer.passages[1].score == candidates[0].score
    judged(agreement=(0.1, Reason.NOT_SAID))
    refused = answerer.answer(snapshot, Question(question))
    assert not refused.answerable
    assert [snapshot.row_of(ranked.passage) for ranked in refused.passages] == rows


def test_highlights_are_of_the_searched_words(judged, snapshot, words) -> None:
    """Each occurrence, in every listed passage, as offsets into its document."""
    judged()
    answer = Answerer(Retriever(words)).answer(snapshot, Question("Oskerby storms"))
    by_document = {ranked.document.id: ranked for ranked in answer.passages}
    terms = [mark for mark in by_document["storm.txt"].highlights if mark.kind is HighlightKind.TERM]
    assert terms == [
        Highlight(at(TEXTS["storm"], "storm"), HighlightKind.TERM),
        Highlight(at(TEXTS["storm"], "Oskerby"), HighlightKind.TERM),
    ]
    boats = [mark for mark in by_document["boats.txt"].highlights if mark.kind is HighlightKind.TERM]
    assert boats == [Highlight(at(BOATS, "Oskerby"), HighlightKind.TERM)]
