"""JSON and XML that hold an article: a text with its title, or a list of such.

Offsets count into the text of the field, or into the rendered blocks of an XML file.
"""

import json
from collections.abc import Mapping

from lxml import etree

from qa.errors import UnreadableFile
from qa.readers.decode import decode
from qa.readers.jsonl import read_records
from qa.readers.open_document import local, parse_xml
from qa.readers.text import TextBuilder
from qa.types import Document, Unreadable

TEXTS = ("text", "body", "content", "articleBody", "article", "description")
TITLES = ("title", "headline", "name")
DATES = ("published", "datePublished", "date", "created_at")
_LISTS = ("articles", "documents", "items", "entries", "posts", "results", "data")
_HEADINGS = frozenset({"title", "head", "heading", "h1", "h2", "h3", "headline"})
_INLINE = frozenset({"b", "i", "em", "strong", "a", "span", "u", "sub", "sup", "ref", "hi", "emph", "xref", "name"})


def read_json(document_id: str, content: bytes) -> list[Document | Unreadable]:
    """Read ``.json``: an object with a field such as ``text`` or ``body``, or a list of such objects."""
    try:
        value = json.loads(decode(content))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"this is not JSON ({error})") from error
    records = _records(value)
    if not records:
        raise UnreadableFile(f"no article was recognised: expected an object with one of {', '.join(TEXTS)}, or a list")
    if len(records) == 1 and not isinstance(value, list):
        fields = records[0]
        return [Document(document_id, str(fields.get("title") or ""), str(fields["text"]))]
    return read_records(document_id, [(number, record) for number, record in enumerate(records, start=1)])


def _records(value: object) -> list[dict[str, object]]:
    if isinstance(value, list):
        return [record for entry in value for record in _records(entry)]
    if not isinstance(value, Mapping):
        return []
    text = next((value[name] for name in TEXTS if isinstance(value.get(name), str) and value[name].strip()), None)
    if text is None:
        return next((found for name in _LISTS if (found := _records(value.get(name)))), [])
    record: dict[str, object] = {"text": text}
    for field, names in (("title", TITLES), ("published", DATES), ("id", ("id",)), ("url", ("url",))):
        given = next((value[name] for name in names if isinstance(value.get(name), (str, int))), None)
        if given is not None:
            record[field] = given
    return [record]


def read_xml(document_id: str, content: bytes) -> list[Document]:
    """Read ``.xml``: every element that holds words is a block, titles and heads are headings."""
    builder = TextBuilder()
    _render(parse_xml(content), builder)
    return [builder.document(document_id)]


def _render(element: etree._Element, builder: TextBuilder) -> None:
    children = [child for child in element if isinstance(child.tag, str)]
    if all(local(child) in _INLINE for child in children):
        words = " ".join("".join(element.itertext()).split())
        builder.heading(words) if local(element) in _HEADINGS else builder.block(words)
        return
    builder.block(" ".join((element.text or "").split()))
    for child in children:
        _render(child, builder)
        builder.block(" ".join((child.tail or "").split()))
