"""Which sentence of the first passages is quoted, and what is told apart, on made-up extractions."""

import math
from dataclasses import replace

import numpy as np
import pytest
from extractions import Saying

from qa.answering.answerer import Answerer
from qa.answering.confidence import assess
from qa.answering.labels import named_sentence
from qa.answering.other_names import lacks_name
from qa.answering.pool import FEATURES, gather
from qa.answering.reading import BEHIND, READ, WEIGHTS, probabilities, read, worth_reading
from qa.retrieval.query import Bridge, make_query
from qa.retrieval.retriever import Retriever
from qa.types import Question, Reason

TEXTS = {
    "boats": "OSKERBY - The Puffin sailed with twelve cars. She was built in 1921. Who built her?",
    "mill": "The old mill ground oats. The formal agreement was signed in May.",
    "wood": "Wood | Weeks | Price\n\nAsh | 13 | 32\n\nWillow | 46 | 98",
    "staff": "Name | Post | Since\n\nAnna Petri | director | 1998\n\nKarl Weiss | librarian | 2003",
    "minutes": "Petri: Who will paint the fence?\nHolm: The scouts will, in August.",
    "ships": "The office counted the ships that called.\n\nYear Ships Men paid off\n\n1920 164 1,310\n\n1930 301 2,456",
    "cup": "France football\n\nWorld Cup 1998\n\nIt was won at home.",
    "lease": "3 Rent\n\n3.1 Either side may end the lease.\n\n3.11 Dogs are allowed.",
}


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


def reading_of(snapshot, words, question, said=""):
    retrieval = Retriever(words).retrieve(snapshot, question)
    return retrieval, read(snapshot, retrieval, retrieval.candidates, Saying(said))


def test_every_feature_has_a_weight() -> None:
    """No feature counts nothing in silence, and no weight is of none."""
    assert WEIGHTS.keys() == set(FEATURES)


def test_only_the_first_passages_are_read(snapshot, words) -> None:
    """Reading costs most, and is for the first three, of which one that ranks far behind hardly ever answers."""
    retrieval = Retriever(words).retrieve(snapshot, "When was the Puffin built?")
    first, *others = retrieval.candidates
    near = [replace(candidate, score=first.score - BEHIND + 0.1) for candidate in others]
    far = [near[0], *(replace(candidate, score=first.score - BEHIND - 0.1) for candidate in near[1:])]
    for ranked, count in ((near, READ), (far, 2)):
        extractor = Saying()
        read(snapshot, retrieval, [first, *ranked], extractor)
        assert extractor.read == [snapshot.passages[c.row].document_id for c in [first, *ranked][:count]]
    bridged = replace(retrieval.query, bridges=(Bridge(0, 1, ("tha",), ("tarn", "harbour", "authority")),))
    assert len(worth_reading(bridged, [first, *far])) == READ


def test_what_the_extractor_reads_is_quoted(snapshot, words) -> None:
    """The sentence with the exact answer, which is marked, wherever the passage ranks."""
    retrieval, reading = reading_of(snapshot, words, "When was the Puffin built?", "in 1921")
    assert reading.pool.texts[reading.sentences.best] == "She was built in 1921."
    assert reading.exact is not None
    start, end = reading.exact.span.start, reading.exact.span.end
    assert TEXTS["boats"][start:end] == "in 1921"
    features = reading.features(retrieval.query)
    assert features["says"] == pytest.approx(0.3)
    assert features["answer_words"] == pytest.approx(math.log1p(2))
    assert features["typed"] == 1.0


def test_features_of_form(snapshot, words) -> None:
    """A dateline, a question and a first sentence are told; the rank of their passage too."""
    retrieval = Retriever(words).retrieve(snapshot, "When was the Puffin built?")
    head = retrieval.candidates[:READ]
    extractions = Saying()("", [snapshot.passages[candidate.row] for candidate in head])
    pool = gather(snapshot, retrieval.query, retrieval.evidence, head, extractions)
    columns = {name: dict(zip(pool.texts, pool.features[:, i], strict=True)) for i, name in enumerate(FEATURES)}
    lead, asked = "OSKERBY - The Puffin sailed with twelve cars.", "Who built her?"
    assert [columns["dateline"][lead], columns["first"][lead], columns["question"][lead]] == [1, 1, 0]
    assert [columns["dateline"][asked], columns["first"][asked], columns["question"][asked]] == [0, 0, 1]
    assert columns["length"][asked] == pytest.approx(math.log(4))
    assert columns["short"][asked] == 1
    assert set(columns["second"].values()) == {0.0, 1.0}
    assert probabilities(pool).sum() == pytest.approx(1.0)


def test_what_a_question_names(snapshot, words) -> None:
    """The row whose label the question has, where it asks for a column or the one number; the only row with all that is
    asked; the clause of that very number; what follows the same question.
    """
    for question, quoted in (
        ("How many weeks for willow?", "Willow | 46 | 98"),
        ("What does clause 3.1 say?", "3.1 Either side may end the lease."),
        ("Who is the librarian?", "Karl Weiss | librarian | 2003"),
        ("What does Anna Petri cost?", "Anna Petri | director | 1998"),
        ("How many ships called in 1930?", "1930 301 2,456"),
        ("Who will paint the fence?", "Holm: The scouts will, in August."),
    ):
        retrieval, reading = reading_of(snapshot, words, question)
        assert reading.pool.texts[reading.sentences.best] == quoted
        assert not assess(snapshot, retrieval, retrieval.candidates, reading).reasons
    for question in ("What colour is willow?", "Where did France win the World Cup?"):
        query = make_query(question, snapshot.lexical, words)
        retrieval = Retriever(words).retrieve(snapshot, question)
        assert named_sentence(snapshot, query, retrieval.candidates) is None


