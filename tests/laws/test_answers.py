"""Laws 1 and 5: whatever is asked, quotations are verbatim, ranks count up, scores fall, and the answer repeats."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.api.page.marking import marked_passage
from qa.types import Filters, HighlightKind, Question
from texts import FRAGMENTS, texts

WORDS = [
    "Xu Jiatun",
    "fly",
    "San Francisco",
    "when",
    "who",
    "Jia Jia",
    "Taiwan",
    "the",
    "1990",
    "policemen",
    "香港",
    "?",
    "'s",
]

questions = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join) | texts.map(lambda t: t[:500] or "?")


@pytest.fixture(scope="module")
def service(corpus_index, service_for):
    service = service_for(corpus_index)
    service.open()
    return service


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, indexer_for, service_for):
    """A service over documents of the texts that offsets get wrong."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    for number, gap in enumerate(("\n\n", "\r\n", " ")):
        content = gap.join(FRAGMENTS[9 * number :] + FRAGMENTS[: 9 * number + 6])
        (folder / "corpus" / f"{number} {'😀' * number}.txt").write_bytes(b"\xef\xbb\xbf" + content.encode())
        (folder / "corpus" / f"{number}.md").write_bytes(f"# Title {number}\n\n{content}".encode())
    indexer_for(folder / "corpus", folder / "index").build()
    service = service_for(folder / "index")
    service.open()
    return service


def assert_lawful(answer, snapshot, top_k):
    """Laws 1 and 5 for one answer."""
    assert [p.rank for p in answer.passages] == list(range(1, len(answer.passages) + 1))
    assert len(answer.passages) <= top_k
    scores = [p.score for p in answer.passages]
    assert scores == sorted(scores, reverse=True)
    assert len({p.passage.id for p in answer.passages}) == len(answer.passages)
    for ranked in answer.passages:
        text = snapshot.document_by_id[ranked.passage.document_id].text
        assert text[ranked.passage.start : ranked.passage.end] == ranked.passage.text
        assert "".join(run.text for run in marked_passage(ranked)) == ranked.passage.text
        for mark in ranked.highlights:
            assert ranked.passage.start <= mark.span.start < mark.span.end <= ranked.passage.end
        answers = {mark.span for mark in ranked.highlights if mark.kind is HighlightKind.ANSWER}
        cited = {c.span for c in answer.citations if c.passage == ranked.passage}
        assert answers == cited
        assert ranked.cited == bool(cited)
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        text = citation.document.text
        assert text[citation.span.start : citation.span.end] == citation.cited_text
        assert text[: citation.span.start].endswith(citation.prefix)
        assert text[citation.span.end :].startswith(citation.suffix)
        assert citation.passage.start <= citation.span.start < citation.span.end <= citation.passage.end
    assert bool(answer.reasons) != bool(answer.citations)
    assert 0 <= answer.confidence.probability <= 1


def bare(answer):
    return (answer.citations, answer.passages, answer.reasons, answer.confidence, answer.unmatched_terms)


@settings(max_examples=50)
@given(text=questions, top_k=st.integers(1, 50))
def test_any_question_to_the_corpus(service, text, top_k):
    """Over ``corpus/`` any question gets a lawful answer, and the same one again."""
    question = Question(text, top_k)
    answered = service.ask(question)
    assert_lawful(answered.answer, answered.snapshot, top_k)
    assert bare(service.ask(question).answer) == bare(answered.answer)


@settings(max_examples=80)
@given(text=questions | st.sampled_from(FRAGMENTS), top_k=st.integers(1, 50))
def test_any_question_to_hostile_documents(hostile, text, top_k):
    """Over documents of repeated, mixed and broken text any question gets a lawful answer."""
    answered = hostile.ask(Question(text, top_k))
    assert_lawful(answered.answer, answered.snapshot, top_k)


def test_quotations_from_hostile_documents(hostile):
    """The law is not held by refusing: sentences of these documents are found and cited."""
    answered = hostile.ask(Question("What did Dr. Smith pay to J. R. R. Tolkien?"))
    assert answered.answer.answerable
    assert "Tolkien" in answered.answer.text


@settings(max_examples=40)
@given(
    text=questions,
    ids=st.lists(st.sampled_from(["xu-jiatun.md", "2006/jia-jia.md", "no-such.md"]), max_size=2),
    tags=st.lists(st.sampled_from(["taiwan", "xinhua", "nothing"]), max_size=2),
    date_from=st.sampled_from([None, "2006-10-27", "2006-10-28", "2030-01-01"]),
)
def test_filters_hold(service, text, ids, tags, date_from):
    """With filters, only passages of documents that pass come back, also when that is none."""
    filters = Filters(tuple(ids), tuple(tags), date_from, None)
    answered = service.ask(Question(text, 50, filters=filters))
    assert_lawful(answered.answer, answered.snapshot, 50)
    for ranked in answered.answer.passages:
        document = ranked.document
        assert not ids or document.id in ids
        assert not tags or set(tags) & set(document.tags)
        assert date_from is None or (document.published is not None and document.published >= date_from)
    passing = [d for d in answered.snapshot.documents if filters.admits(d)]
    assert bool(answered.answer.passages) == bool(passing)
