"""What lies near: a question in a document, other sentences that say the same, passages like and unlike others."""

from typing import Annotated, Self

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.api.dependencies import CurrentService, HtmlPages, WantsHtml
from qa.api.page.parts import numbered_part
from qa.api.page.presentation import display_title, document_url
from qa.api.page.source import find_document, part_similarities, sentence_clipping
from qa.api.page.view import View
from qa.api.refine import passage_rows, refine
from qa.api.schemas.answers import PassageBody
from qa.api.schemas.questions import AskBody, QuestionText
from qa.errors import QuestionError
from qa.retrieval.neighbours import SentenceSimilarity, echoes
from qa.types import Span

router = APIRouter(tags=["neighbours"])

MAX_FEEDBACK = 50


class SentenceBody(BaseModel):
    document_id: str
    document_title: str
    published: str | None
    text: str
    start_char_index: int
    end_char_index: int
    similarity: float = Field(description="cosine, -1 to 1")
    url: str

    @classmethod
    def of(cls, sentence: SentenceSimilarity) -> Self:
        return cls(
            document_id=sentence.document.id,
            document_title=display_title(sentence.document),
            published=sentence.document.published,
            text=sentence.text,
            start_char_index=sentence.span.start,
            end_char_index=sentence.span.end,
            similarity=round(sentence.similarity, 4),
            url=document_url(sentence.document.id, sentence.span.start, sentence.span.end),
        )


class SentenceList(BaseModel):
    sentences: list[SentenceBody]


class PartBody(SentenceList):
    """The sentences of one part of a document; a short document has one part."""

    part: int = Field(description="which part this is, from 1")
    parts: int = Field(description="how many parts the document has")


class RefineBody(AskBody):
    """A question, and what a reader said about its passages."""

    like: list[str] = Field([], max_length=MAX_FEEDBACK, description="ids of passages: more like these")
    unlike: list[str] = Field([], max_length=MAX_FEEDBACK, description="ids of passages: not like these")


class PassageList(BaseModel):
    passages: list[PassageBody]


@router.get("/documents/{document_id:path}/similarity", summary="How close each sentence is to a question")
def similarity(
    document_id: str,
    service: CurrentService,
    question: Annotated[QuestionText, Query(description="what you ask")],
    part: Annotated[int, Query(ge=1, description="of a long document: which part")] = 1,
) -> PartBody:
    """Every sentence of the document, or of a part of a long one, in the order of its text."""
    snapshot = service.snapshot
    document = find_document(snapshot, document_id)
    chosen = numbered_part(document, part)
    compared = part_similarities(snapshot, document, chosen, service.embed_question(question))
    sentences = [SentenceBody.of(sentence) for sentence in compared]
    return PartBody(sentences=sentences, part=chosen.number, parts=chosen.count)


@router.get(
    "/similar",
    summary="Who else says this? Sentences close to a given one",
    response_model=SentenceList,
    responses={200: {"content": {"text/html": {}}}},
)
def similar(
    service: CurrentService,
    pages: HtmlPages,
    html: WantsHtml,
    document_id: str,
    start: Annotated[int, Query(ge=0, description="first code point of the sentence")],
    end: Annotated[int, Query(ge=0, description="one past its last code point")],
    count: Annotated[int, Query(ge=1, le=50)] = 8,
    fragment: Annotated[bool, Query(include_in_schema=False)] = False,
) -> Response | SentenceList:
    """Query by example with the sentence's stored vector; best first."""
    snapshot = service.snapshot
    document = find_document(snapshot, document_id)
    span = View(start=start, end=end).span_in(document)
    if span is None:
        raise QuestionError(f"start, end: must hold 0 <= start < end <= {len(document.text)}")
    found = echoes(snapshot, document.id, span, count)
    if not html:
        return SentenceList(sentences=[SentenceBody.of(sentence) for sentence in found])
    return pages.render(
        "_others.html" if fragment else "similar.html",
        view=View(),
        document=document,
        span=span,
        quote=_text(document.text, span),
        found=[(sentence, sentence_clipping(snapshot, sentence)) for sentence in found],
    )


def _text(text: str, span: Span) -> str:
    return text[span.start : span.end]


@router.post(
    "/passages",
    summary="Passages ranked again: more like these, not like those (Rocchio)",
    response_model=PassageList,
    responses={200: {"content": {"text/html": {}}}},
)
def refined(body: RefineBody, service: CurrentService, pages: HtmlPages, html: WantsHtml) -> Response | PassageList:
    """Without any feedback, the passages of the answer."""
    question = body.to_question()
    answered, passages = refine(service, question, body.like, body.unlike)
    if not html:
        return PassageList(passages=[PassageBody.of(ranked, scores=True) for ranked in passages])
    snapshot = answered.snapshot
    chips = [
        (kind, snapshot.passages[row])
        for kind, ids in (("like", body.like), ("unlike", body.unlike))
        for row in passage_rows(snapshot, ids)
    ]
    view = View(question.text, question.history, question.filters)
    return pages.render("_refined.html", view=view, answered=answered, passages=passages, chips=chips)
