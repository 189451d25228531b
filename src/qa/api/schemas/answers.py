"""What an answer is over the wire: passages, citations, confidence, reasons.

Every ``start_char_index`` and ``end_char_index`` counts Unicode code points into the document's text, end exclusive.
"""

import uuid
from typing import Literal, Self

from pydantic import BaseModel, Field

from qa.answering.agreement import Witness
from qa.api.page.presentation import display_title, document_url, text_sha256
from qa.api.schemas.documents import IndexBody
from qa.index.snapshot import Snapshot
from qa.languages import language_of
from qa.serving.service import Answered
from qa.types import Citation, ExactAnswer, Passage, RankedPassage, Span

ReasonName = Literal[
    "no_relevant_passage",
    "not_said",
    "differs",
    "negated",
    "terms_not_in_corpus",
    "filters_exclude_all",
    "empty_index",
]


class ConfidenceBody(BaseModel):
    band: Literal["high", "medium", "low"]
    probability: float = Field(description="estimated probability that the cited sentences answer the question")


class ExactBody(BaseModel):
    """The words inside a cited sentence that answer the question, verbatim, and where they stand in its document."""

    citation: int = Field(description="the number of the citation that holds them")
    text: str
    start_char_index: int
    end_char_index: int

    @classmethod
    def of(cls, exact: ExactAnswer) -> Self:
        return cls(
            citation=exact.citation,
            text=exact.text,
            start_char_index=exact.span.start,
            end_char_index=exact.span.end,
        )


class AnswerBody(BaseModel):
    text: str = Field(
        description="the cited sentences, verbatim, joined by a space; by a line end after what has no full stop"
    )
    citations: list[int] = Field(description="numbers of the citations, in order")
    spans: list[ExactBody] = Field(description="the exact answer inside them; empty where that is unsure")
    complete: bool | None = Field(
        description="of a question for several things: whether all sentences that tell one are cited; null for others"
    )


class DifferenceBody(BaseModel):
    asked: str = Field(description="what the question says, as typed")
    written: str = Field(description='what the documents say in its stead; "" where that cannot be told')


class CitationBody(BaseModel):
    number: int
    document_id: str
    document_title: str
    document_sha256: str = Field(description="of the document's text as UTF-8, when it was cited")
    passage_id: str
    cited_text: str
    start_char_index: int
    end_char_index: int
    prefix: str
    suffix: str
    before: str = Field(description='the sentence before it in the passage, verbatim; "" at the start')
    after: str = Field(description='the sentence after it in the passage, verbatim; "" at the end')
    url: str = Field(description="opens the document at the quotation")
    retrieved: str | None = Field(description="the day on which a page of the web was fetched or saved")
    page: int | None = Field(description="the number of the page, from 1, where the document's format has pages")
    language: str | None = Field(description="of the passage, as ISO 639-1 code, where it can be told")

    @classmethod
    def of(cls, citation: Citation) -> Self:
        return cls(
            number=citation.number,
            document_id=citation.document.id,
            document_title=display_title(citation.document),
            document_sha256=text_sha256(citation.document),
            passage_id=citation.passage.id,
            cited_text=citation.cited_text,
            start_char_index=citation.span.start,
            end_char_index=citation.span.end,
            prefix=citation.prefix,
            suffix=citation.suffix,
            before=citation.before,
            after=citation.after,
            url=document_url(citation.document.id, citation.span.start, citation.span.end),
            retrieved=citation.document.retrieved,
            page=citation.document.page_at(citation.span.start),
            language=language_of(citation.passage.text),
        )


class HighlightBody(BaseModel):
    start_char_index: int
    end_char_index: int
    kind: Literal["answer", "exact", "term"]


class ContextBody(BaseModel):
    """What the document says right before and after a passage, verbatim: the neighbouring passages, "" at its ends."""

    before: str
    after: str

    @classmethod
    def of(cls, passage: Passage, snapshot: Snapshot) -> Self:
        rows = snapshot.rows_of_document[passage.document_id]
        text = snapshot.document_by_id[passage.document_id].text
        first, last = max(passage.ordinal - 1, 0), min(passage.ordinal + 1, len(rows) - 1)
        start, end = snapshot.passages[rows[first]].start, snapshot.passages[rows[last]].end
        return cls(before=text[start : passage.start], after=text[passage.end : end])


