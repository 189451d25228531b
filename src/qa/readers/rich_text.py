"""RTF: its paragraphs, by striprtf (BSD); pictures, objects and fields leave no trace.

Offsets count into the rendered text, a block a paragraph.
"""

import re

from striprtf import striprtf

from qa.errors import UnreadableFile
from qa.readers.text import TextBuilder
from qa.types import Document

_HIDDEN = re.compile(r"(?<!\\)\{[^{}]*\\v(?![a-z0-9])[^{}]*\}")  # a run of hidden text


def read_rich_text(document_id: str, content: bytes) -> list[Document]:
    """Read ``.rtf``."""
    builder = TextBuilder()
    for paragraph in plain_text(content).split("\n"):
        cells = paragraph.split("|")
        if len(cells) > 2 and not cells[-1].strip():  # noqa: PLR2004  a row ends with a mark after its last cell
            builder.table([cells[:-1]], head=0)
        else:
            builder.block(paragraph)
    return [builder.document(document_id)]


def plain_text(content: bytes) -> str:
    """The text of rich text, a line a paragraph, cells with ``|`` after them.

    Raises:
        UnreadableFile: it is damaged.
    """
    try:
        text: str = striprtf.rtf_to_text(_HIDDEN.sub("", content.decode("cp1252", errors="replace")), errors="replace")  # type: ignore[no-untyped-call]
    except (UnicodeError, LookupError, ValueError) as error:
        raise UnreadableFile("the file is damaged; save it anew as .docx") from error
    return text
