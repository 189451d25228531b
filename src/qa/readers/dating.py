"""When and by whom a document says it was published, where its format does not: dateline, byline, address, file name.

The date at which a file was made is no date of publication and is never taken. Each date says where it is from.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from qa.readers.iso_dates import is_date
from qa.types import Document, PublishedFrom

NEAR_TOP = 1500  # code points in which a dateline or byline is looked for
MAX_LINES = 12  # that are not empty
MAX_DATELINE = 80  # code points of a line that holds little but a date
MAX_BYLINE = 60
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar januari janvier enero janeiro gennaio",
            "february feb februar februari février febrero fevereiro febbraio",
            "march mar märz maart mars marzo março",
            "april apr avril abril aprile",
            "may mai mei mayo maio maggio maj",
            "june jun juni juin junio junho giugno",
            "july jul juli juillet julio julho luglio",
            "august aug augustus août agosto augusti",
            "september sep sept septembre septiembre setembro settembre",
            "october oct oktober okt octobre octubre outubro ottobre",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre diciembre dezembro dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_WRITTEN = (
    re.compile(rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    re.compile(rf"(?<!\d){_YEAR}\s?年\s?(?P<month>\d{{1,2}})\s?月(?:\s?(?P<day>\d{{1,2}})\s?日)?"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of| de)? (?P<name>{_MONTH})\.?,?(?: de)? {_YEAR}\b", re.IGNORECASE
    ),
    re.compile(rf"\b(?P<name>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b(?P<name>{_MONTH})\.?,? {_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}\b"),
)
_LABEL = re.compile(
    r"(?:first |originally |last )?(?:published|updated|posted|issued|date(?:d)?|publié|veröffentlicht|stand|"
    r"publicado|pubblicato|gepubliceerd|发布(?:时间|日期)?|发表于|日期)(?: on| at| am| le| el)?\s*[:：]?\s*",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:by|von|par|por|door|di)\s+(?P<names>\S.*)", re.IGNORECASE)
_NAME = r"[^\W\d_a-zß-ÿ][\w.'’-]*(?: (?:de|van|von|der|den|del|da|la|le|bin|al)| [^\W\d_a-zß-ÿ][\w.'’-]*){1,4}"
_NAMES = re.compile(rf"{_NAME}(?:(?:, | and | & |, and ){_NAME}){{0,5}}")
_PATH_DATE = re.compile(rf"(?:^|/){_YEAR}/(?P<month>\d\d)(?:/(?P<day>\d\d))?(?=/|$)")
_NAME_DATES = (
    re.compile(rf"(?<!\d){_YEAR}[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}[-_](?P<month>\d\d)(?!\d)"),
)


def dated(document: Document) -> Document:
    """The document with a date and an author, where its first lines, its address or its name tell them."""
    lines = list(_first_lines(document.text))
    author = document.author or next(filter(None, map(_byline, lines)), None)
    if document.published:
        return replace(document, author=author, published_from=document.published_from or PublishedFrom.METADATA)
    for source, date in _dates(document, lines):
        if date:
            return replace(document, author=author, published=date, published_from=source)
    return replace(document, author=author)


def written_dates(text: str) -> list[tuple[int, int, str]]:
    """The dates with a month that a text writes out: start, end and ISO 8601 of each, in order and apart."""
    found: list[tuple[int, int, str]] = []
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            date = _matched(match)
            if date and not any(start < match.end() and match.start() < end for start, end, _ in found):
                found.append((*match.span(), date))
    return sorted(found)


def _dates(document: Document, lines: list[str]) -> Iterator[tuple[PublishedFrom, str | None]]:
    yield PublishedFrom.TEXT, next(filter(None, map(_dateline, lines)), None)
    yield PublishedFrom.URL, _matched(_PATH_DATE.search(_path(document.url)))
    yield PublishedFrom.FILE_NAME, _name_date(PurePosixPath(document.id).name)


def _path(url: str | None) -> str:
    try:
        return urlsplit(url or "").path
    except ValueError:  # such as a bracket without its other
        return ""


def _name_date(name: str) -> str | None:
    """The date in a file's name; 2010-11 may be two years and counts as no month."""
    day, month = (pattern.search(name) for pattern in _NAME_DATES)
    if day is not None and (date := _matched(day)):
        return date
    if month is None or int(month["month"]) == int(month["year"]) % 100 + 1:
        return None
    return _matched(month)


def _first_lines(text: str) -> Iterator[str]:
    lines = (line.strip() for line in text[:NEAR_TOP].splitlines())
    for number, line in enumerate(filter(None, lines)):
        if number >= MAX_LINES:
            return
        yield line


def _dateline(line: str) -> str | None:
    """The date of a line that holds a label and a date, a name and a date, or a date alone; else None."""
    label = _LABEL.match(line)
    rest = line[label.end() :] if label else line
    for pattern in _WRITTEN:
        match = pattern.search(rest)
        if match is None:
            continue
        around = (rest[: match.start()] + rest[match.end() :]).strip(" ,.;:|–—-()[]·")
        if label and not match.start():
            return _matched(match)
        if len(line) <= MAX_DATELINE and (not around or _is_place(around)):
            return _matched(match)
        return None
    return None


def _is_place(words: str) -> bool:
    """Whether what stands beside a date is a place or an author: a few capitalized words, and no sentence."""
    return bool(re.fullmatch(r"(?:by )?(?:[^\W\d_a-zß-ÿ][\w.'’-]*,? ?){1,4}[|–—-]?", words))


def _byline(line: str) -> str | None:
    match = _BYLINE.fullmatch(re.split(r"\s*[|·•–—]\s*", line)[0])
    names = match["names"].rstrip(" ,.") if match else ""
    return names if len(names) <= MAX_BYLINE and _NAMES.fullmatch(names) else None


def _matched(match: re.Match[str] | None) -> str | None:
    """The ISO date of a match; None where there is no such day."""
    if match is None:
        return None
    groups = match.groupdict()
    year = groups["year"]
    month = _MONTHS[groups["name"].lower()] if groups.get("name") else int(groups.get("month") or 0)
    day = int(groups.get("day") or 0)
    if not month:
        return year
    date = f"{year}-{month:02}" + (f"-{day:02}" if day else "")
    return date if is_date(date) else None
