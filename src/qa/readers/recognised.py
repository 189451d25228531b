"""What was recognised in the pictures of pages → documents, as if the pages held these lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from statistics import median
from typing import Any

from qa.errors import UnreadableFile
from qa.readers import checked
from qa.readers.nonsense import is_noise
from qa.readers.pdf import open_pdf, read_pages
from qa.readers.pdf_lines import Line
from qa.readers.pdf_writing import write_pages
from qa.readers.scanned import Scanned
from qa.types import Document, Unreadable

LEGIBLE = 0.75  # a line that is recognised less surely is left out and reported
LISTED = 20
_ALIKE = 0.3  # of the usual height of a page's lines
_SIZE = 0.75  # of a recognised line's height: the font's size
_HUNDRED = 100.0  # points: the width of a picture's page, which has no other measure

Word = Sequence[Any]
"""As ``recognition.Word``, from JSON."""


def read_recognised(
    content: bytes, document_id: str, pages: Mapping[str, Sequence[Word]], failed: Sequence[int]
) -> list[dict[str, Any]]:
    """The readings of a file some of whose pages were recognised, and others could not be (``failed``), from 0.

    Raises:
        UnreadableFile: nothing in it is legible.
    """
    noise = [int(page) for page, words in pages.items() if words and _is_noise(words)]
    pages = {page: [] if int(page) in noise else words for page, words in pages.items()}
    failed = sorted([*failed, *noise])
    is_pdf = PurePosixPath(document_id).suffix.lower() == ".pdf"
    lines = recognised_lines(content if is_pdf else None, pages)
    reports = list(_reports(document_id, pages, failed))
    if is_pdf:
        found = read_pages(document_id, content, lines)
    else:
        found = _picture(document_id, [lines.get(number, []) for number in range(max(lines, default=-1) + 1)])
    kept = [reading for reading in found if not isinstance(reading, Scanned)]
    if not any(isinstance(reading, Document) for reading in kept):
        what = "what its pages show is not legible" if failed else "no words were recognised in its pictures"
        raise UnreadableFile(what)
    return [asdict(reading) for reading in [*checked(kept), *reports]]


def recognised_lines(content: bytes | None, pages: Mapping[str, Sequence[Word]]) -> dict[int, list[Line]]:
    """The legible lines of pages by their numbers from 0, in points of a PDF's pages, or of pictures' without one."""
    sizes = _sizes(content) if content is not None else {}
    return {
        int(page): [] if _is_noise(words) else list(_lines(int(page), words, sizes.get(int(page))))
        for page, words in pages.items()
    }


def legible_words(words: Sequence[Word]) -> list[Word]:
    """What a page's lines are made of, in their order; a line's number counts these."""
    return [word for word in words if word[5] >= LEGIBLE and word[4].strip()]


def _is_noise(words: Sequence[Word]) -> bool:
    return bool(words) and is_noise(" ".join(word[4] for word in words))


def _picture(document_id: str, pages: Sequence[Sequence[Line]]) -> list[Document | Unreadable]:
    builder, writing = write_pages(pages)
    if not builder.text:
        return []
    starts = writing.page_starts if len(pages) > 1 else ()
    headings = tuple(builder.headings)
    return [Document(document_id, builder.first_heading, builder.text, headings=headings, pages=starts)]


def _lines(page: int, words: Sequence[Word], size: tuple[float, float] | None) -> Iterator[Line]:
    """Legible lines in points. A box is higher where letters have tails: lines of nearly one height have one size."""
    width, height = size or (_HUNDRED, _HUNDRED)
    legible = legible_words(words)
    usual = median([bottom - top for _, top, _, bottom, _, _ in legible]) if legible else 0.0
    for number, (left, top, right, bottom, text, _) in enumerate(legible):
        tall = usual if abs(bottom - top - usual) < _ALIKE * usual else bottom - top
        baseline = 1 - (top + bottom + tall / 2) / 2
        yield Line(
            page, text, left * width, right * width, baseline * height, _SIZE * tall * height, bold=False, number=number
        )


def _sizes(content: bytes) -> dict[int, tuple[float, float]]:
    opened = open_pdf(content)
    try:
        return {number: opened.get_page_size(number) for number in range(len(opened))}
    finally:
        opened.close()


def _reports(document_id: str, pages: Mapping[str, Sequence[Word]], failed: Sequence[int]) -> Iterator[Unreadable]:
    if failed:
        listed = ", ".join(str(number + 1) for number in failed[:LISTED])
        yield Unreadable(document_id, f"page {listed} could not be recognised; compare the file")
    faint = {int(page): sum(word[5] < LEGIBLE for word in words) for page, words in pages.items()}
    unread = {page: count for page, count in faint.items() if count}
    if unread:
        listed = ", ".join(f"{count} on page {page + 1}" for page, count in [*unread.items()][:LISTED])
        yield Unreadable(document_id, f"lines that are hardly legible were left out ({listed}); compare the file")
