"""The files behind the documents: their bytes, the pages of a PDF as images, and where a span stands on them.

What was recognised in pictures of pages is where ``recognised`` says, as a build on this machine kept it.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from qa.corpus.folder import read_file
from qa.errors import Conflict, DocumentNotFound, UnreadableFile
from qa.readers.isolation import Parser
from qa.readers.scans import recognised_pages
from qa.types import Document, Span

_PAGED = ".pdf"
_CHANGED = "the file has changed since it was indexed; ask again when the index is up to date"


@dataclass(frozen=True, slots=True)
class Original:
    """A file of the corpus: its name without folders, and its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class PageSize:
    """Width and height of a page as it is shown, in points (1/72 inch)."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageBox:
    """A box on a page, numbered from 1: its edges as fractions of the page, from the left and from the top."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class Originals:
    """Reads files from the corpus as they are now; PDFium runs in a process of its own, started at the first need."""

    def __init__(self, corpus: Path, parser: Parser, recognised: Path) -> None:
        self._corpus = corpus
        self._parser = parser
        self._recognised = recognised

    def close(self) -> None:
        """End the process that draws pages."""
        self._parser.close()

    def file(self, document: Document) -> Original:
        """The file that holds a document: itself, or what it is a line or a part of.

        Raises:
            DocumentNotFound: the file is no longer there.
        """
        path = PurePosixPath(document.id)
        for candidate in (path, *path.parents[:-1]):
            if (self._corpus / candidate).is_file():
                try:
                    return Original(candidate.name, read_file(self._corpus, candidate.as_posix()))
                except UnreadableFile as error:
                    raise DocumentNotFound(f"the document's file cannot be shown: {error}") from error
        raise DocumentNotFound("the document's file is no longer in the corpus")

    def paged_file(self, document: Document) -> Original:
        """The file of a document that has pages which can be shown.

        Raises:
            DocumentNotFound: it has none, or its file is no longer there.
        """
        if not document.pages or not document.id.lower().endswith(_PAGED):
            raise DocumentNotFound("the document has no pages; only those of a PDF are shown")
        return self.file(document)

    def page_sizes(self, document: Document) -> list[PageSize]:
        """The size of each page of a PDF.

        Raises:
            DocumentNotFound: the document has no pages.
            Conflict: the file has other pages than when it was indexed.
        """
        sizes = self._run("page-sizes", self.paged_file(document))
        if len(sizes) != len(document.pages):
            raise Conflict(_CHANGED)
        return [PageSize(*size) for size in sizes]

    def page_image(self, original: Original, number: int, scale: float) -> bytes:
        """A page, numbered from 1, as PNG with ``scale`` pixels a point, or as many as its limits allow.

        Raises:
            DocumentNotFound: the page cannot be drawn.
        """
        return base64.b64decode(self._run("page-image", original, number=number - 1, scale=scale))

    def span_boxes(self, document: Document, span: Span) -> list[PageBox]:
        """Where the characters of a span stand: one box a line, or several where other words stand between.

        Raises:
            DocumentNotFound: the document has no pages.
            Conflict: the file says something else than when it was indexed.
        """
        sha256 = hashlib.sha256(document.text.encode("utf-8")).hexdigest()
        original = self.paged_file(document)
        pages = recognised_pages(self._recognised, original.content)
        boxes = self._run(
            "span-boxes", original, start=span.start, end=span.end, sha256=sha256, recognised=pages or None
        )
        if boxes is None:
            raise Conflict(_CHANGED)
        return [PageBox(number + 1, *box) for number, box in boxes]

    def _run(self, task: str, original: Original, **arguments: object) -> Any:  # what JSON holds
        try:
            return self._parser.run(task, original.content, **arguments)
        except UnreadableFile as error:
            raise DocumentNotFound(f"this cannot be shown: {error}") from error