@pytest.mark.parametrize(
    ("question", "reason"),
    [("When was the informal agreement signed?", Reason.NEGATED), ("What is rice?", Reason.NO_RELEVANT_PASSAGE)],
)  # fmt: skip
def test_reasons(snapshot, words, question: str, reason: Reason) -> None:
    """What is told of the opposite is never an answer; what nothing is about is refused as such."""
    retrieval, reading = reading_of(snapshot, words, question, "in May" if reason is Reason.NEGATED else "")
    assessment = assess(snapshot, retrieval, retrieval.candidates, reading)
    assert assessment.reasons[0] in {reason, Reason.NO_RELEVANT_PASSAGE}
    assert assessment.reasons


def test_no_question_is_refused(snapshot, words) -> None:
    """Thanks are no question, and neither is punctuation."""
    for text in ("Thanks!", "?!"):
        retrieval, reading = reading_of(snapshot, words, text)
        assessment = assess(snapshot, retrieval, retrieval.candidates, reading)
        assert assessment.confidence.probability == 0.0
        assert assessment.reasons == (Reason.NO_RELEVANT_PASSAGE,)


def test_the_same_question_gives_the_same_reading(snapshot, words) -> None:
    """Nothing depends on what was asked before."""
    (retrieval, first), (_, second) = (
        reading_of(snapshot, words, "When was the Puffin built?", "in 1921") for _ in range(2)
    )
    assert np.array_equal(first.probabilities, second.probabilities)
    assert first.features(retrieval.query) == second.features(retrieval.query)


def test_the_passage_that_answers_comes_first(snapshot, words) -> None:
    """The passage that is quoted for sure leads the list, and scores are still in order."""
    question = "Was an agreement signed about the Puffin, or was she built?"
    extractor = Saying("signed in May")
    answer = Answerer(Retriever(words), extractor=extractor).answer(snapshot, Question(question, 5))
    order = [c.row for c in Retriever(words).retrieve(snapshot, question).candidates]
    assert snapshot.passages[order[0]].document_id == "boats.txt"
    assert answer.nearest[0].document.id == "mill.txt"
    assert answer.passages[0].document.id == "mill.txt"
    assert answer.answerable
    scores = [ranked.score for ranked in answer.passages]
    assert scores == sorted(scores, reverse=True)


def test_a_name_that_answered_stands_for_a_pronoun(snapshot_of, words) -> None:
    """The earlier question is answered again, and the name that answers it is carried."""
    snapshot = snapshot_of(
        curtain="Odile Marchbank painted the curtain of Ivelcombe.", life="Odile Marchbank was born in Tarn."
    )
    answerer = Answerer(Retriever(words), extractor=Saying("Odile Marchbank"))
    question = Question("Where was she born?", 5, ("Who painted the curtain of Ivelcombe?",))
    answer = answerer.answer(snapshot, question)
    assert answer.carried == ("Odile Marchbank",)
    assert answer.nearest[0].document.id == "life.txt"


def test_a_sentence_about_somebody_else(snapshot_of, words) -> None:
    """Words tell only that somebody was born; whose sentence it is tells the document. Abbreviations tell nothing."""
    snapshot = snapshot_of(
        odile="Odile Marchbank painted.\n\nShe was born in Tarn.", piet="Piet Solway sang.\n\nHe was born in Mell.",
        union="The WTU met in May.",
    )  # fmt: skip
    for question, document in (("Where was Odile Marchbank born?", "odile"), ("Where was Piet Solway born?", "piet")):
        retrieval, reading = reading_of(snapshot, words, question, "in Mell" if document == "odile" else "in Tarn")
        assert snapshot.passages[reading.candidate.row].document_id == f"{document}.txt"
        assert not reading.tells_of_others
        documents = {p.document_id.removesuffix(".txt"): row for row, p in enumerate(snapshot.passages)}
        assert [name for name, row in documents.items() if lacks_name(snapshot, retrieval.query, row)] == [
            name for name in documents if name != document
        ]
    query = make_query("Was he in the WTU in May?", snapshot.lexical, words)
    assert not any(lacks_name(snapshot, query, row) for row in range(3))


def test_a_question_of_its_own_is_not_answered_from_the_talk(snapshot_of, words) -> None:
    """Its words would have to stand in the passage, however clear the words are that answer the question before."""
    snapshot = snapshot_of(curtain="Odile Marchbank painted the curtain of Ivelcombe.", life="She sang in a choir.")
    answerer = Answerer(Retriever(words), extractor=Saying("Odile Marchbank"))
    history = ("Who painted the curtain of Ivelcombe?",)
    answer = answerer.answer(snapshot, Question("What's the weather going to be like tomorrow?", 5, history))
    assert not answer.answerable
