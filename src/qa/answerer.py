"""Candidates → Answer: chooses the sentences that answer, cites them, or refuses and says why."""

from collections.abc import Sequence
from time import perf_counter

import numpy as np

from qa.analysis import analyze, places
from qa.confidence import assess
from qa.duplicates import Distinct, distinct
from qa.floor import lift
from qa.protocols import Reranker, Rows
from qa.retriever import Retrieval, Retriever
from qa.sentences import choose_sentences
from qa.snapshot import Snapshot
from qa.types import (
    Answer,
    Band,
    Candidate,
    Citation,
    Confidence,
    Highlight,
    HighlightKind,
    Question,
    RankedPassage,
    Reason,
    Span,
)

CONTEXT_CHARACTERS = 64  # of prefix and suffix, enough to find a quotation again after small edits
RERANK_DEPTH = 20


class Answerer:
    """Answers questions from a snapshot, with a retriever and, where there is one, a reranker."""

    def __init__(self, retriever: Retriever, reranker: Reranker | None = None) -> None:
        self._retriever = retriever
        self._reranker = reranker

    def answer(self, snapshot: Snapshot, question: Question) -> Answer:
        """Answer a question: the same snapshot and question give the same answer."""
        started = perf_counter()
        rows = snapshot.admitted(question.filters)
        if not snapshot.passages or (rows is not None and not len(rows)):
            reason = Reason.FILTERS_EXCLUDE_ALL if snapshot.passages else Reason.EMPTY_INDEX
            return _empty_handed(question, reason)
        retrieval = self._retriever.retrieve(snapshot, question.text, rows, question.history)
        candidates = lift(snapshot, retrieval.query, self._rerank(snapshot, question, retrieval.candidates))
        ranked = perf_counter()
        confidence, reasons = assess(snapshot, retrieval, candidates)
        nearest = _cite(snapshot, choose_sentences(snapshot, candidates))
        found = distinct(snapshot, candidates, question.top_k)
        passages = _ranked(snapshot, retrieval, found, () if reasons else nearest)
        ended = perf_counter()
        return Answer(
            question=question.text,
            searched_text=retrieval.query.text,
            also_searched=retrieval.query.also_searched,
            confidence=confidence,
            reasons=reasons,
            nearest=nearest,
            passages=passages,
            unmatched_terms=unmatched_terms(snapshot, question.text),
            timings_ms={**retrieval.timings_ms, "choose": 1000 * (ended - ranked), "total": 1000 * (ended - started)},
        )

    def _rerank(self, snapshot: Snapshot, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
        if self._reranker is None:
            return list(candidates)
        head, tail = candidates[:RERANK_DEPTH], candidates[RERANK_DEPTH:]
        texts = [snapshot.passages[candidate.row].embedded_text for candidate in head]
        reranked = self._reranker(question.text, head, texts)
        floor = min((candidate.score for candidate in reranked), default=0.0)
        lowered = [_lowered(candidate, floor - 1 - place) for place, candidate in enumerate(tail)]
        return [*reranked, *lowered]


def unmatched_terms(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """The words of the question, as typed, that occur nowhere in the corpus."""
    absent = (text[token.start : token.end] for token in analyze(text) if token.term not in snapshot.lexical.vocabulary)
    return tuple(dict.fromkeys(absent))


def _lowered(candidate: Candidate, score: float) -> Candidate:
    return Candidate(candidate.row, score, candidate.scores, candidate.sentence_scores)


def _empty_handed(question: Question, reason: Reason) -> Answer:
    return Answer(question.text, question.text, (), Confidence(Band.LOW, 0.0), (reason,), (), (), (), {"total": 0.0})


def _cite(snapshot: Snapshot, chosen: Sequence[tuple[int, Span]]) -> tuple[Citation, ...]:
    return tuple(_citation(snapshot, number, row, span) for number, (row, span) in enumerate(chosen, start=1))


def _citation(snapshot: Snapshot, number: int, row: int, span: Span) -> Citation:
    document = snapshot.document_of(row)
    return Citation(
        number=number,
        document=document,
        passage=snapshot.passages[row],
        span=span,
        prefix=document.text[max(span.start - CONTEXT_CHARACTERS, 0) : span.start],
        suffix=document.text[span.end : span.end + CONTEXT_CHARACTERS],
    )


def _ranked(
    snapshot: Snapshot, retrieval: Retrieval, found: Sequence[Distinct], citations: Sequence[Citation]
) -> tuple[RankedPassage, ...]:
    vocabulary = snapshot.lexical.vocabulary
    terms = np.asarray([vocabulary[term] for term in retrieval.query.weights if term in vocabulary], dtype=np.int64)
    ranked = []
    for rank, one in enumerate(found, start=1):
        candidate, passage = one.candidate, snapshot.passages[one.candidate.row]
        answers = [citation.span for citation in citations if citation.passage is passage]
        ranked.append(
            RankedPassage(
                rank=rank,
                passage=passage,
                document=snapshot.document_of(candidate.row),
                score=candidate.score,
                scores=candidate.scores,
                highlights=_highlights(snapshot, candidate.row, answers, terms),
                cited=bool(answers),
                repeated_in=tuple(snapshot.passages[row] for row in one.repeated_in),
            )
        )
    return tuple(ranked)


def _highlights(snapshot: Snapshot, row: int, answers: Sequence[Span], terms: Rows) -> tuple[Highlight, ...]:
    """Answer sentences and words of the question, as spans into the document, in order."""
    passage = snapshot.passages[row]
    marks = [Highlight(span, HighlightKind.ANSWER) for span in answers]
    rows = snapshot.sentence_slice(row)
    ids, _, lengths = snapshot.lexical.sentence_tokens(np.arange(rows.start, rows.stop))
    hits = np.split(np.isin(ids, terms), np.cumsum(lengths)[:-1])
    for sentence, is_hit in zip(passage.sentences, hits, strict=True):
        found = np.flatnonzero(is_hit).tolist()
        spans = places(passage.document_text(sentence)) if found else []
        for start, end in (spans[place] for place in found):
            marks.append(Highlight(Span(sentence.start + start, sentence.start + end), HighlightKind.TERM))
    return tuple(sorted(marks, key=lambda mark: (mark.span.start, mark.kind)))
