"""DOC (Word 97–2003): headings, paragraphs, tables, notes and text boxes; hidden and deleted text is left out.

Offsets count into the rendered text, as in Markdown. Numbers that Word gives to lists are not in the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import olefile

from qa.readers.metadata import first_date, keywords, one_line, title_line
from qa.readers.text import TextBuilder
from qa.readers.word_binary import IN_TABLE, ROW_END, Character, WordBinary
from qa.types import Document

_FIELD, _RESULT, _FIELD_END = "\x13", "\x14", "\x15"
_PARAGRAPH_ENDS = frozenset("\r\x07\x0c")
_WRITTEN = {"\x0b": "\n", "\x1e": "-", "\t": "\t", "\n": "\n"}
_LAST_HEADING = 9  # styles 1 to 9 are the headings, whatever they are called
_WESTERN, _UTF_8 = 1252, 65001  # code pages
_READ = (0, 1, 5, 6)  # of the parts: text, footnotes, endnotes, text boxes


def read_doc(document_id: str, content: bytes) -> list[Document]:
    """Read ``.doc``; title, author and keywords are those of the summary."""
    document = WordBinary(content)
    builder = TextBuilder()
    characters = document.characters()
    for number, count in enumerate(document.counts):
        part = islice(characters, max(count, 0))
        if number in _READ:
            _write(part, builder)
        else:
            for _ in part:
                pass
    return [builder.described(_fields(document_id, content))]


def _write(part: Iterable[Character], builder: TextBuilder) -> None:
    rows: list[list[str]] = []
    row: list[str] = []
    cell: list[str] = []
    for words, end in _paragraphs(part):
        if ROW_END in end.paragraph:
            rows.append(row)
            row, cell = [], []
        elif IN_TABLE in end.paragraph:
            cell.append(words)
            if end.text == "\x07":
                row.append(" ".join(cell))
                cell = []
        else:
            if any(map(any, rows)):
                builder.table(rows)
            rows = []
            if 1 <= end.style <= _LAST_HEADING:
                builder.heading(" ".join(words.split()))
            else:
                builder.block(words)
    if any(map(any, rows)):
        builder.table(rows)


def _paragraphs(part: Iterable[Character]) -> Iterator[tuple[str, Character]]:
    """The words of each paragraph, and the character that ends it; of fields, what they show."""
    words: list[str] = []
    fields: list[bool] = []  # of the open ones, whether their result has begun
    last: Character | None = None
    for character in part:
        text = last_text = character.text
        last = character
        if text == _FIELD:
            fields.append(False)
        elif text == _RESULT and fields:
            fields[-1] = True
        elif text == _FIELD_END and fields:
            fields.pop()
        elif text in _PARAGRAPH_ENDS:
            yield _text(words), character
            words, last = [], None
        elif all(fields) and not character.is_hidden:
            words.append(_WRITTEN.get(last_text, "" if last_text < " " else last_text))
    if words and last is not None:
        yield _text(words), last


def _text(units: Sequence[str]) -> str:
    return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _fields(document_id: str, content: bytes) -> Document:
    with suppress(Exception), olefile.OleFileIO(content) as container:
        about = container.get_metadata()
        page = (about.codepage or _WESTERN) % 0x10000  # it is read as a signed number
        encoding = "utf-8" if page == _UTF_8 else f"cp{page}"
        title, author, words = _decoded((about.title, about.author, about.keywords), encoding)
        created = about.create_time.isoformat() if about.create_time else None
        return Document(
            document_id,
            title_line(title) or "",
            "",
            author=one_line(author),
            tags=keywords([words]),
            created=first_date(created),
        )
    return Document(document_id, "", "")


def _decoded(values: Sequence[bytes | str | None], encoding: str) -> list[str]:
    return [value.decode(encoding, "replace") if isinstance(value, bytes) else value or "" for value in values]
