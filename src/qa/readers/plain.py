"""Plain text: the decoded file is the document, character by character."""

import re

from qa.readers.decode import decode
from qa.readers.front_matter import split_front_matter
from qa.readers.subtitles import is_subtitles, transcript
from qa.types import Document

_TITLE_LENGTH = 120
_TITLE_WITHIN = 1000
_FIRST_LINE = re.compile(r"\s*(\S[^\r\n]*?)[ \t]*(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)")


def read_plain(document_id: str, content: bytes) -> list[Document]:
    """Read ``.txt``; offsets count into the decoded file (after front matter, if any), line ends as they are."""
    front, text = split_front_matter(decode(content))
    if is_subtitles(text):
        return [front.over(transcript(document_id, text))]
    return [front.over(Document(document_id, _first_line(text), text))]


def _first_line(text: str) -> str:
    """A short first line with an empty line after it is taken for the title; it stays in the text."""
    match = _FIRST_LINE.match(text[:_TITLE_WITHIN])
    return " ".join(match.group(1).split()) if match and len(match.group(1)) <= _TITLE_LENGTH else ""
