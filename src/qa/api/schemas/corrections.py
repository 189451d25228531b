"""What goes over the wire about corrections of what is known of a document."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from qa.api.schemas.changes import JobBody
from qa.api.schemas.questions import Strict
from qa.corpus.sidecars import Corrections
from qa.errors import ChangeRefused, UnreadableFile

MAX_TAGS = 100
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class CorrectionsBody(Strict):
    """Fields that are sent are corrected, `null` says that there is none, and others stay as they are."""

    title: Line | None = Field(None, examples=["The ferries of Ystad"])
    author: Line | None = None
    publisher: Line | None = None
    published: Line | None = Field(None, description="a day, a month or a year", examples=["1911-05"])
    tags: list[Line] | None = Field(None, max_length=MAX_TAGS)

    def over(self, earlier: Corrections) -> Corrections:
        """Earlier corrections with these.

        Raises:
            ChangeRefused: a value is none that the field can have.
        """
        return changed(earlier, self.model_dump(include=self.model_fields_set))


class CorrectedBody(Strict):
    """What the document's sidecar says now; the document answers so after the build."""

    document_id: str
    corrections: CorrectionsBody
    job: JobBody | None


def changed(earlier: Corrections, values: Mapping[str, str | list[str] | None]) -> Corrections:
    """Corrections with other values in some fields.

    Raises:
        ChangeRefused: a value is none that the field can have.
    """
    try:
        return Corrections.of({**earlier.values, **values})
    except UnreadableFile as error:
        raise ChangeRefused(str(error)) from error
