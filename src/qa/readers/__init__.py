"""Suffix → reader: the one place to add a format.

Write ``readers/<format>.py`` with a function that fulfils ``protocols.Reader`` and add its suffixes here.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from qa.errors import UnreadableFile
from qa.protocols import Reader
from qa.readers.markdown import read_markdown
from qa.readers.plain import read_plain
from qa.types import Document

READERS: Mapping[str, Reader] = {
    ".txt": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
}

MAX_UNBROKEN = 100_000  # code points; the longest sentences in print have about 75,000
_BREAK = re.compile(r"[.!?…。！？｡।؟۔\n\r\u2029]")


def read(document_id: str, content: bytes) -> Document:
    """Read one file with the reader of its suffix.

    Raises:
        UnreadableFile: unknown suffix, no text in the file, or what the format's reader objects to.
    """
    suffix = PurePosixPath(document_id).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        raise UnreadableFile(f"the suffix {suffix or '(none)'!r} is not supported; supported: {', '.join(READERS)}")
    if not content:
        raise UnreadableFile("the file is empty")
    document = reader(document_id, content)
    if not any(character.isalnum() for character in document.text):
        raise UnreadableFile("the file holds no words")
    longest = max(map(len, _BREAK.split(document.text)))
    if longest > MAX_UNBROKEN:
        raise UnreadableFile(
            f"{longest} characters stand without the end of a sentence or line, more than {MAX_UNBROKEN}: "
            "this is not an article; break it into lines or remove it"
        )
    return document
