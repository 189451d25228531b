"""What the API says about the pages of a PDF."""

from typing import Self

from pydantic import BaseModel, Field

from qa.serving.originals import PageBox


class DocumentPage(BaseModel):
    """One page: its size as it is shown, and the part of the document's text that stands on it."""

    number: int = Field(description="from 1")
    width: float = Field(description="in points, 1/72 inch")
    height: float = Field(description="in points")
    start_char_index: int = Field(description="first code point of the page in the document's text")
    end_char_index: int = Field(description="one past its last code point; equal where it has no text")


class Box(BaseModel):
    """Where words stand on a page: fractions of its width and height, from the left and from the top."""

    page: int = Field(description="from 1")
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, box: PageBox) -> Self:
        return cls(page=box.page, left=box.left, top=box.top, right=box.right, bottom=box.bottom)


class DocumentPages(BaseModel):
    """The pages of a document, in order; ``boxes`` are those of the span that was asked about, line by line."""

    document_id: str
    pages: list[DocumentPage]
    boxes: list[Box]
