"""What is verified and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qa.types import Document, Span


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that somebody quotes, and what they say of where those stand; ``span`` counts into the document's text."""

    text: str
    document_id: str | None = None
    span: Span | None = None
    document_sha256: str | None = None


class Verdict(StrEnum):
    """What became of a quotation."""

    INTACT = "intact"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"
    NOT_OURS = "not_ours"


class Edit(StrEnum):
    """How a part of a quotation differs from the document."""

    SAME = "same"
    REPLACED = "replaced"
    ADDED = "added"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Difference:
    """One step of the way from a quotation to what the document says; ``quoted`` or ``says`` may be empty."""

    edit: Edit
    quoted: str
    says: str


@dataclass(frozen=True, slots=True)
class Match:
    """Where a quotation stands, in pieces where it leaves words out, in the order of the text."""

    document: Document
    spans: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """From the first piece to the last."""
        return Span(self.spans[0].start, self.spans[-1].end)

    @property
    def text(self) -> str:
        """What the document says there, with what a quotation leaves out."""
        return self.document.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a snapshot that is still kept says where a quotation is from."""

    snapshot: str
    text: str
    is_quoted: bool
    """Whether the quotation was right then."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A quotation with its verdict. ``match`` is where it, or what comes near to it, stands now."""

    quotation: Quotation
    verdict: Verdict
    match: Match | None = None
    differences: tuple[Difference, ...] = ()
    document_changed: bool = False
    """Whether the document is another text than the one that was quoted, as far as the quotation tells."""
    earlier: Earlier | None = None


Documents = Mapping[str, Document]
