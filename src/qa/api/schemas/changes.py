"""What goes over the wire about changes: what became of each file, and the build that follows."""

from typing import Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, Field

from qa.api.errors import Problem
from qa.api.page.presentation import job_text
from qa.api.schemas.documents import UnreadableBody
from qa.corpus.uploads import Stored
from qa.errors import ChangeRefused
from qa.serving.build_process import Built
from qa.serving.jobs import Job

SHOWN_NAME = 100
NOTE = "Stored. The documents answer as they are now after the next build; the job says when."


class BuiltBody(BaseModel):
    """What a build did, by document id."""

    snapshot: str
    added: list[str]
    changed: list[str]
    removed: list[str]
    unchanged: int
    unreadable: list[UnreadableBody] = Field(description="files that could not be indexed, and why")
    passages: int

    @classmethod
    def of(cls, built: Built) -> Self:
        return cls(
            snapshot=built.snapshot,
            added=list(built.added),
            changed=list(built.changed),
            removed=list(built.removed),
            unchanged=built.unchanged,
            unreadable=[UnreadableBody(document_id=u.document_id, reason=u.reason) for u in built.unreadable],
            passages=built.passages,
        )


class JobBody(BaseModel):
    """A build as it stands; it ends as `done` (its snapshot answers) or `failed`."""

    id: str
    url: str
    state: Literal["queued", "waiting", "running", "done", "failed"]
    text: str = Field(description="the same in a sentence, for people")
    stage: str = Field(description="what it is doing: `starting`, `reading`, `encoding`, `opening` and others")
    done: int = Field(description="how much of the stage is done")
    total: int
    asked_at: str
    ended_at: str | None
    error: str | None = Field(description="why it failed or waits")
    result: BuiltBody | None

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            id=job.id,
            url=job_url(job.id),
            state=job.state.value,
            text=job_text(job),
            stage=job.stage,
            done=job.done,
            total=job.total,
            asked_at=job.asked_at,
            ended_at=job.ended_at,
            error=job.error,
            result=BuiltBody.of(job.built) if job.built else None,
        )


class FileBody(BaseModel):
    """What became of one file of a request, in the order in which they were sent."""

    name: str = Field(description="as it was sent, what cannot be shown left out")
    document_id: str | None = Field(description="the name it has in the corpus")
    outcome: Literal["added", "replaced", "unchanged", "refused"]
    problem: Problem | None = None

    @classmethod
    def stored(cls, name: str, stored: Stored) -> Self:
        return cls(name=shown(name), document_id=stored.document_id, outcome=stored.outcome.value)

    @classmethod
    def refused(cls, name: str, error: ChangeRefused) -> Self:
        problem = Problem(type=f"/problems/{error.slug}", title=error.title, status=error.status, detail=str(error))
        return cls(name=shown(name), document_id=None, outcome="refused", problem=problem)


class UploadBody(BaseModel):
    """What became of the files of a request."""

    files: list[FileBody]
    note: str = NOTE
    job: JobBody | None = Field(description="the build that will hold them, unless none was wanted")


class UndoBody(BaseModel):
    """The request that takes a deletion back."""

    method: Literal["POST"] = "POST"
    url: str


class ChangeBody(BaseModel):
    """A deletion, or its undoing: the document answers until, or again after, the build."""

    document_id: str
    undo: UndoBody | None
    job: JobBody | None


def job_url(job_id: str) -> str:
    """The address of a job."""
    return f"/index/jobs/{job_id}"


def restore_url(document_id: str) -> str:
    """The address that brings a deleted document back."""
    return f"/documents/{quote(document_id, safe='/')}/restore"


def shown(name: str) -> str:
    """A file's name as it may be shown: no control or direction characters, not too long."""
    return "".join(character for character in name if character.isprintable())[:SHOWN_NAME]
