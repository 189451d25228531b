"""Suffix → reader: the one place to add a format.

Write ``readers/<format>.py`` with a function that fulfils ``protocols.Reader`` and add a line to ``FORMATS``. Readers
run in a process of their own (``isolation.py``), which imports a format's libraries at the first file that needs them.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.errors import UnreadableFile
from qa.readers.checks import check_document
from qa.readers.dating import dated
from qa.readers.signatures import HTML, JPEG, OLE, PDF, PNG, RTF, TIFF, ZIP, check_signature
from qa.types import Document, Unreadable

if TYPE_CHECKING:  # the joints import numpy, which takes longer than to start the process that parses
    from qa.protocols import Reader


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the reader ``module:function``, imported at its first use, and how its files are known.

    Attributes:
        path: the reader.
        suffixes: of its files, in lower case.
        libraries: distributions whose version decides what it reads.
        container: what its files begin like, by ``signatures``; "" for text, which may begin with anything else.
        begins: whether every file of it begins so.
    """

    path: str
    suffixes: tuple[str, ...]
    libraries: tuple[str, ...] = ()
    container: str = ""
    begins: bool = False

    def load(self) -> "Reader":
        """Import the reader."""
        module, _, name = self.path.partition(":")
        reader: Reader = getattr(importlib.import_module(module), name)
        return reader

    def __call__(self, document_id: str, content: bytes) -> Sequence[Document | Unreadable]:
        return self.load()(document_id, content)


_PAGES = ("lxml", "lxml-html-clean", "trafilatura")
FORMATS = (
    Format("qa.readers.plain:read_plain", (".txt",), ("charset-normalizer",)),
    Format("qa.readers.markdown:read_markdown", (".md", ".markdown"), ("markdown-it-py", "pyyaml")),
    Format("qa.readers.html:read_html", (".html", ".htm", ".xhtml"), _PAGES, HTML),
    Format("qa.readers.pdf:read_pdf", (".pdf",), ("pypdfium2",), PDF, begins=True),
    Format("qa.readers.picture:read_picture", (".png",), ("pillow",), PNG, begins=True),
    Format("qa.readers.picture:read_picture", (".jpg", ".jpeg"), ("pillow",), JPEG, begins=True),
    Format("qa.readers.picture:read_picture", (".tif", ".tiff"), ("pillow",), TIFF, begins=True),
    Format("qa.readers.docx:read_docx", (".docx",), ("python-docx",), ZIP, begins=True),
    Format("qa.readers.epub:read_epub", (".epub",), _PAGES, ZIP, begins=True),
    Format("qa.readers.jsonl:read_jsonl", (".jsonl",)),
    Format("qa.readers.delimited:read_delimited", (".csv", ".tsv")),
    Format("qa.readers.spreadsheet:read_spreadsheet", (".xlsx",), ("openpyxl",), ZIP, begins=True),
    Format("qa.readers.slides:read_slides", (".pptx",), ("python-pptx",), ZIP, begins=True),
    Format("qa.readers.open_document:read_open_document", (".odt", ".ods", ".odp"), ("lxml",), ZIP, begins=True),
    Format("qa.readers.rich_text:read_rich_text", (".rtf",), ("striprtf",), RTF, begins=True),
    Format("qa.readers.mail:read_mail", (".eml",), _PAGES),
    Format("qa.readers.mail:read_mailbox", (".mbox",), _PAGES),
    Format("qa.readers.mail:read_saved_page", (".mht", ".mhtml"), _PAGES),
    Format("qa.readers.subtitles:read_subtitles", (".srt", ".vtt")),
    Format("qa.readers.notebook:read_notebook", (".ipynb",), ("markdown-it-py",)),
    Format("qa.readers.structured:read_json", (".json",)),
    Format("qa.readers.structured:read_xml", (".xml",), ("lxml",)),
    Format("qa.readers.restructured:read_restructured", (".rst",), ("docutils",)),
    Format("qa.readers.outline:read_org", (".org",)),
    Format("qa.readers.outline:read_asciidoc", (".adoc", ".asciidoc")),
    Format("qa.readers.tex:read_tex", (".tex",), ("pylatexenc",)),
    Format("qa.readers.doc:read_doc", (".doc",), ("olefile",), OLE, begins=True),
    Format("qa.readers.outlook:read_outlook", (".msg",), ("olefile", "compressed-rtf"), OLE, begins=True),
    Format("qa.readers.web_archives:read_warc", (".warc", ".warc.gz"), ("warcio", *_PAGES)),
    Format("qa.readers.web_archives:read_webarchive", (".webarchive",), _PAGES),
    Format("qa.readers.zipped:read_zip", (".zip",), (), ZIP, begins=True),
)
READERS: Mapping[str, Format] = {suffix: entry for entry in FORMATS for suffix in entry.suffixes}

PICTURES = frozenset(suffix for entry in FORMATS if entry.container in {PNG, JPEG, TIFF} for suffix in entry.suffixes)
"""Suffixes of files that hold no words, but may show some."""

SAVED_AS = {
    ".wps": ".docx", ".pages": ".docx", ".xls": ".xlsx", ".numbers": ".xlsx", ".ppt": ".pptx", ".key": ".pptx",
    ".mobi": ".epub", ".azw3": ".epub", ".djvu": ".pdf",
}  # fmt: skip
"""Formats of articles for which no free and well-kept library is here, and what the programs that have them write."""
UNSUPPORTED = "the suffix "  # how the reason begins for a file of no format that is read
_LIBXML2_NO_MEMORY = 2  # the code of a syntax error that is none


def suffix_of(name: str) -> str:
    """The suffix that tells a file's format, in lower case; it may have two parts."""
    path = PurePosixPath(name.lower())
    double = "".join(path.suffixes[-2:])
    return double if double in READERS else path.suffix


def reader_of(document_id: str) -> Format:
    """The reader of a file's suffix.

    Raises:
        UnreadableFile: no reader has this suffix; with what to save it as, where its programs can.
    """
    suffix = suffix_of(document_id)
    if suffix in SAVED_AS:
        raise UnreadableFile(f"files ending in {suffix} are not read; save it as {SAVED_AS[suffix]}")
    if suffix not in READERS:
        raise UnreadableFile(f"{UNSUPPORTED}{suffix or '(none)'!r} is not supported; supported: {', '.join(READERS)}")
    return READERS[suffix]


def read(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read one file with the reader of its suffix, in this process and without limits.

    Raises:
        UnreadableFile: unknown suffix, another format's content, no words, or what the format's reader objects to.
    """
    reader = reader_of(document_id)
    if not content:
        raise UnreadableFile("the file is empty")
    check_signature(reader.container, content, suffix_of(document_id), must_begin=reader.begins)
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
    return checked(readings)


def checked(readings: Sequence[Document | Unreadable]) -> list[Document | Unreadable]:
    """The readings of a file, with dates of publication, as far as they are sound.

    Raises:
        UnreadableFile: a document has no words, or nothing was read.
    """
    found = [dated(reading) if isinstance(reading, Document) else reading for reading in readings]
    for reading in found:
        if isinstance(reading, Document):
            check_document(reading)
    if not found:
        raise UnreadableFile("the file holds no words")
    return found
