"""A reader's judgement of a passage."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from qa.api.access import JUDGEMENTS
from qa.api.dependencies import CurrentJudgements, CurrentService
from qa.api.refine import passage_rows
from qa.api.schemas.questions import QuestionText, Strict
from qa.errors import QuestionError
from qa.serving.feedback import Judgement, text_sha256

router = APIRouter(tags=["feedback"], dependencies=[JUDGEMENTS])


class FeedbackBody(Strict):
    """One judgement."""

    question: QuestionText
    passage_id: str = Field(max_length=4096)
    snapshot: str = Field(max_length=64, description="the snapshot that showed the passage")
    grade: Annotated[int, Field(ge=0, le=1)] | None = Field(
        description="1: answers the question; 0: does not; null: take back what was said"
    )


@router.post("/feedback", summary="Say whether a passage answers a question", status_code=204)
def judge(body: FeedbackBody, service: CurrentService, judgements: CurrentJudgements) -> None:
    """Writes one line that `qa eval` can read; the last word on a question and passage counts."""
    snapshot = service.snapshot
    if body.snapshot != snapshot.manifest.id:
        raise QuestionError("snapshot: another one serves now; ask the question again")
    (row,) = passage_rows(snapshot, [body.passage_id])
    passage = snapshot.passages[row]
    judgements.add(
        Judgement(
            question=body.question,
            document_id=passage.document_id,
            passage_id=passage.id,
            start_char_index=passage.start,
            end_char_index=passage.end,
            grade=body.grade,
            snapshot=snapshot.manifest.id,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            text_sha256=text_sha256(passage.text),
        )
    )
