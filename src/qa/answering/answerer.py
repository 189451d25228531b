"""Candidates → Answer: chooses the sentences that answer, cites them, or refuses and says why."""

import re
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from qa.analysis import FUNCTION_WORDS, analyze, is_unspaced, terms
from qa.answering.asked_form import has_type
from qa.answering.confidence import assess, position_of
from qa.answering.duplicates import Distinct, distinct
from qa.answering.reading import READ, Reading, read
from qa.answering.sentences import choose_sentences
from qa.index.snapshot import Snapshot
from qa.languages import common_words
from qa.protocols import Extractor, Reranker
from qa.retrieval.answer_types import AnswerType
from qa.retrieval.followup import Form, asked_before, forms, needs_context
from qa.retrieval.named import lift
from qa.retrieval.retriever import Retrieval, Retriever
from qa.retrieval.translation import Translation
from qa.types import (
    Answer,
    Band,
    Candidate,
    Citation,
    Confidence,
    ExactAnswer,
    Highlight,
    HighlightKind,
    Question,
    RankedPassage,
    Reason,
    Span,
)

CONTEXT_CHARACTERS = 64  # of prefix and suffix, enough to find a quotation again after small edits
RERANK_DEPTH = 20
CLEARLY = 0.3  # more probable is the answer to the less likely form of a question that follows others
NAME_WORDS = 6  # of a name that answered an earlier question, at most
SHARE = 0.5  # of the probability that one sentence answers: a passage that has more is shown first
FLUENT = 0.5  # of the candidates' tokens as long as English ones: the extractor reads English alone
_POSSESSIVE = re.compile(r"['’]s?$")


