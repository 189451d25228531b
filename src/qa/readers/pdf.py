"""PDF: the visible text, with page numbers, by PDFium (pypdfium2, Apache 2.0 or BSD).

Offsets count into the joined text: paragraphs over lines, columns and pages with an empty line between them, words
that a line's end divides put together. They are exact in that text; ``pages`` tells on which page each lies.
Running heads, page numbers, watermarks and text that is not painted are left out; words that were recognised under the
picture of a page are kept. The order is that of the page's content, which is what almost all programs write.

Against pypdf and pdfminer.six, PDFium was 6 to 38 times as fast, the only one to give whole words for ligatures, and
the most faithful with divided words; Chromium's tests harden it, and a crash ends only the process that parses.
"""

import ctypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pypdfium2
from pypdfium2 import raw

from qa.errors import UnreadableFile
from qa.readers.metadata import first_date, keywords, language_tag, one_line, title_line
from qa.readers.nonsense import is_nonsense
from qa.readers.pdf_columns import with_rows
from qa.readers.pdf_lines import Line, lines_of
from qa.readers.pdf_page import Page
from qa.readers.pdf_writing import PlacedLine, Writing, write_pages
from qa.readers.scanned import ADVICE, Scanned
from qa.readers.text import TextBuilder
from qa.types import Document, Unreadable

