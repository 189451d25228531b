"""What may be asked: the bodies and links of questions, and the rules that hold for them everywhere."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from qa.errors import QuestionError
from qa.types import Filters, Question

MAX_QUESTION = 2000
MAX_TOP_K = 50
MAX_NAMES = 8192
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Included = Literal["scores", "context", "agreement", "evidence"]
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

    document_ids: list[Name] = Field([], max_length=1000, description="any of these documents, or folders (`2006/`)")
    tags: list[Name] = Field([], max_length=100, description="any of these tags")
    date_from: Day | None = Field(None, description="published on this day or later", examples=["2006-01-01"])
    date_to: Day | None = Field(None, description="published on this day or earlier")
    collections: list[Name] = Field([], max_length=100, description="any document of these collections")

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        if sum(map(len, (*self.document_ids, *self.tags, *self.collections))) > MAX_NAMES:
            raise ValueError(f"the names in a filter may have {MAX_NAMES} characters in all; filter by a tag or a date")
        return self

    def to_filters(self) -> Filters:
        return Filters(
            document_ids=tuple(self.document_ids),
            tags=tuple(self.tags),
            date_from=self.date_from.isoformat() if self.date_from else None,
            date_to=self.date_to.isoformat() if self.date_to else None,
            collections=tuple(self.collections),
        )


class AskBody(Strict):
    """A question."""

    question: QuestionText = Field(
        description="what you want to know", examples=["When did Xu Jiatun fly to San Francisco?"]
    )
    top_k: int = Field(5, ge=1, le=MAX_TOP_K, description="how many passages to return")
    history: list[QuestionText] = Field([], max_length=20, description="earlier questions, oldest first")
    filters: FiltersBody = Field(default_factory=FiltersBody)
    include: list[Included] = Field(
        [],
        description="`scores` of each stage; `context` of passages: what stands beside them; `agreement` of other "
        "documents with what is cited; a link to the `evidence`",
    )

    def to_question(self) -> Question:
        return Question(self.question, self.top_k, tuple(self.history), self.filters.to_filters())


class AskLink(BaseModel):
    """A question in the query of a link; the same as ``AskBody``, flat."""

    model_config = ConfigDict(extra="forbid")

    question: QuestionText = Field(description="what you want to know")
    top_k: int = Field(5, ge=1, le=MAX_TOP_K, description="how many passages to return")
    history: list[QuestionText] = Field([], max_length=20, description="earlier questions, oldest first")
    document_ids: list[Name] = Field([], max_length=1000, description="any of these documents, or folders (`2006/`)")
    tags: list[Name] = Field([], max_length=100, description="any of these tags")
    date_from: Day | None = Field(None, description="published on this day or later")
    date_to: Day | None = Field(None, description="published on this day or earlier")
    collections: list[Name] = Field([], max_length=100, description="any document of these collections")
    include: list[Included] = Field([], description="as in the body of POST /ask")

    @model_validator(mode="after")
    def _is_a_body(self) -> Self:
        self.to_body()  # what holds for a body holds for a link
        return self

    def to_body(self) -> AskBody:
        filters = FiltersBody(
            document_ids=self.document_ids,
            tags=self.tags,
            date_from=self.date_from,
            date_to=self.date_to,
            collections=self.collections,
        )
        return AskBody(
            question=self.question, top_k=self.top_k, history=self.history, filters=filters, include=self.include
        )


class EvidenceLink(AskLink):
    """A question whose answer is to be kept with its evidence."""

    snapshot: str | None = Field(None, max_length=64, description="the snapshot that must answer")


def evidence_url(body: AskBody, snapshot: str) -> str:
    """The address of the evidence for an answer, as long as the snapshot that gave it answers."""
    fields = body.model_dump(mode="json", exclude={"filters", "include"}, exclude_defaults=True)
    fields |= body.filters.model_dump(mode="json", exclude_none=True)
    return f"/evidence?{urlencode({**fields, 'snapshot': snapshot}, doseq=True)}"


def parse_question(text: str, top_k: int = 5, collections: Sequence[str] = ()) -> Question:
    """Hold a question from a command line or a page to the same rules as one from the API.

    Raises:
        QuestionError: naming what is wrong with it.
    """
    if not text.strip():
        raise QuestionError("question: it is empty; write what you want to know, such as: When was the mill built?")
    try:
        filters = FiltersBody(collections=list(collections))
        return AskBody(question=text, top_k=top_k, filters=filters).to_question()
    except ValidationError as error:
        first = error.errors()[0]
        raise QuestionError(f"{first['loc'][0]}: {first['msg']}") from error
