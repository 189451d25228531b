"""The YAML block at the top of a file: what it may say, and what it means for a document."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import yaml

from qa.errors import UnreadableFile

_BLOCK = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:\r?\n|\A)?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
MAX_LINE = 1000  # code points of a field
_LEAKS = (ValueError, RecursionError, KeyError, TypeError, AttributeError)  # what PyYAML lets through beside its own
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields that this product reads; others are left alone."""

    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Take the front matter off a text; without one, the text comes back whole.

    Raises:
        UnreadableFile: the block is not YAML, or a field has a value of the wrong kind.
    """
    block = _BLOCK.match(text)
    if block is None:
        return FrontMatter(), text
    try:
        fields = yaml.safe_load(block.group(1)) or {}
    except (yaml.YAMLError, *_LEAKS) as error:
        raise UnreadableFile("the front matter is not valid YAML; mend the lines between the two ---") from error
    if not isinstance(fields, dict):
        return FrontMatter(), text  # a rule, some text and another rule: not front matter
    return _parse(fields), text[block.end() :]


def _parse(fields: dict[object, object]) -> FrontMatter:
    return FrontMatter(
        title=_line(fields, "title"),
        published=_published(fields.get("published", fields.get("date"))),
        publisher=_line(fields, "publisher"),
        tags=_tags(fields.get("tags")),
        url=_line(fields, "url"),
    )


def _line(fields: dict[object, object], name: str) -> str | None:
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
        raise UnreadableFile(f"front matter: {name} must be one line of text of at most {MAX_LINE} characters")
    return line


def _published(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, date):  # datetime is one too
        return value.isoformat()[:10]
    if isinstance(value, (str, int)) and _is_date(str(value).strip()):
        return str(value).strip()
    raise UnreadableFile("front matter: published must be a date such as 2006-10-27, 2006-10 or 2006")


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value + "-01-01"[len(value) - len("YYYY") :])
    except ValueError:
        return False
    return True


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, (str, int, date)) for item in items):
        raise UnreadableFile("front matter: tags must be a list of words, such as [china, defectors]")
    return tuple(dict.fromkeys(tag for item in items if (tag := _plain(item, "each of the tags"))))