class PassageBody(BaseModel):
    rank: int
    passage_id: str
    document_id: str
    document_title: str
    published: str | None
    source: str | None
    text: str
    start_char_index: int
    end_char_index: int
    page: int | None = Field(description="the page on which the passage begins, where the document's format has pages")
    language: str | None = Field(description="of the passage, as ISO 639-1 code, where it can be told")
    highlights: list[HighlightBody]
    score: float
    scores: dict[str, float] | None
    context: ContextBody | None
    cited: bool
    repeated_in: list[str] = Field(description="ids of passages that say the same, which are not listed after it")

    @classmethod
    def of(cls, ranked: RankedPassage, scores: bool, around: Snapshot | None = None) -> Self:
        """Build the body; ``around`` adds what stands beside the passage in that snapshot."""
        return cls(
            rank=ranked.rank,
            passage_id=ranked.passage.id,
            document_id=ranked.document.id,
            document_title=display_title(ranked.document),
            published=ranked.document.published,
            source=ranked.document.publisher,
            text=ranked.passage.text,
            start_char_index=ranked.passage.start,
            end_char_index=ranked.passage.end,
            page=ranked.document.page_at(ranked.passage.start),
            language=language_of(ranked.passage.text),
            highlights=[
                HighlightBody(start_char_index=mark.span.start, end_char_index=mark.span.end, kind=mark.kind.value)
                for mark in ranked.highlights
            ],
            score=ranked.score,
            scores=dict(ranked.scores) if scores else None,
            context=ContextBody.of(ranked.passage, around) if around else None,
            cited=ranked.cited,
            repeated_in=[passage.id for passage in ranked.repeated_in],
        )


class SpanBody(BaseModel):
    """A part of a document's text."""

    start_char_index: int
    end_char_index: int

    @classmethod
    def of(cls, span: Span) -> Self:
        return cls(start_char_index=span.start, end_char_index=span.end)


class AgreementBody(BaseModel):
    """A sentence of another document that says what a citation says, or something else of the same."""

    citation: int = Field(description="number of the citation")
    agreement: Literal["supports", "differs"]
    told: Literal["number", "date", "name"] | None = Field(description="what is told otherwise")
    document_id: str
    document_title: str
    text: str
    start_char_index: int
    end_char_index: int
    url: str
    differing: SpanBody | None = Field(description="the words that differ, in this document")
    cited_differing: SpanBody | None = Field(description="and in the cited one")

    @classmethod
    def of(cls, witness: Witness) -> Self:
        document, span = witness.document, witness.span
        cited, other = witness.differing or (None, None)
        return cls(
            citation=witness.citation,
            agreement=witness.agreement.value,
            told=witness.told.value if witness.told else None,
            document_id=document.id,
            document_title=display_title(document),
            text=document.text[span.start : span.end],
            start_char_index=span.start,
            end_char_index=span.end,
            url=document_url(document.id, span.start, span.end),
            differing=SpanBody.of(other) if other else None,
            cited_differing=SpanBody.of(cited) if cited else None,
        )


class AskResponse(BaseModel):
    id: str
    question: str
    language: str | None = Field(description="of the question, as ISO 639-1 code, where it can be told")
    searched_for: str = Field(description="to be read: the question as it was searched for, other spellings behind it")
    also_searched: list[str] = Field(description="those other spellings of its names, as the documents have them")
    answerable: bool
    confidence: ConfidenceBody
    carried: list[str] = Field(
        description="words of earlier questions, or names that answered them, that were searched for with this one"
    )
    reasons: list[ReasonName]
    differences: list[DifferenceBody] = Field(description="what the question says otherwise than the documents")
    answer: AnswerBody | None
    citations: list[CitationBody]
    passages: list[PassageBody]
    unmatched_terms: list[str]
    index: IndexBody
    timings_ms: dict[str, float]
    agreement: list[AgreementBody] | None = Field(
        None, description="what other documents say of what is cited, where included"
    )
    evidence: str | None = Field(None, description="where the answer is with all that is needed to check it")

    @classmethod
    def of(cls, answered: Answered, scores: bool = False, context: bool = False) -> Self:
        """Build the body; ``scores`` adds the named scores of every passage, ``context`` what stands beside it."""
        answer = answered.answer
        return cls(
            id=str(uuid.uuid4()),
            question=answer.question,
            language=language_of(answer.question),
            searched_for=answer.searched_for,
            also_searched=list(answer.also_searched),
            answerable=answer.answerable,
            confidence=ConfidenceBody(
                band=answer.confidence.band.value, probability=round(answer.confidence.probability, 4)
            ),
            carried=list(answer.carried),
            reasons=[reason.value for reason in answer.reasons],
            differences=[DifferenceBody(asked=d.asked, written=d.written) for d in answer.differences],
            answer=AnswerBody(
                text=answer.text,
                citations=[c.number for c in answer.citations],
                spans=[ExactBody.of(exact) for exact in answer.exact],
                complete=answer.complete,
            )
            if answer.answerable
            else None,
            citations=[CitationBody.of(citation) for citation in answer.citations],
            passages=[
                PassageBody.of(ranked, scores, answered.snapshot if context else None) for ranked in answer.passages
            ],
            unmatched_terms=list(answer.unmatched_terms),
            index=IndexBody.of(answered.snapshot.manifest),
            timings_ms={name: round(value, 2) for name, value in answer.timings_ms.items()},
        )
