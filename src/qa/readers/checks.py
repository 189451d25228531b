"""What every document must fulfil, whatever its format."""

import re

from qa.errors import UnreadableFile
from qa.types import Document

FEW_CHARACTERS = 200
MUCH_PICTURE_BYTES = 50_000
MAX_LINE = 1000  # code points of a title or another field
MAX_TEXT = 32_000_000  # code points of a document; few files of 32 MB hold more, unless they were made to
MAX_UNBROKEN = 100_000  # code points; the longest sentences in print have about 75,000
_UNBROKEN = re.compile(r"[^.!?…。！？｡।؟۔\n\r\u2029]+")


def check_document(document: Document) -> None:
    """Refuse a document that holds no words, cannot be written as UTF-8, or goes on without the end of a sentence.

    Raises:
        UnreadableFile: saying which.
    """
    if not any(character.isalnum() for character in document.text):
        raise UnreadableFile("the file holds no words")
    try:
        "\n".join(filter(None, (document.id, document.title, document.text, *document.tags))).encode()
        "\n".join(filter(None, (document.author, document.publisher, document.url, document.language))).encode()
    except UnicodeEncodeError as error:
        raise UnreadableFile("the text holds half of a surrogate pair (such as \\ud800); mend its encoding") from error
    longest = max(found.end() - found.start() for found in _UNBROKEN.finditer(document.text))
    if longest > MAX_UNBROKEN:
        raise UnreadableFile(
            f"{longest} characters stand without the end of a sentence or line, more than {MAX_UNBROKEN}: "
            "this is not an article; break it into lines or remove it"
        )


def check_against_pictures(text: str, picture_bytes: int) -> None:
    """Refuse a text that is far shorter than the pictures around it suggest: a scan without its words.

    Raises:
        UnreadableFile: with what to do.
    """
    if len(text) < FEW_CHARACTERS and picture_bytes > MUCH_PICTURE_BYTES:
        raise UnreadableFile(
            f"the file holds {picture_bytes // 1000} kB of pictures and only {len(text)} characters of text; "
            "if the pictures show text, recognise it (OCR) and index the result"
        )
