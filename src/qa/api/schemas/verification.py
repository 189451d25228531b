"""What is verified and what comes out, over the wire."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from qa.api.page.presentation import display_title, document_url
from qa.api.schemas.answers import SpanBody
from qa.api.schemas.documents import IndexBody
from qa.api.schemas.questions import Strict
from qa.errors import TooLarge
from qa.index.snapshot import Manifest
from qa.types import Span
from qa.verification.records import Difference, Earlier, Finding, Match, Quotation

MOST_QUOTATIONS = 10_000
MOST_LETTERS = 2_500_000  # of all together: looking for what was changed costs by its letters
LONGEST_QUOTATION = 8_000

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
VerdictName = Literal["intact", "moved", "changed", "gone", "not_ours"]


class CitationToVerify(BaseModel):
    """A citation of an answer, whole or in part; fields that are not needed may stay."""

    model_config = ConfigDict(extra="ignore", strict=True)

    cited_text: str = Field(min_length=1, max_length=LONGEST_QUOTATION)
    document_id: str | None = Field(None, max_length=4096)
    start_char_index: int | None = Field(None, ge=0)
    end_char_index: int | None = Field(None, ge=0)
    document_sha256: Sha256 | None = None

    def to_quotation(self) -> Quotation:
        start, end = self.start_char_index, self.end_char_index
        span = Span(start, end) if start is not None and end is not None and start < end else None
        return Quotation(self.cited_text, self.document_id, span, self.document_sha256)


class VerifyBody(Strict):
    """Citations, or any text with quotations in it."""

    citations: list[CitationToVerify] = Field([], max_length=MOST_QUOTATIONS, description="citations of answers")
    text: str = Field(
        "",
        description="an export of an answer, an answer as JSON, a web page, BibTeX, or a draft with quotations in it",
        examples=["As he put it, “the passage took [him] … nine hours”."],
    )

    @model_validator(mode="after")
    def _is_either(self) -> Self:
        if bool(self.citations) == bool(self.text):
            raise ValueError("send either citations or text")
        return self


def check_amount(quotations: Sequence[Quotation]) -> None:
    """Let pass what one request may ask about.

    Raises:
        TooLarge: there are too many quotations, or they are too long in all.
    """
    letters = sum(len(quotation.text) for quotation in quotations)
    if len(quotations) > MOST_QUOTATIONS or letters > MOST_LETTERS:
        raise TooLarge(
            f"there are {len(quotations):,} quotations of {letters:,} characters; send at most {MOST_QUOTATIONS:,} "
            f"of {MOST_LETTERS:,} in all at a time"
        )


class WordsBody(BaseModel):
    edit: Literal["same", "replaced", "added", "left_out"] = Field(
        description="`added`: only the quotation has it; `left_out`: only the document"
    )
    quoted: str
    document_says: str

    @classmethod
    def of(cls, difference: Difference) -> Self:
        return cls(edit=difference.edit.value, quoted=difference.quoted, document_says=difference.says)


class FoundBody(BaseModel):
    """Where a quotation, or what comes near to it, stands now."""

    document_id: str
    document_title: str
    text: str = Field(description="what the document says there, with what the quotation leaves out")
    start_char_index: int
    end_char_index: int
    pieces: list[SpanBody] = Field(description="more than one where the quotation leaves words out")
    url: str

    @classmethod
    def of(cls, match: Match) -> Self:
        document, span = match.document, match.span
        return cls(
            document_id=document.id,
            document_title=display_title(document),
            text=match.text,
            start_char_index=span.start,
            end_char_index=span.end,
            pieces=[SpanBody.of(span) for span in match.spans],
            url=document_url(document.id, span.start, span.end),
        )


class EarlierBody(BaseModel):
    """What an earlier snapshot, which is still kept, says where the quotation is from."""

    snapshot: str
    text: str
    quoted_rightly: bool

    @classmethod
    def of(cls, earlier: Earlier) -> Self:
        return cls(snapshot=earlier.snapshot, text=earlier.text, quoted_rightly=earlier.is_quoted)


class FindingBody(BaseModel):
    """One quotation with its verdict."""

    verdict: VerdictName
    quoted: str
    document_id: str | None = Field(description="the document that the quotation names")
    now: FoundBody | None
    differences: list[WordsBody] = Field(description="where it is `changed`: word by word, the same words too")
    document_changed: bool = Field(description="whether the document is another text than the one that was quoted")
    earlier: EarlierBody | None

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(
            verdict=finding.verdict.value,
            quoted=finding.quotation.text,
            document_id=finding.quotation.document_id,
            now=FoundBody.of(finding.match) if finding.match else None,
            differences=[WordsBody.of(difference) for difference in finding.differences],
            document_changed=finding.document_changed,
            earlier=EarlierBody.of(finding.earlier) if finding.earlier else None,
        )


class VerifyResponse(BaseModel):
    """Every quotation in the order of the request, and how many there are of each verdict."""

    counts: dict[VerdictName, int]
    quotations: list[FindingBody]
    index: IndexBody

    @classmethod
    def of(cls, findings: Sequence[Finding], manifest: Manifest) -> Self:
        return cls(
            counts=dict(Counter(finding.verdict.value for finding in findings)),
            quotations=[FindingBody.of(finding) for finding in findings],
            index=IndexBody.of(manifest),
        )
