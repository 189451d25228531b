"""What is seen of a PDF: pages as images, and where on a page the characters of a span stand.

Boxes are fractions of the page as it is shown: from its left and top edge, turned and cropped as the file says.
"""

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from math import sqrt

import pypdfium2

from qa.errors import UnreadableFile
from qa.readers.pdf import open_pdf, place_lines
from qa.readers.pdf_lines import traced_lines
from qa.readers.pdf_page import Box, Page
from qa.readers.pdf_writing import PlacedLine
from qa.readers.recognised import Word, legible_words, recognised_lines

MAX_SIDE = 4096  # pixels
MAX_PIXELS = 6_000_000
_NEAR = 0.6  # of a box's height: boxes of one line that are no further apart are one box
_COMPRESSION = 3  # of PNG: 1.5 times as fast as the usual 6, and a twentieth larger

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom


def page_sizes(content: bytes) -> list[tuple[float, float]]:
    """Width and height of each page as it is shown, in points.

    Raises:
        UnreadableFile: it is no PDF that can be opened.
    """
    opened = open_pdf(content)
    try:
        return [opened.get_page_size(number) for number in range(len(opened))]
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile("the file is damaged; get it again from its source") from error
    finally:
        opened.close()


def page_image(content: bytes, number: int, scale: float) -> str:
    """A page as PNG in base64, ``scale`` pixels a point, or as many as the limits of its size allow.

    Args:
        content: the file.
        number: which page, from 0.
        scale: pixels a point, above 0.

    Raises:
        UnreadableFile: the file cannot be opened or has no such page, or the page is damaged.
    """
    opened = open_pdf(content)
    try:
        page = opened[number]
        bitmap = page.render(scale=allowed_scale(page.get_size(), scale), draw_annots=True)
        written = io.BytesIO()
        bitmap.to_pil().save(written, "PNG", compress_level=_COMPRESSION)
        return base64.b64encode(written.getvalue()).decode("ascii")
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise UnreadableFile(f"page {number + 1} cannot be shown; get the file again from its source") from error
    finally:
        opened.close()


def allowed_scale(size: tuple[float, float], scale: float) -> float:
    """The scale, less where a page of this size in points would have more pixels than it may."""
    width, height = (max(side, 1.0) for side in size)
    return min(scale, MAX_SIDE / max(width, height), sqrt(MAX_PIXELS / (width * height)))


def span_boxes(
    content: bytes, start: int, end: int, sha256: str, recognised: Mapping[str, Sequence[Word]] | None = None
) -> list[tuple[int, Rectangle]] | None:
    """The boxes of a span of the document's text: the page's number, from 0, and the box as fractions of that page.

    Args:
        content: the file.
        start: the first code point of the span.
        end: one past its last.
        sha256: of the text that the span counts into; None comes back where the file says something else by now.
        recognised: what was recognised in pictures of pages, by their numbers from 0; a part of such a line is taken
            to be as long as its share of the characters.
    """
    pictures = recognised or {}
    text_sha256, placed = _recognised_lines(content, pictures) if pictures else _placed_lines(content)
    if text_sha256 != sha256:
        return None
    touched = [entry for entry in placed if entry.offset < end and start < entry.end]
    opened = open_pdf(content)
    try:
        boxes: list[tuple[int, Rectangle]] = []
        for number, entries in groupby(touched, key=lambda entry: entry.line.page):
            if str(number) in pictures:
                words = legible_words(pictures[str(number)])
                boxes += [(number, _part_of(words[e.line.number], e, start, end)) for e in entries]
                continue
            page = Page(opened, number)
            boxes += [(number, box) for box in _boxes_on(page, list(entries), start, end)]
            page.close()
        return boxes
    finally:
        opened.close()


@lru_cache(maxsize=1)
def _placed_lines(content: bytes) -> tuple[str, list[PlacedLine]]:
    """The SHA-256 of a file's text, and its lines; the last file's are kept, since pages are turned one by one."""
    text, placed = place_lines(content, {})
    return hashlib.sha256(text.encode("utf-8")).hexdigest(), placed


def _recognised_lines(content: bytes, pictures: Mapping[str, Sequence[Word]]) -> tuple[str, list[PlacedLine]]:
    text, placed = place_lines(content, recognised_lines(content, pictures))
    return hashlib.sha256(text.encode("utf-8")).hexdigest(), placed


def _part_of(word: Word, entry: PlacedLine, start: int, end: int) -> Rectangle:
    """The box of the part of a recognised line that lies in a span."""
    left, top, right, bottom = word[:4]
    first, last = ((min(max(at, entry.offset), entry.end) - entry.offset) / len(entry.line.text) for at in (start, end))
    width = right - left
    return round(left + first * width, 5), round(top, 5), round(left + last * width, 5), round(bottom, 5)


def _boxes_on(page: Page, entries: Sequence[PlacedLine], start: int, end: int) -> Iterator[Rectangle]:
    offsets = {entry.line.number: entry.offset for entry in entries}
    for traced in traced_lines(page):
        if traced.line.number not in offsets:
            continue
        offset = offsets[traced.line.number]
        indexes = traced.indexes[max(start - offset, 0) : end - offset]
        boxes = (page.character_box(index) for index in dict.fromkeys(indexes) if not page.is_generated(index))
        yield from _merged([_shown(page, box) for box in boxes])


def _merged(boxes: Sequence[Rectangle]) -> list[Rectangle]:
    """Boxes of one line: those that touch, or nearly do, as one."""
    merged: list[Rectangle] = []
    for box in boxes:
        if merged and _is_near(merged[-1], box):
            last = merged.pop()
            merged.append((min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])))
        else:
            merged.append(box)
    return merged


def _is_near(box: Rectangle, other: Rectangle) -> bool:
    across = max(box[0], other[0]) - min(box[2], other[2])
    down = max(box[1], other[1]) - min(box[3], other[3])
    reach = _NEAR * max(box[3] - box[1], box[2] - box[0], 0.0)
    return max(across, down) < min(reach, 0.05)


def _shown(page: Page, box: Box) -> Rectangle:
    """A box of the page's own points as fractions of the page as it is shown."""
    corners = [page.shown(x, y) for x, y in ((box.left, box.bottom), (box.right, box.top))]
    (left, right), (top, bottom) = (
        sorted(min(max(value, 0.0), 1.0) for value in axis) for axis in zip(*corners, strict=True)
    )
    return round(left, 5), round(top, 5), round(right, 5), round(bottom, 5)
