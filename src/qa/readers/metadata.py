"""What formats say of themselves, as the product stores it; what makes no sense is left out, never guessed."""

import re
from collections.abc import Iterable

from qa.readers.iso_dates import is_date

MAX_LINE = 500
_DATE = re.compile(r"\d{4}(?:-?\d{2}(?:-?\d{2})?)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_SOFTWARE_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel) [-–—] .*)|(?:untitled|document|slide|layout|title)[ -]?\d*"
    r"|word document|.*\.(?:docx?|pdf|indd|qxp?d?|tex|dvi|rtf|odt|pptx?|html?)",
    re.IGNORECASE,
)


def one_line(value: str | None) -> str | None:
    """The words of a value on one line of at most ``MAX_LINE`` characters; None where there are none."""
    words = " ".join("".join(c for c in value or "" if c.isprintable() or c.isspace()).split())
    return words[:MAX_LINE].rstrip() or None


def title_line(value: str | None) -> str | None:
    """A title, unless it is one that software puts where the author gave none (a file's name, ``untitled``)."""
    line = one_line(value)
    return None if line is None or _SOFTWARE_TITLE.fullmatch(line) else line


def first_date(value: str | None) -> str | None:
    """The date at the beginning of a value (``2006``, ``2006-10-27T…``, ``D:20061027…``), ISO 8601; None if none."""
    found = _DATE.match((value or "").strip().removeprefix("D:"))
    if found is None:
        return None
    digits = found.group().replace("-", "")
    parts = (digits[:4], digits[4:6], digits[6:8])
    dates = ("-".join(parts[:length]) for length in (3, 2, 1) if all(parts[:length]))
    return next((date for date in dates if is_date(date)), None)


def language_tag(value: str | None) -> str | None:
    """A BCP 47 language tag; None where the value is no such tag."""
    tag = (value or "").strip()
    return tag.replace("_", "-") if _LANGUAGE.fullmatch(tag) else None


def keywords(values: Iterable[str | None]) -> tuple[str, ...]:
    """Tags from lists of keywords, separated by commas or semicolons, each once."""
    words = (one_line(word) for value in values for word in re.split(r"[,;]", value or ""))
    return tuple(dict.fromkeys(word for word in words if word))
