"""What goes over the wire: strict requests, and responses made from the product's own records.

Every ``start_char_index`` and ``end_char_index`` counts Unicode code points into the document's text, end exclusive.
"""

import re
import uuid
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from qa.api.presentation import display_title, document_url, text_sha256
from qa.errors import QuestionError
from qa.service import Answered
from qa.snapshot import Manifest
from qa.types import Citation, Document, Filters, Question, RankedPassage

MAX_QUESTION = 2000
MAX_TOP_K = 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

QuestionText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


def _iso_day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("expected a day such as 2006-10-27")


Day = Annotated[date, Field(strict=False), BeforeValidator(_iso_day)]


class Strict(BaseModel):
    """A request: no unknown fields, no guessing at types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FiltersBody(Strict):
    """Which documents may answer."""

    document_ids: list[Name] = Field([], max_length=1000, description="any of these documents")
    tags: list[Name] = Field([], max_length=100, description="any of these tags")
    date_from: Day | None = Field(None, description="published on this day or later", examples=["2006-01-01"])
    date_to: Day | None = Field(None, description="published on this day or earlier")

    def to_filters(self) -> Filters:
        return Filters(
            document_ids=tuple(self.document_ids),
            tags=tuple(self.tags),
            date_from=self.date_from.isoformat() if self.date_from else None,
            date_to=self.date_to.isoformat() if self.date_to else None,
        )


class AskBody(Strict):
    """A question."""

    question: QuestionText = Field(
        description="what you want to know", examples=["When did Xu Jiatun fly to San Francisco?"]
    )
    top_k: int = Field(5, ge=1, le=MAX_TOP_K, description="how many passages to return")
    history: list[QuestionText] = Field([], max_length=20, description="earlier questions, oldest first")
    filters: FiltersBody = Field(default_factory=FiltersBody)
    include: list[Literal["scores", "context"]] = Field(
        [], description="`scores` of each stage, `context` of citations"
    )

    def to_question(self) -> Question:
        return Question(self.question, self.top_k, tuple(self.history), self.filters.to_filters())


class AskLink(BaseModel):
    """A question in the query of a link; the same as ``AskBody``, flat."""

    model_config = ConfigDict(extra="forbid")

    question: QuestionText = Field(description="what you want to know")
    top_k: int = Field(5, ge=1, le=MAX_TOP_K, description="how many passages to return")
    history: list[QuestionText] = Field([], max_length=20, description="earlier questions, oldest first")
    document_ids: list[Name] = Field([], max_length=1000, description="any of these documents")
    tags: list[Name] = Field([], max_length=100, description="any of these tags")
    date_from: Day | None = Field(None, description="published on this day or later")
    date_to: Day | None = Field(None, description="published on this day or earlier")
    include: list[Literal["scores", "context"]] = Field([], description="as in the body of POST /ask")

    def to_body(self) -> AskBody:
        filters = FiltersBody(
            document_ids=self.document_ids, tags=self.tags, date_from=self.date_from, date_to=self.date_to
        )
        return AskBody(
            question=self.question, top_k=self.top_k, history=self.history, filters=filters, include=self.include
        )


def parse_question(text: str, top_k: int = 5) -> Question:
    """Hold a question from a command line or a page to the same rules as one from the API.

    Raises:
        QuestionError: naming what is wrong with it.
    """
    try:
        return AskBody(question=text, top_k=top_k).to_question()
    except ValidationError as error:
        first = error.errors()[0]
        raise QuestionError(f"{first['loc'][0]}: {first['msg']}") from error


class ConfidenceBody(BaseModel):
    band: Literal["high", "medium", "low"]
    probability: float = Field(description="estimated probability that the cited sentences answer the question")


class AnswerBody(BaseModel):
    text: str = Field(description="the cited sentences, verbatim, joined by a space")
    citations: list[int] = Field(description="numbers of the citations, in order")


class CitationBody(BaseModel):
    number: int
    document_id: str
    document_title: str
    passage_id: str
    cited_text: str
    start_char_index: int
    end_char_index: int
    prefix: str
    suffix: str
    url: str = Field(description="opens the document at the quotation")
    page: int | None = Field(description="the number of the page, from 1, where the document's format has pages")

    @classmethod
    def of(cls, citation: Citation) -> Self:
        return cls(
            number=citation.number,
            document_id=citation.document.id,
            document_title=display_title(citation.document),
            passage_id=citation.passage.id,
            cited_text=citation.cited_text,
            start_char_index=citation.span.start,
            end_char_index=citation.span.end,
            prefix=citation.prefix,
            suffix=citation.suffix,
            url=document_url(citation.document.id, citation.span.start, citation.span.end),
            page=citation.document.page_at(citation.span.start),
        )


class HighlightBody(BaseModel):
    start_char_index: int
    end_char_index: int
    kind: Literal["answer", "term"]


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
    highlights: list[HighlightBody]
    score: float
    scores: dict[str, float] | None
    cited: bool
    repeated_in: list[str] = Field(description="ids of passages that say the same, which are not listed after it")

    @classmethod
    def of(cls, ranked: RankedPassage, scores: bool) -> Self:
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
            highlights=[
                HighlightBody(start_char_index=mark.span.start, end_char_index=mark.span.end, kind=mark.kind.value)
                for mark in ranked.highlights
            ],
            score=ranked.score,
            scores=dict(ranked.scores) if scores else None,
            cited=ranked.cited,
            repeated_in=[passage.id for passage in ranked.repeated_in],
        )


class IndexBody(BaseModel):
    snapshot: str
    documents: int
    passages: int
    built_at: str
    embedder: str

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        return cls(
            snapshot=manifest.id,
            documents=manifest.documents,
            passages=manifest.passages,
            built_at=manifest.built_at,
            embedder=manifest.embedder,
        )


class AskResponse(BaseModel):
    id: str
    question: str
    searched_for: str
    answerable: bool
    confidence: ConfidenceBody
    reasons: list[Literal["no_relevant_passage", "terms_not_in_corpus", "filters_exclude_all", "empty_index"]]
    answer: AnswerBody | None
    citations: list[CitationBody]
    passages: list[PassageBody]
    unmatched_terms: list[str]
    index: IndexBody
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, answered: Answered, scores: bool = False) -> Self:
        """Build the body; ``scores`` adds the named scores of every passage."""
        answer = answered.answer
        return cls(
            id=str(uuid.uuid4()),
            question=answer.question,
            searched_for=answer.searched_for,
            answerable=answer.answerable,
            confidence=ConfidenceBody(
                band=answer.confidence.band.value, probability=round(answer.confidence.probability, 4)
            ),
            reasons=[reason.value for reason in answer.reasons],
            answer=AnswerBody(text=answer.text, citations=[c.number for c in answer.citations])
            if answer.answerable
            else None,
            citations=[CitationBody.of(citation) for citation in answer.citations],
            passages=[PassageBody.of(ranked, scores) for ranked in answer.passages],
            unmatched_terms=list(answer.unmatched_terms),
            index=IndexBody.of(answered.snapshot.manifest),
            timings_ms={name: round(value, 2) for name, value in answer.timings_ms.items()},
        )


class UnreadableBody(BaseModel):
    document_id: str
    reason: str


class IndexResponse(IndexBody):
    sentences: int
    unreadable: list[UnreadableBody] = Field(description="files of the corpus that could not be indexed, and why")
    not_opened: str | None = Field(None, description="why a newer snapshot could not be opened, where that is so")

    @classmethod
    def of(cls, manifest: Manifest, not_opened: str | None = None) -> Self:
        return cls(
            not_opened=not_opened,
            **IndexBody.of(manifest).model_dump(),
            sentences=manifest.sentences,
            unreadable=[UnreadableBody(document_id=u.document_id, reason=u.reason) for u in manifest.unreadable],
        )


class DocumentSummary(BaseModel):
    id: str
    title: str
    published: str | None
    publisher: str | None
    author: str | None
    language: str | None = Field(description="a BCP 47 tag, as the file gives it")
    tags: list[str]
    url: str
    char_count: int
    page_count: int | None = Field(description="where the document's format has pages")
    sha256: str = Field(description="of the text as UTF-8: anyone can check the quotations against it")

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(
            id=document.id,
            title=display_title(document),
            published=document.published,
            publisher=document.publisher,
            author=document.author,
            language=document.language,
            tags=list(document.tags),
            url=document_url(document.id),
            char_count=len(document.text),
            page_count=len(document.pages) or None,
            sha256=text_sha256(document),
        )


class DocumentResponse(DocumentSummary):
    text: str

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(**DocumentSummary.of(document).model_dump(), text=document.text)


class DocumentList(BaseModel):
    documents: list[DocumentSummary]


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Problem(BaseModel):
    """RFC 9457, problem details."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None