_FEW_CHARACTERS = 100
_MANY_PICTURES = 0.1
_MIN_PICTURES = 3
_PLATE = 0.1  # of a page: a smaller picture shows no text worth recognising
_LISTED_PAGES = 20
_UNMAPPED_SHARE = 0.2
_PRIVATE = re.compile(r"[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LANGUAGE_BYTES = 200


def read_pdf(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.pdf``; title, author and keywords are its document information's.

    Damaged pages, and pages that are pictures without words, are reported; the others are read.
    """
    return read_pages(document_id, content, {})


def read_pages(document_id: str, content: bytes, recognised: Mapping[int, list[Line]]) -> list[Document | Unreadable]:
    """Read a PDF of which some pages, by their numbers from 0, were recognised in their pictures."""
    opened = open_pdf(content)
    try:
        pages, unread = _read_pages(opened, recognised)
        poor = _poor(pages, unread)
        if poor is not None:
            return [Scanned(document_id, poor, unread.worth_recognising or tuple(range(len(pages))))]
        builder, writing = write_pages(pages)
        document = _document(document_id, opened, builder, writing)
    finally:
        opened.close()
    readings: list[Document | Unreadable] = [document]
    if unread.damaged:
        damaged = f"{_listed(unread.damaged)} damaged; get the file again from its source"
        readings.append(Unreadable(document_id, damaged))
    if unread.worth_recognising:
        readings.append(Scanned(document_id, _report(unread, len(pages)), unread.worth_recognising))
    return readings


def _report(unread: "_Unread", pages: int) -> str:
    """Why pages were not read; "" where that is no news."""
    many = len(unread.pictures) >= max(_MIN_PICTURES, _MANY_PICTURES * pages)
    reasons = [f"{_listed(unread.pictures)} pictures without words"] if many else []
    if unread.nonsense:
        reasons.append(f"{_listed(unread.nonsense)} written in fonts that do not say which characters they draw")
    return f"{', '.join(reasons)}; {ADVICE}" if reasons else ""


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0] + 1} is"
    shown = ", ".join(str(number + 1) for number in numbers[:_LISTED_PAGES])
    more = f" and {len(numbers) - _LISTED_PAGES} more" if len(numbers) > _LISTED_PAGES else ""
    return f"pages {shown}{more} are"


def place_lines(content: bytes, recognised: Mapping[int, list[Line]]) -> tuple[str, list[PlacedLine]]:
    """The text that ``read_pages`` gives, and where in it each line stands, in order.

    Raises:
        UnreadableFile: it is no PDF, or all its pages are damaged.
    """
    opened = open_pdf(content)
    try:
        builder, writing = write_pages(_read_pages(opened, recognised)[0])
    finally:
        opened.close()
    return builder.text, writing.lines


def open_pdf(content: bytes) -> pypdfium2.PdfDocument:
    """The document of a file's bytes; to be closed.

    Raises:
        UnreadableFile: it is protected or damaged.
    """
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableFile("the file is protected by a password; save a copy without one") from error
        raise UnreadableFile("the file is damaged or cut off; get it again from its source") from error


@dataclass(slots=True)
class _Unread:
    """Numbers, from 0, of pages that were not read.

    Attributes:
        damaged: what PDFium cannot open.
        pictures: with hardly a word and a picture as large as the page.
        plates: with hardly a word and a smaller picture, which may show text.
        nonsense: whose text is in no language.
    """

    damaged: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    plates: list[int] = field(default_factory=list)
    nonsense: list[int] = field(default_factory=list)

    @property
    def worth_recognising(self) -> tuple[int, ...]:
        return tuple(sorted((*self.pictures, *self.plates, *self.nonsense)))


def _read_pages(
    opened: pypdfium2.PdfDocument, recognised: Mapping[int, list[Line]]
) -> tuple[list[list[Line]], _Unread]:
    """The lines of each page, and which were not read."""
    pages: list[list[Line]] = []
    unread = _Unread()
    for number in range(len(opened)):
        if number in recognised:
            pages.append(recognised[number])
            continue
        try:
            page = Page(opened, number)
        except pypdfium2.PdfiumError:
            pages.append([])
            unread.damaged.append(number)
            continue
        pages.append(with_rows(lines_of(page)))
        text = "\n".join(line.text for line in pages[-1])
        if is_nonsense(text):
            unread.nonsense.append(number)
            pages[-1] = []
        elif len(text) < _FEW_CHARACTERS and page.shows_picture(_PLATE):
            (unread.pictures if page.is_picture else unread.plates).append(number)
        page.close()
    if len(unread.damaged) == len(pages):
        raise UnreadableFile(f"all its {len(pages)} pages are damaged; get the file again from its source")
    return pages, unread


def _poor(pages: Sequence[Sequence[Line]], unread: _Unread) -> str | None:
    """Why a file is not worth reading as it is: it has far less text than its pages suggest; None where it is."""
    if len(unread.pictures) > len(pages) / 2:
        return f"{len(unread.pictures)} of {len(pages)} pages are pictures without words; {ADVICE}"
    if len(unread.nonsense) > len(pages) / 2:
        return f"its fonts do not say which characters they draw; {ADVICE}"
    text = "".join(line.text for page in pages for line in page)
    if not text.strip():
        return f"its {len(pages)} pages hold no text; if they show text, {ADVICE}"
    unmapped = 0 if text.isascii() else len(_PRIVATE.findall(text))
    if unmapped > _UNMAPPED_SHARE * len(text):
        return f"its fonts do not say which characters they draw; {ADVICE}"
    return None


def _document(document_id: str, opened: pypdfium2.PdfDocument, builder: TextBuilder, writing: Writing) -> Document:
    information = opened.get_metadata_dict()
    return Document(
        id=document_id,
        title=title_line(information.get("Title")) or builder.first_heading,
        text=builder.text,
        tags=keywords([information.get("Keywords")]),
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        author=one_line(information.get("Author")),
        language=language_tag(_language(opened)),
        pages=writing.page_starts,
        created=first_date(information.get("CreationDate")),
    )


def _language(opened: pypdfium2.PdfDocument) -> str | None:
    buffer = (ctypes.c_ushort * _LANGUAGE_BYTES)()
    length = raw.FPDFCatalog_GetLanguage(opened, buffer, ctypes.sizeof(buffer))
    if not 0 < length <= ctypes.sizeof(buffer):
        return None
    return bytes(buffer)[:length].decode("utf-16-le", "ignore").rstrip("\0")
