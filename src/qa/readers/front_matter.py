"""The YAML block at the top of a file: what it may say, and what it means for a document."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import yaml

from qa.errors import UnreadableFile
from qa.readers.checks import MAX_LINE
from qa.readers.iso_dates import is_date
from qa.types import Document, PublishedFrom

FENCE = "---"
_BLOCK = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:\r?\n|\A)?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LEAKS = (ValueError, RecursionError, KeyError, TypeError, AttributeError)  # what PyYAML lets through beside its own


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields that this product reads; others are left alone."""

    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    author: str | None = None
    language: str | None = None
    retrieved: str | None = None

    def over(self, document: Document, source: PublishedFrom = PublishedFrom.FRONT_MATTER) -> Document:
        """The document with what the front matter says put over what the format says."""
        given = {name: value for name, value in asdict(self).items() if value}
        stated = tuple(given) if source is PublishedFrom.FRONT_MATTER else document.stated
        if self.published:
            given["published_from"] = source
        return replace(document, **given, stated=stated)


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Take the front matter off a text; without one, the text comes back whole.

    Raises:
        UnreadableFile: the block is not YAML, or a field has a value of the wrong kind.
    """
    fields, rest = split_fields(text)
    try:
        return parse_fields(fields), rest
    except UnreadableFile as error:
        raise UnreadableFile(f"front matter: {error}") from error


def split_fields(text: str) -> tuple[Mapping[Any, object], str]:
    """Take the front matter off a text, with all of its fields as YAML gives them.

    Raises:
        UnreadableFile: the block is not YAML.
    """
    block = _BLOCK.match(text)
    if block is None:
        return {}, text
    try:
        fields = yaml.safe_load(block.group(1)) or {}
    except (yaml.YAMLError, *_LEAKS) as error:
        raise UnreadableFile("the front matter is not valid YAML; mend the lines between the two ---") from error
    if not isinstance(fields, dict):
        return {}, text  # a rule, some text and another rule: not front matter
    return fields, text[block.end() :]


def parse_fields(fields: Mapping[Any, object]) -> FrontMatter:
    """Take from a mapping the fields that this product reads.

    Raises:
        UnreadableFile: a field has a value of the wrong kind.
    """
    return FrontMatter(
        title=_line(fields, "title"),
        published=_day(fields.get("published", fields.get("date")), "published"),
        publisher=_line(fields, "publisher"),
        tags=_tags(fields.get("tags")),
        url=_line(fields, "url"),
        author=_author(fields),
        language=_line(fields, "language") or _line(fields, "lang"),
        retrieved=_day(fields.get("retrieved"), "retrieved"),
    )


def _author(fields: Mapping[Any, object]) -> str | None:
    names = fields.get("author", fields.get("authors"))
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        names = ", ".join(names)
    return _line({"author": names}, "author")


def _line(fields: Mapping[Any, object], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    return _plain(value, name) or None


def _plain(value: object, name: str) -> str:
    """A scalar as one line of printable text."""
    try:
        line = " ".join(str(value).split()) if isinstance(value, (str, int, float, date)) else None
    except ValueError:  # an integer of more digits than Python prints
        line = None
    if line is None or len(line) > MAX_LINE or any(unicodedata.category(c) in {"Cc", "Cs"} for c in line):
        raise UnreadableFile(f"{name} must be one line of text of at most {MAX_LINE} characters")
    return line


def _day(value: object, name: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, date):  # datetime is one too
        return value.isoformat()[:10]
    if isinstance(value, (str, int)) and is_date(str(value).strip()):
        return str(value).strip()
    raise UnreadableFile(f"{name} must be a date such as 2006-10-27, 2006-10 or 2006")


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, (str, int, date)) for item in items):
        raise UnreadableFile("tags must be a list of words, such as [china, defectors]")
    return tuple(dict.fromkeys(tag for item in items if (tag := _plain(item, "each of the tags"))))
