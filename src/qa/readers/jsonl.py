"""JSON Lines: one document a line, as ``id``, ``title``, ``text`` and what front matter may hold."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

from qa.errors import UnreadableFile
from qa.readers.checks import check_document
from qa.readers.decode import decode
from qa.readers.front_matter import parse_fields
from qa.types import Document, PublishedFrom, Unreadable

MAX_ID = 100
MAX_REFUSED = 20
_UNSAFE = re.compile(r"[^\w.\-]+")


def read_jsonl(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.jsonl``; offsets count into the line's ``text`` as JSON gives it, character by character.

    A document's id is the file's, ``/`` and the line's ``id`` (letters, digits, ``.``, ``_`` and ``-`` stay, others
    become ``-``), or ``line-7`` where there is none. A line that cannot be read is reported and stops no other.
    """
    return read_records(document_id, _lines(decode(content)))


def read_records(document_id: str, records: Iterable[tuple[int, object]]) -> list[Document | Unreadable]:
    """Read records by their number: objects, or lines of JSON that hold one.

    Raises:
        UnreadableFile: none of them can be read.
    """
    documents: list[Document] = []
    refused: list[Unreadable] = []
    taken: set[str] = set()
    for number, record in records:
        try:
            documents.append(_read_line(document_id, number, record, taken))
        except UnreadableFile as error:
            refused.append(Unreadable(f"{document_id}/line-{number}", f"line {number}: {error}"))
    if refused and not documents:
        raise UnreadableFile(f"none of its lines can be read; {refused[0].reason}")
    if len(refused) > MAX_REFUSED:
        more = len(refused) - MAX_REFUSED
        refused[MAX_REFUSED:] = [Unreadable(document_id, f"{more} more lines cannot be read")]
    return [*documents, *refused]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):  # JSON strings may hold U+2028, which ends no line here
        if line.strip():
            yield number, line


def _read_line(document_id: str, number: int, line: object, taken: set[str]) -> Document:
    try:
        fields = json.loads(line) if isinstance(line, str) else line
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"this is not JSON ({error})") from error
    if not isinstance(fields, dict):
        raise UnreadableFile('this is not an object; expected {"id": …, "title": …, "text": …}')
    text = fields.get("text")
    if not isinstance(text, str):
        raise UnreadableFile('"text" must be a string that holds words')
    name = _slug(fields.get("id"), number)
    document = parse_fields(fields).over(Document(f"{document_id}/{name}", "", text), PublishedFrom.METADATA)
    check_document(document)
    if name in taken:
        raise UnreadableFile(f"the id {name!r} stands on an earlier line too")
    taken.add(name)
    return document


def _slug(value: object, number: int) -> str:
    """One safe component of a path: no separators, no leading dot, no control or invisible characters."""
    if value is not None and not isinstance(value, (str, int)):
        raise UnreadableFile('"id" must be a string or a number')
    words = unicodedata.normalize("NFC", "" if value is None else str(value))
    return _UNSAFE.sub("-", words).strip(".-")[:MAX_ID] or f"line-{number}"
