"""The laws of the parts behind the page: cutting for marks, neighbours, Rocchio, suggestions, judgements, addresses."""

import json
import time
from dataclasses import replace
from gettext import NullTranslations

import httpx2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answering.suggestions import MAX_ASKED, Suggestions, candidates, neighbouring, suggest
from qa.api.page.marking import blocks
from qa.api.page.texts import Texts
from qa.api.page.view import CARRIED_CHARACTERS, View, read_view
from qa.api.page.why import matched_words
from qa.arrays import unit
from qa.errors import QuestionError, TooBusy
from qa.languages import language_of
from qa.retrieval.neighbours import echoes, rocchio, sentence_similarities
from qa.serving.feedback import Judgement, Judgements, Shown, read_judgements
from qa.types import Band, Confidence, Document, Filters, Passage, Question, Reason, Span

TEXTS = st.text(st.sampled_from("aé 。😀👩‍🚀\n\r\t\u2028\u2029\u0301長."), max_size=60)


@st.composite
def cut_documents(draw):
    """A document with disjoint sentences, and spans to mark, all anywhere."""
    text = draw(TEXTS)
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    sentences = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if a < b]
    span = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    spans = [Span(*sorted(pair)) for pair in draw(st.lists(span, max_size=4)) if pair[0] != pair[1]]
    return Document("d", "", text), sentences, spans


@settings(deadline=None)
@given(cut_documents())
def test_blocks_lose_nothing(cut):
    """Joined, the blocks of a document are its text without white space; what is marked is exactly what was to be."""
    document, sentences, marked = cut
    found = blocks(document, sentences, marked)
    runs = [run for block in found for stretch in block.stretches for run in stretch.runs]
    assert "".join("".join(run.text for run in runs).split()) == "".join(document.text.split())
    inside = {i for span in marked for i in range(span.start, span.end) if not document.text[i].isspace()}
    assert sum(not c.isspace() for run in runs if run.answer for c in run.text) == len(inside)


@settings(deadline=None)
@given(cut_documents())
def test_stretches_are_their_sentences(cut):
    """The stretches of one sentence, joined, are that sentence, and its first stretch is marked as the first, once."""
    document, sentences, _ = cut
    stretches = [stretch for block in blocks(document, sentences) for stretch in block.stretches]
    for sentence in sentences:
        own = [stretch for stretch in stretches if stretch.span == sentence]
        text = "".join(run.text for stretch in own for run in stretch.runs)
        assert "".join(text.split()) == "".join(document.text[sentence.start : sentence.end].split())
        assert sum(stretch.first for stretch in own) <= 1


def test_similarities_are_the_cosines(site):
    """Each sentence's similarity is the inner product of the stored vector and the question's, in the text's order."""
    snapshot, vector = site.service.snapshot, site.service.embed_question("Who fled to San Francisco?")
    vectors = snapshot.sentence_vectors.vectors(np.arange(len(snapshot.sentence_vectors)))
    for document in snapshot.documents:
        found = sentence_similarities(snapshot, document.id, vector)
        assert [s.span for s in found] == sorted(
            span for p in snapshot.passages if p.document_id == document.id for span in p.sentences
        )
        wanted = [
            float(vectors[snapshot.sentence_starts[row] + place] @ vector)
            for row, passage in enumerate(snapshot.passages)
            if passage.document_id == document.id
            for place in range(len(passage.sentences))
        ]
        assert [s.similarity for s in found] == pytest.approx(wanted, abs=1e-5)
    assert sentence_similarities(snapshot, "no such document", vector) == []


def test_echoes_equal_brute_force(site):
    """The echoes of a sentence are the best of all sentences of other documents by cosine, without headings."""
    snapshot = site.service.snapshot
    document = snapshot.document_by_id["xu-jiatun.md"]
    passage = snapshot.passages[snapshot.rows_of_document[document.id].start + 7]
    vectors = snapshot.sentence_vectors.vectors(np.arange(len(snapshot.sentence_vectors)))
    everything = [(snapshot.document_of(row), span) for row, p in enumerate(snapshot.passages) for span in p.sentences]
    for span in passage.sentences:
        own = everything.index((document, span))
        order = np.argsort(-(vectors @ vectors[own]), kind="stable")
        heads = {(d.id, h.start) for d in snapshot.documents for h in d.headings}
        wanted = [
            everything[i]
            for i in order
            if everything[i][0] != document
            and vectors[i] @ vectors[own] >= 0.55
            and (everything[i][0].id, everything[i][1].start) not in heads
        ]
        assert [(e.document, e.span) for e in echoes(snapshot, document.id, span, 5)] == wanted[:5]


def test_a_span_between_sentences_has_no_echo(site):
    """A span that touches no sentence, or lies in no document, is like nothing."""
    assert echoes(site.service.snapshot, "xu-jiatun.md", Span(10**6, 10**6 + 5), 5) == []
    assert echoes(site.service.snapshot, "none", Span(0, 5), 5) == []


