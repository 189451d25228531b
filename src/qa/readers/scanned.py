"""What a reader says of pages that are pictures of text: that they were not read, and which they are."""

from dataclasses import dataclass

from qa.types import Unreadable

ADVICE = "recognise the text (OCR): pip install 'qa[ocr]' and index again"


@dataclass(frozen=True, slots=True)
class Scanned(Unreadable):
    """Pages of a file, from 0, that show text and hold none; without a reason where that is not worth a report."""

    pages: tuple[int, ...] = ()
