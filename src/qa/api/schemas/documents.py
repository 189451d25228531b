"""What documents and the index that holds them are over the wire."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from qa.api.page.presentation import display_title, document_url
from qa.index.snapshot import Manifest
from qa.types import Document, DocumentEntry, PublishedFrom


class IndexBody(BaseModel):
    snapshot: str
    documents: int
    passages: int
    built_at: str
    embedder: str
    unreadable_files: int = Field(
        description="how many files, lines and pages no answer can quote; GET /index lists them"
    )

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        return cls(
            snapshot=manifest.id,
            documents=manifest.documents,
            passages=manifest.passages,
            built_at=manifest.built_at,
            embedder=manifest.embedder,
            unreadable_files=len(manifest.unreadable),
        )


class UnreadableBody(BaseModel):
    document_id: str
    reason: str


class IndexResponse(IndexBody):
    sentences: int
    unreadable: list[UnreadableBody] = Field(description="files of the corpus that could not be indexed, and why")
    not_opened: str | None = Field(None, description="why a newer snapshot could not be opened, where that is so")

    @classmethod
    def of(cls, manifest: Manifest, not_opened: str | None = None) -> Self:
        return cls(
            not_opened=not_opened,
            **IndexBody.of(manifest).model_dump(),
            sentences=manifest.sentences,
            unreadable=[UnreadableBody(document_id=u.document_id, reason=u.reason) for u in manifest.unreadable],
        )


class DocumentSummary(BaseModel):
    id: str
    title: str
    published: str | None
    published_from: PublishedFrom | None = Field(description="what the date of publication was taken from")
    created: str | None = Field(description="when the file was made, where it says so; this is no date of publication")
    retrieved: str | None = Field(description="the day on which a page of the web was fetched or saved")
    publisher: str | None
    author: str | None
    language: str | None = Field(description="a BCP 47 tag, as the file gives it")
    tags: list[str]
    url: str
    char_count: int
    page_count: int | None = Field(description="where the document's format has pages")
    sha256: str = Field(description="of the text as UTF-8: anyone can check the quotations against it")

    @classmethod
    def of(cls, document: DocumentEntry) -> Self:
        return cls(
            id=document.id,
            title=display_title(document),
            published=document.published,
            published_from=document.published_from,
            created=document.created,
            retrieved=document.retrieved,
            publisher=document.publisher,
            author=document.author,
            language=document.language,
            tags=list(document.tags),
            url=document_url(document.id),
            char_count=document.characters,
            page_count=document.pages or None,
            sha256=document.sha256,
        )


class DocumentResponse(DocumentSummary):
    text: str

    @classmethod
    def with_text(cls, document: Document) -> Self:
        return cls(**DocumentSummary.of(DocumentEntry.of(document)).model_dump(), text=document.text)


class DocumentList(BaseModel):
    documents: list[DocumentSummary]
    next: str | None = Field(None, description="where more follow: the `after` of the next page")


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Ready(Health):
    """Questions can be answered."""

    damage: str | None = Field(None, description="what is wrong with the newest snapshot, where another serves")
