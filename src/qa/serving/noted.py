"""What is kept of each answer that a reader gets: which documents it cited, and if wanted, the words of a refusal."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from qa.serving.feedback import Shown
from qa.serving.refusals import REFUSALS, Refusals
from qa.types import Answer


@dataclass(frozen=True, slots=True)
class Noted:
    """Where answers are noted; ``refusals`` is None unless their words are wanted."""

    shown: Shown
    refusals: Refusals | None = None

    @classmethod
    def of(cls, shown: Shown, refusals_in: Path | None) -> Self:
        """Note refusals, too, where a folder for their words is given."""
        return cls(shown, Refusals(refusals_in / REFUSALS) if refusals_in else None)

    def add(self, answer: Answer) -> None:
        """Note an answer; what cannot be written stops none."""
        self.shown.add(citation.document.id for citation in answer.citations)
        if self.refusals is not None:
            self.refusals.add(answer)