class Answerer:
    """Answers questions from a snapshot, with a retriever and, where there is one, a reranker."""

    def __init__(
        self, retriever: Retriever, reranker: Reranker | None = None, extractor: Extractor | None = None
    ) -> None:
        self._retriever = retriever
        self._reranker = reranker
        self._extractor = extractor

    def answer(self, snapshot: Snapshot, question: Question) -> Answer:
        """Answer a question: the same snapshot and question give the same answer.

        One that follows others (``question.history``) is searched for with their words and without: the likelier
        form answers, unless it is refused or the other's answer is clearly more probable.
        """
        if not snapshot.passages:
            return _empty_handed(question, Reason.EMPTY_INDEX)
        told = self._told(snapshot, question)
        answers = [self._answer(snapshot, question, form) for form in forms(question.text, question.history, told)]
        best = answers[0]
        for other in answers[1:]:
            ahead = other.confidence.probability - best.confidence.probability
            if other.answerable and (not best.answerable or ahead > CLEARLY) and _keeps_to(answers[0].carried, other):
                best = other
        return best

    def _told(self, snapshot: Snapshot, question: Question) -> tuple[str, ...]:
        """The names that answered the questions that this one may speak of."""
        names: dict[str, None] = {}
        for form in asked_before(question.text, question.history):
            answer = self._answer(snapshot, question, form)
            for exact in answer.exact:
                words = exact.document.text[exact.span.start : exact.span.end]
                if has_type(words, AnswerType.NAME) and len(words.split()) <= NAME_WORDS:
                    names[words] = None
        return tuple(names)

    def _answer(self, snapshot: Snapshot, question: Question, form: Form) -> Answer:
        started = perf_counter()
        retrieval = self._retriever.retrieve(snapshot, form.text, filters=question.filters)
        if retrieval.excluded:
            return _empty_handed(question, Reason.FILTERS_EXCLUDE_ALL)
        snapshot = retrieval.snapshot
        candidates = lift(snapshot, retrieval.query, self._rerank(snapshot, question, retrieval.candidates))
        ranked = perf_counter()
        reading = self._read(snapshot, retrieval, candidates)
        assessment = assess(snapshot, retrieval, candidates, reading)
        if form.carried and reading is not None and not assessment.reasons:
            is_clear = reading.exact is not None or assessment.confidence.band is not Band.LOW
            leans_on_talk = needs_context(question.text) and is_clear
            if not leans_on_talk and not _says_anything_of(question.text, reading, snapshot):
                assessment = replace(assessment, reasons=(Reason.NOT_SAID,))
        nearest = _cite(snapshot, choose_sentences(snapshot, candidates) if reading is None else _quoted(reading))
        exact = () if reading is None or assessment.reasons else _exact(nearest, reading)
        if reading is not None:
            candidates = _with_the_answer_first(candidates, reading)
        found = distinct(snapshot, candidates, question.top_k)
        passages = _ranked(snapshot, retrieval, found, () if assessment.reasons else nearest, exact)
        ended = perf_counter()
        return Answer(
            question=question.text,
            searched_text=retrieval.query.text,
            also_searched=retrieval.query.also_searched,
            confidence=assessment.confidence,
            reasons=assessment.reasons,
            nearest=nearest,
            passages=passages,
            unmatched_terms=unmatched_terms(snapshot, question.text, retrieval.query.translation),
            timings_ms={**retrieval.timings_ms, "choose": 1000 * (ended - ranked), "total": 1000 * (ended - started)},
            exact=exact,
            differences=assessment.differences,
            carried=form.carried,
            complete=None if reading is None else reading.complete,
        )

    def _read(self, snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate]) -> Reading | None:
        """What the extractor reads in the first passages; None without one, or in a language that it does not speak."""
        evidence = retrieval.evidence
        if self._extractor is None or not candidates or evidence is None:
            return None
        if evidence.meaning is not None:  # the languages are known
            is_native = evidence.meaning.is_native[position_of(evidence, candidates[0].row)]
            speaks = evidence.meaning.is_english and bool(is_native)
            return read(snapshot, retrieval, candidates, self._extractor) if speaks else None
        is_plain = all(snapshot.passages[candidate.row].text.isascii() for candidate in candidates[:READ])
        if evidence.fluency < FLUENT and not is_plain:  # rows of figures have short tokens in any language
            return None
        return read(snapshot, retrieval, candidates, self._extractor)

    def _rerank(self, snapshot: Snapshot, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
        if self._reranker is None:
            return list(candidates)
        head, tail = candidates[:RERANK_DEPTH], candidates[RERANK_DEPTH:]
        texts = [snapshot.passages[candidate.row].embedded_text for candidate in head]
        reranked = self._reranker(question.text, head, texts)
        floor = min((candidate.score for candidate in reranked), default=0.0)
        lowered = [_lowered(candidate, floor - 1 - place) for place, candidate in enumerate(tail)]
        return [*reranked, *lowered]


def _keeps_to(carried: Sequence[str], answer: Answer) -> bool:
    """Whether an answer to a question that was asked alone is about what earlier ones named, if they named anything."""
    names = [_POSSESSIVE.sub("", word) for word in carried if word[0].isupper()]
    if answer.carried or not names:
        return True
    return any(name in cited.document.text for cited in answer.nearest for name in names)


def _says_anything_of(question: str, reading: Reading, snapshot: Snapshot) -> bool:
    """Whether the passage that would be quoted has one of the words that a question adds to those before it, if any."""
    own = {token.term for token in analyze(question) if token.word not in FUNCTION_WORDS}
    passage = snapshot.passages[reading.candidate.row]
    return not own or not own.isdisjoint(terms(f"{passage.context} {passage.text}"))


def _with_the_answer_first(candidates: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """The candidates, with the passage that is quoted before those that rank above it, if it is quoted for sure."""
    answering = reading.candidate
    if answering is candidates[0] or reading.share < SHARE:
        return list(candidates)
    first = replace(answering, score=candidates[0].score)
    return [first, *(candidate for candidate in candidates if candidate is not answering)]


def unmatched_terms(snapshot: Snapshot, text: str, translation: Translation | None = None) -> tuple[str, ...]:
    """The words of the question, as typed, that nothing in the corpus stands for; "how" and "what" tell nothing.

    A pair of characters of a script without spaces need not be a word, and is never among them.
    """
    idle = FUNCTION_WORDS if translation is None else common_words(translation.language)
    absent = (
        text[token.start : token.end]
        for token in analyze(text)
        if token.term not in snapshot.lexical.vocabulary and token.word not in idle and not is_unspaced(token.word)
        if translation is None or not translation.words.get(token.term)
    )
    return tuple(dict.fromkeys(absent))


def _lowered(candidate: Candidate, score: float) -> Candidate:
    return replace(candidate, score=score)


def _empty_handed(question: Question, reason: Reason) -> Answer:
    return Answer(question.text, question.text, (), Confidence(Band.LOW, 0.0), (reason,), (), (), (), {"total": 0.0})


def _cite(snapshot: Snapshot, chosen: Sequence[tuple[int, Span]]) -> tuple[Citation, ...]:
    return tuple(_citation(snapshot, number, row, span) for number, (row, span) in enumerate(chosen, start=1))


def _quoted(reading: Reading) -> list[tuple[int, Span]]:
    pool = reading.pool
    return [(int(pool.rows[index]), pool.spans[index]) for index in reading.sentences.chosen]


def _exact(citations: Sequence[Citation], reading: Reading) -> tuple[ExactAnswer, ...]:
    """The words of the best sentence that answer, by the number of its citation."""
    exact = reading.exact
    if exact is None:
        return ()
    best = reading.sentences.chosen.index(reading.sentences.best)
    return (ExactAnswer(citations[best].number, citations[best].document, exact.span),)


def _citation(snapshot: Snapshot, number: int, row: int, span: Span) -> Citation:
    document, passage = snapshot.document_of(row), snapshot.passages[row]
    index = passage.sentences.index(span)
    before, after = passage.sentences[:index][-1:], passage.sentences[index + 1 :][:1]
    return Citation(
        number=number,
        document=document,
        passage=passage,
        span=span,
        prefix=document.text[max(span.start - CONTEXT_CHARACTERS, 0) : span.start],
        suffix=document.text[span.end : span.end + CONTEXT_CHARACTERS],
        before=passage.document_text(before[0]) if before else "",
        after=passage.document_text(after[0]) if after else "",
    )


def _ranked(
    snapshot: Snapshot,
    retrieval: Retrieval,
    found: Sequence[Distinct],
    citations: Sequence[Citation],
    exact: Sequence[ExactAnswer],
) -> tuple[RankedPassage, ...]:
    vocabulary = snapshot.lexical.vocabulary
    terms = [vocabulary[term] for term in retrieval.query.weights if term in vocabulary]
    marked = _term_highlights(snapshot, [one.candidate.row for one in found], terms)
    ranked = []
    for rank, (one, words) in enumerate(zip(found, marked, strict=True), start=1):
        candidate, passage = one.candidate, snapshot.passages[one.candidate.row]
        answers = [
            Highlight(citation.span, HighlightKind.ANSWER) for citation in citations if citation.passage == passage
        ]
        marked_exact = [
            Highlight(words.span, HighlightKind.EXACT)
            for words in exact
            if words.document.id == passage.document_id and passage.start <= words.span.start < passage.end
        ]
        ranked.append(
            RankedPassage(
                rank=rank,
                passage=passage,
                document=snapshot.document_of(candidate.row),
                score=candidate.score,
                scores=candidate.scores,
                highlights=tuple(
                    sorted((*answers, *marked_exact, *words), key=lambda mark: (mark.span.start, mark.kind))
                ),
                cited=bool(answers),
                repeated_in=tuple(snapshot.passages[row] for row in one.repeated_in),
            )
        )
    return tuple(ranked)


def _term_highlights(snapshot: Snapshot, rows: Sequence[int], terms: Sequence[int]) -> list[list[Highlight]]:
    """For each passage the words of the question, terms given by id, as spans into the document, in order."""
    sentences, first = snapshot.sentences_of(np.asarray(rows, dtype=np.int64))
    ids, _, lengths = snapshot.lexical.sentence_tokens(sentences)
    hits = np.flatnonzero(np.isin(ids, terms))
    owners = np.searchsorted(np.cumsum(lengths), hits, side="right")
    spans = snapshot.passages.spans[sentences[owners], :1] + snapshot.lexical.token_places(sentences)[hits]
    marks: list[list[Highlight]] = [[] for _ in rows]
    for place, (start, end) in zip(np.searchsorted(first, owners, side="right") - 1, spans.tolist(), strict=True):
        marks[place].append(Highlight(Span(start, end), HighlightKind.TERM))
    return marks