@pytest.mark.parametrize("kind", ["liked", "unliked"])
def test_rocchio_moves_towards_and_away(site, kind):
    """Liking a passage brings the vector nearer to it, disliking it farther, and the vector keeps unit length."""
    snapshot, question = site.service.snapshot, site.service.embed_question("Who fled to San Francisco?")
    for row in range(len(snapshot.passages)):
        passage = snapshot.passage_vectors.vectors(np.asarray([row]))[0]
        moved = rocchio(snapshot, question, [row] if kind == "liked" else [], [row] if kind == "unliked" else [])
        assert np.linalg.norm(moved) == pytest.approx(1, abs=1e-5)
        assert (moved @ passage > question @ passage) == (kind == "liked")
    assert np.allclose(rocchio(snapshot, question, [], []), question, atol=1e-6)


def test_rocchio_is_the_formula(site):
    """q + 0.75 mean(liked) - 0.5 mean(unliked), at unit length."""
    snapshot, question = site.service.snapshot, site.service.embed_question("Who fled to San Francisco?")
    rows = snapshot.passage_vectors.vectors(np.arange(5))
    wanted = unit(question + 0.75 * (rows[0] + rows[1]) / 2 - 0.5 * (rows[2] + rows[3] + rows[4]) / 3)
    assert np.allclose(rocchio(snapshot, question, [0, 1], [2, 3, 4]), wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Martial law was declared by Beijing on May 20.", "When was martial law declared by Beijing?"),
        ("Ada Mirren was born in Leeds in 1871, a Tuesday.", "When was Ada Mirren born in Leeds?"),
        ("The bridge was opened on 3 May 1904.", "When was the bridge opened?"),
        ("NASA was founded in 1958.", "When was NASA founded?"),
        ("On October 27, 2006 the report came out.", "What happened on October 27, 2006?"),
        ("Asked again, Zhao Ziyang said that he agreed.", "Who is Zhao Ziyang?"),
    ],
)
def test_patterns_make_questions(sentence, question):
    """A sentence of a known pattern gives the question that it answers."""
    assert question in [candidate.question for candidate in candidates(sentence, "d")]


@pytest.mark.parametrize(
    "sentence",
    [
        "He was born in 1916.",
        "In this way it was agreed on May 20.",
        "Those who fled were caught in 1950.",
        "There were 14 million people in 2004.",
        "The Party said so.",
        "",
    ],
)
def test_unclear_sentences_make_no_when_or_who(sentence):
    """A sentence whose subject is a pronoun, a clause or no name gives no question about it."""
    assert [c.question for c in candidates(sentence, "d") if c.question.startswith(("When", "Who"))] == []


def test_suggestions_are_answered(site):
    """Every suggestion is another question, and is answered, at least medium surely."""
    service = site.service
    found = suggest(service.snapshot, lambda text: service.ask(Question(text)).answer)
    assert 2 <= len(set(found)) == len(found) <= 4
    answers = [service.ask(Question(question)).answer for question in found]
    assert all(answer.answerable and answer.confidence.band is not Band.LOW for answer in answers)


def test_what_is_hardly_sure_is_not_suggested(site):
    """Where the service is little sure of everything, nothing is suggested, however well it quotes."""
    service = site.service

    def doubt(text):
        return replace(service.ask(Question(text)).answer, confidence=Confidence(Band.LOW, 0.4))

    assert suggest(service.snapshot, doubt) == ()


def test_what_is_refused_is_not_suggested(site):
    """Where the service refuses everything, nothing is suggested."""
    service = site.service

    def refuse(text):
        return replace(service.ask(Question(text)).answer, reasons=(Reason.NO_RELEVANT_PASSAGE,))

    assert suggest(service.snapshot, refuse) == ()
    assert neighbouring(service.snapshot, service.ask(Question("Who is Xu Jiatun?")).answer, refuse) == ()


def test_suggestions_give_way_to_real_questions(site, monkeypatch):
    """While all places are taken the search waits; it tries no more questions than its bound, and finds them all."""
    monkeypatch.setattr("qa.answering.suggestions.GIVE_WAY_S", 0.01)
    service, asked, refused = site.service, [], []

    def ask(text):
        if len(refused) < 20:
            refused.append(text)
            raise TooBusy("every place is taken")
        asked.append(text)
        return service.ask(Question(text)).answer

    suggestions = Suggestions(ask)
    assert suggestions.of(service.snapshot) == ()
    ends = time.monotonic() + 20
    while not suggestions.of(service.snapshot) and time.monotonic() < ends:
        time.sleep(0.02)
    assert suggestions.of(service.snapshot) == suggest(
        service.snapshot, lambda text: service.ask(Question(text)).answer
    )
    assert len(refused) == 20
    assert len(asked) <= MAX_ASKED


