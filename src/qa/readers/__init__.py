"""Suffix → reader: the one place to add a format.

Write ``readers/<format>.py`` with a function that fulfils ``protocols.Reader`` and add its suffixes here. Readers run
in a process of their own (``isolation.py``), which imports a format's libraries at the first file that needs them.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.errors import UnreadableFile
from qa.readers.checks import check_document
from qa.readers.signatures import check_signature
from qa.types import Document, Unreadable

if TYPE_CHECKING:  # the joints import numpy, which takes longer than to start the process that parses
    from qa.protocols import Reader


@dataclass(frozen=True, slots=True)
class LazyReader:
    """A reader named ``module:function``, imported at its first use."""

    path: str

    def load(self) -> "Reader":
        """Import the reader."""
        module, _, name = self.path.partition(":")
        reader: Reader = getattr(importlib.import_module(module), name)
        return reader

    def __call__(self, document_id: str, content: bytes) -> Sequence[Document | Unreadable]:
        return self.load()(document_id, content)


READERS: Mapping[str, LazyReader] = {
    ".txt": LazyReader("qa.readers.plain:read_plain"),
    ".md": LazyReader("qa.readers.markdown:read_markdown"),
    ".markdown": LazyReader("qa.readers.markdown:read_markdown"),
    ".html": LazyReader("qa.readers.html:read_html"),
    ".htm": LazyReader("qa.readers.html:read_html"),
    ".xhtml": LazyReader("qa.readers.html:read_html"),
    ".pdf": LazyReader("qa.readers.pdf:read_pdf"),
    ".docx": LazyReader("qa.readers.docx:read_docx"),
    ".epub": LazyReader("qa.readers.epub:read_epub"),
    ".jsonl": LazyReader("qa.readers.jsonl:read_jsonl"),
}

_LIBXML2_NO_MEMORY = 2  # the code of a syntax error that is none


def reader_of(document_id: str) -> LazyReader:
    """The reader of a file's suffix.

    Raises:
        UnreadableFile: no reader has this suffix.
    """
    suffix = PurePosixPath(document_id).suffix.lower()
    if suffix not in READERS:
        raise UnreadableFile(f"the suffix {suffix or '(none)'!r} is not supported; supported: {', '.join(READERS)}")
    return READERS[suffix]


def read(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read one file with the reader of its suffix, in this process and without limits.

    Raises:
        UnreadableFile: unknown suffix, another format's content, no words, or what the format's reader objects to.
    """
    reader = reader_of(document_id)
    if not content:
        raise UnreadableFile("the file is empty")
    check_signature(document_id, content)
    read_content = reader.load()
    try:
        readings = list(read_content(document_id, content))
    except (UnreadableFile, MemoryError):
        raise
    except RecursionError as error:
        raise UnreadableFile("the file is nested too deeply; convert it to plain text") from error
    except Exception as error:  # parsers fail in more ways than they list
        if getattr(error, "code", None) == _LIBXML2_NO_MEMORY:
            raise MemoryError from error
        raise UnreadableFile(f"the file is damaged: its parser stopped with {type(error).__name__}") from error
    for reading in readings:
        if isinstance(reading, Document):
            check_document(reading)
    if not readings:
        raise UnreadableFile("the file holds no words")
    return readings
