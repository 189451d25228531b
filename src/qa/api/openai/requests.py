"""What OpenAI's clients send: as much of it as matters here; the rest is theirs to send and is not looked at."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from qa.api.schemas.questions import AskBody, FiltersBody
from qa.errors import QuestionError
from qa.types import Question

MOST_HISTORY = 20


class Part(BaseModel):
    """A piece of a message."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One turn; only those of users are questions."""

    role: str = ""
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type in {"text", "input_text"})
        return self.content or ""


class ResponsesBody(BaseModel):
    """``POST /v1/responses``."""

    input: str | list[Message] = Field(examples=["When did Xu Jiatun fly to San Francisco?"])
    model: str = "qa"
    stream: bool | None = False
    include: list[str] | None = Field(None, description="`file_search_call.results` for the passages")
    previous_response_id: str | None = None

    def to_question(self) -> Question:
        """The last message of the user, with those before it as history.

        Raises:
            QuestionError: there is none, or an earlier response is referred to, which nobody keeps.
        """
        if self.previous_response_id:
            raise QuestionError("previous_response_id: responses are not kept; send the earlier messages in input")
        messages = [Message(role="user", content=self.input)] if isinstance(self.input, str) else self.input
        return question_of(messages)


class ChatBody(BaseModel):
    """``POST /v1/chat/completions``."""

    messages: list[Message] = Field(
        examples=[[{"role": "user", "content": "When did Xu Jiatun fly to San Francisco?"}]]
    )
    model: str = "qa"
    stream: bool | None = False

    def to_question(self) -> Question:
        return question_of(self.messages)


class Filter(BaseModel):
    """A condition on documents, or several that all hold."""

    type: Literal["eq", "in", "gte", "lte", "and"]
    key: str = ""
    value: str | list[str] = ""
    filters: "list[Filter]" = Field([], max_length=10)


class SearchBody(BaseModel):
    """``POST /v1/vector_stores/{id}/search``."""

    query: str | list[str] = Field(examples=["Xu Jiatun"])
    max_num_results: int = Field(10, ge=1, le=50)
    filters: Filter | None = Field(None, description="on `document_id`, `tag` (eq, in) and `published` (gte, lte)")

    def to_question(self) -> Question:
        query = self.query if isinstance(self.query, str) else " ".join(self.query)
        fields: dict[str, Any] = {}
        for condition in _conditions(self.filters):
            _add(condition, fields)
        return _asked({"question": query, "top_k": self.max_num_results}, fields)


def question_of(messages: Sequence[Message]) -> Question:
    """The last message of the user as a question, with the earlier ones as its history.

    Raises:
        QuestionError: there is none, or it cannot be asked.
    """
    texts = [text for message in messages if message.role == "user" and (text := message.text.strip())]
    if not texts:
        raise QuestionError("there is no message of a user with text in it")
    return _asked({"question": texts[-1], "history": texts[:-1][-MOST_HISTORY:]}, {})


def _asked(fields: dict[str, Any], filters: dict[str, Any]) -> Question:
    try:
        return AskBody(**fields, filters=FiltersBody(**filters)).to_question()
    except ValidationError as error:
        first = error.errors()[0]
        raise QuestionError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _conditions(condition: Filter | None) -> list[Filter]:
    if condition is None:
        return []
    return (
        [each for part in condition.filters for each in _conditions(part)] if condition.type == "and" else [condition]
    )


def _add(condition: Filter, fields: dict[str, Any]) -> None:
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    names = {"document_id": "document_ids", "tag": "tags"}
    ends = {"gte": "date_from", "lte": "date_to"}
    if condition.key in names and condition.type in {"eq", "in"}:
        fields[names[condition.key]] = values
    elif condition.key == "published" and condition.type in ends and len(values) == 1:
        fields[ends[condition.type]] = values[0]
    else:
        raise QuestionError("filters: only document_id and tag (eq, in) and published (gte, lte) can be filtered by")