def judgement(**changes):
    fields = {
        "question": "q", "document_id": "d.md", "passage_id": "d.md#0", "start_char_index": 0, "end_char_index": 5,
        "grade": 1, "snapshot": "s", "at": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    return Judgement(**(fields | changes))


def test_the_last_word_counts(tmp_path):
    """The last judgement of a passage counts; one that is taken back is none; a torn line is passed over."""
    path = tmp_path / "judgements.jsonl"
    judgements = Judgements(path)
    for said in (
        judgement(),
        judgement(question="p\n\u2028😀"),
        judgement(grade=0),
        judgement(question="r"),
        judgement(question="r", grade=None),
    ):
        judgements.add(said)
    with path.open("a") as file:
        file.write('{"question": "torn')
    assert read_judgements(path) == [judgement(grade=0), judgement(question="p\n\u2028😀")]
    judgements.add(judgement(question="after"))
    assert read_judgements(path) == [judgement(grade=0), judgement(question="p\n\u2028😀"), judgement(question="after")]
    assert len(path.read_bytes().split(b"\n")) == 8


def test_shown_outlives_a_restart(tmp_path):
    """What was once cited stays known after a restart, and is written once."""
    path = tmp_path / "shown.jsonl"
    Shown(path).add(["a\nb", "c", "a\nb"])
    again = Shown(path)
    again.add(["c"])
    assert "a\nb" in again
    assert "d" not in again
    assert [json.loads(line) for line in path.read_text().splitlines()] == ["a\nb", "c"]


def test_a_folder_that_cannot_be_written_stops_no_answer(tmp_path):
    """What was cited is remembered until the end where it cannot be written."""
    shown = Shown(tmp_path / "gone" / "shown.jsonl")
    shown.add(["a"])
    assert "a" in shown
    assert not (tmp_path / "gone").exists()


QUESTIONS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(deadline=None)
@given(QUESTIONS, st.lists(QUESTIONS, max_size=4), st.lists(QUESTIONS, max_size=3), st.lists(QUESTIONS, max_size=3))
def test_an_address_reads_back(question, history, ids, tags):
    """A view's address reads back as the same view, whatever the characters."""
    view = View(
        question, tuple(history), Filters(tuple(ids), tuple(tags), "2001-01-01", None), ids[0] if ids else None, 3, 9
    )
    params = httpx2.URL(f"http://host{view.url()}").params
    read = read_view(
        question=params.get("question", ""),
        history=params.get_list("history"),
        document_ids=params.get_list("document_ids"),
        tags=params.get_list("tags"),
        date_from=params.get("date_from", ""),
        date_to=params.get("date_to", ""),
        open=params.get("open"),
        start=int(params["start"]),
        end=int(params["end"]),
    )
    assert read == view


@given(st.lists(st.text("ab ", max_size=700), max_size=12), st.text("xy", min_size=1, max_size=700))
def test_what_is_carried_fits(history, question):
    """The carried questions are the last ones, in order, and together short enough for an address."""
    carried = View(question, tuple(history)).carried
    assert sum(map(len, carried)) <= CARRIED_CHARACTERS
    assert carried == (*history, question)[len(history) + 1 - len(carried) :]
    assert len(carried) >= 1


def test_wrong_filters_are_named():
    """A date that is none is refused with the name of its field."""
    with pytest.raises(QuestionError, match="date_from: "):
        View("q", filters=Filters(date_from="tomorrow")).to_question()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The fox and the hound went to the river with a friend.", "en"),
        ("Der Fuchs und die Gans sind nicht mit dem Boot gefahren.", "de"),
        ("長城是古代中國的軍事防禦工程。", "zh"),
        ("これは日本語の文章です。東京", "ja"),
        ("تأسست المدينة", "ar"),
        ("Αθήνα", "el"),
        ("qwx zzk", ""),
        ("", ""),
        ("12 34", ""),
    ],
)
def test_language_or_none(text, language):
    """A text that tells its language gets its tag; one that does not gets none."""
    assert (language_of(text) or "") == language


@pytest.mark.parametrize(
    ("published", "shown"), [("2006", "2006"), ("2006-10", "October 2006"), ("2006-10-07", "7 October 2006")]
)
def test_dates_are_as_precise_as_known(published, shown):
    """A date is shown as precisely as it is known."""
    assert Texts("en", NullTranslations()).date(published) == shown


def test_words_match_in_any_form():
    """Words match in other forms and in the headings above a passage; question words are not counted."""
    passage = Passage("d", 0, 0, 24, "The ships sailed in 1900.", (Span(0, 24),), "Harbour of Leith")
    words = matched_words("When did a ship's crew sail from Leith? Ship!", passage)
    assert (words.matched, words.unmatched) == (("ship's", "sail", "Leith"), ("crew",))
