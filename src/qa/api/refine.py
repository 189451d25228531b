"""Passages ranked again after a reader has said "more like this" or "not like this"."""

from collections.abc import Sequence

from qa.analysis import analyze
from qa.errors import QuestionError
from qa.index.snapshot import Snapshot
from qa.retrieval.neighbours import rocchio
from qa.serving.service import Answered, Service
from qa.types import Highlight, HighlightKind, Passage, Question, RankedPassage, Span


def passage_rows(snapshot: Snapshot, passage_ids: Sequence[str]) -> list[int]:
    """The rows of some passages.

    Raises:
        QuestionError: the snapshot that serves has no such passage; another may have been published meanwhile.
    """
    rows = []
    for passage_id in passage_ids:
        document_id, _, ordinal = passage_id.rpartition("#")
        known = snapshot.rows_of_document.get(document_id, range(0))
        if not (
            ordinal.isascii() and ordinal.isdigit() and len(ordinal) < len(str(2**31)) and int(ordinal) < len(known)
        ):
            raise QuestionError("passage_id: the snapshot that serves now has no such passage; ask the question again")
        rows.append(known[int(ordinal)])
    return rows


def refine(
    service: Service, question: Question, liked: Sequence[str], unliked: Sequence[str]
) -> tuple[Answered, Sequence[RankedPassage]]:
    """Answer, and rank the passages by the question's vector moved towards and away from passages (ids).

    Raises:
        QuestionError: a passage is unknown to the snapshot that serves.
        IndexMissing: no snapshot is open.
    """
    answered = service.ask(question)
    snapshot = answered.snapshot
    more, less = passage_rows(snapshot, liked), passage_rows(snapshot, unliked)
    if not (more or less):
        return answered, answered.answer.passages
    vector = rocchio(snapshot, service.embed_question(answered.answer.searched_text), more, less)
    hits = snapshot.search(vector, question.top_k, service.resolved(question.filters))
    return answered, [_ranked(answered, rank, hit.row, hit.score) for rank, hit in enumerate(hits, start=1)]


def _ranked(answered: Answered, rank: int, row: int, score: float) -> RankedPassage:
    passage = answered.snapshot.passages[row]
    answers = [citation.span for citation in answered.answer.citations if citation.passage.id == passage.id]
    return RankedPassage(
        rank=rank,
        passage=passage,
        document=answered.snapshot.document_of(row),
        score=score,
        scores={"feedback": score},
        highlights=tuple(_marks(passage, answers, answered.answer.searched_text)),
        cited=bool(answers),
    )


def _marks(passage: Passage, answers: Sequence[Span], question: str) -> list[Highlight]:
    terms = {token.term for token in analyze(question)}
    marks = [Highlight(span, HighlightKind.ANSWER) for span in answers]
    marks += [
        Highlight(Span(passage.start + token.start, passage.start + token.end), HighlightKind.TERM)
        for token in analyze(passage.text)
        if token.term in terms
    ]
    return sorted(marks, key=lambda mark: (mark.span.start, mark.kind))
