"""Any text → the quotations in it: exports of ours, answers as JSON, web pages, BibTeX, or an article's draft."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from urllib.parse import unquote

from qa.types import Span
from qa.verification.folding import key_of
from qa.verification.marked_up import blocks_of
from qa.verification.records import Quotation

LEAST_KEY = 12  # letters: what is shorter is a word in quotes, not a quotation
LEAST_IDEOGRAPHS = 5
SOURCE_MOST = 1500
LINK_WITHIN = 300  # characters after a quotation in which its source may be named

_MARKS = re.compile(
    r"“([^“”]{2,4000})”|„([^„“”]{2,4000})[“”]|«([^«»]{2,4000})»|»([^«»]{2,4000})«|「([^「」]{2,4000})」|『([^『』]{2,4000})』"
    r"|``((?:(?!``|'').){2,4000})''|\"([^\"]{2,4000})\"|(?<!\w)‘([^‘]{12,4000}?)’(?!\w)|(?<!\w)'([^']{40,4000}?)'(?!\w)",
    re.DOTALL,
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_LINK = re.compile(r"/documents/([^\s?#<>\")\]]+)\?start=(\d{1,12})&(?:amp;)?end=(\d{1,12})")
_PLACE = re.compile(r"([^\s,()<>“”\"]+\.\w{2,5})(?:, page \d+)?, characters (\d{1,12})[–—-](\d{1,12})")
_SECTION = re.compile(r"^## ", re.MULTILINE)
_BLOCK = re.compile(r"(?:^>.*\n?)+", re.MULTILINE)
_NUMBERED = re.compile(r"\[(\d{1,4})\]$")
_SOURCE = re.compile(r"^(\d{1,4})\. \[.*$", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>#|~&!$%])")
_BIBTEX = re.compile(r"^[ \t]*@\w+[ \t]*\{", re.MULTILINE)
_HTML = re.compile(r"<(?:!doctype html|html|body|blockquote|p|q|figure)[\s>]", re.IGNORECASE)
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def quotations_in(content: str) -> list[Quotation]:
    """The quotations in a text of whatever kind, in order; what is too short to be one is left out."""
    parsed = _parsed(content)
    if parsed is not None:
        return list(_cited(parsed)) or [quotation for text in _texts(parsed) for quotation in quotations_in(text)]
    if _HTML.search(content):
        return list(_of_html(content))
    if _BIBTEX.search(content):
        content = _ESCAPED.sub(r"\1", content)
    elif re.search(r"^>", content, re.MULTILINE):
        return list(_of_markdown(content))
    return list(_of_text(content))


def _parsed(content: str) -> object | None:
    """What JSON, or JSON by lines, holds; None where a text is neither."""
    if content.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        parsed: object = json.loads(content)
    except ValueError:
        lines = [line for line in content.splitlines() if line.strip()]
        try:
            parsed = [json.loads(line) for line in lines]
        except ValueError:
            return None
    except RecursionError:
        return None
    return parsed


def _cited(parsed: object) -> Iterator[Quotation]:
    """The citations in JSON, wherever they are; a result of a tool says the same twice."""
    waiting = [parsed]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("cited_text"), str):
                yield citation_of(value)
            elif isinstance(value.get("quote"), str) and isinstance(value.get("link"), str):
                yield _sourced(value["quote"], _source_in(value["link"]))
            elif isinstance(value.get("structuredContent"), dict):
                waiting.append(value["structuredContent"])
            else:
                waiting += reversed(list(value.values()))
        elif isinstance(value, list):
            waiting += reversed(value)


def citation_of(fields: Mapping[str, object]) -> Quotation:
    """A citation as the API has it; fields that are missing or of another type count as not given."""
    name, sha256 = fields.get("document_id"), fields.get("document_sha256")
    return Quotation(
        text=str(fields["cited_text"]),
        document_id=name if isinstance(name, str) else None,
        span=_span(fields.get("start_char_index"), fields.get("end_char_index")),
        document_sha256=sha256 if isinstance(sha256, str) else None,
    )


def _span(start: object, end: object) -> Span | None:
    is_span = isinstance(start, int) and isinstance(end, int) and 0 <= start < end
    return Span(start, end) if is_span else None  # type: ignore[arg-type]


def _texts(parsed: object) -> Iterator[str]:
    waiting = [parsed]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            waiting += reversed(list(value.values()) if isinstance(value, dict) else value)


def _of_markdown(content: str) -> Iterator[Quotation]:
    """Block quotations, each with the source of its number in the same section; and what stands in quotes elsewhere."""
    starts = [0, *(match.start() for match in _SECTION.finditer(content)), len(content)]
    for start, end in pairwise(starts):
        section = content[start:end]
        sources = {match[1]: _source_in(match[0]) for match in _SOURCE.finditer(section)}
        for block in _BLOCK.finditer(section):
            behind = section[block.end() : block.end() + LINK_WITHIN * 2].lstrip().split("\n\n", 1)[0]
            lines = "\n".join(line[1:].removeprefix(" ") for line in block[0].splitlines())
            for text in _PARAGRAPH.split(lines):
                number = _NUMBERED.search(text.rstrip())
                words = _ESCAPED.sub(r"\1", _NUMBERED.sub("", text.rstrip())).strip()
                if _is_long(words):
                    yield _sourced(words, sources.get(number[1]) if number else _source_in(behind))
        yield from _of_text(_BLOCK.sub("\n", section))


def _of_html(content: str) -> Iterator[Quotation]:
    """Quotations by their elements, and what stands in quotes in the text."""
    for block in blocks_of(content):
        if not block.is_quotation:
            yield from _of_text(block.text)
        elif _is_long(block.text):
            name, start, end = block.document_id, block.start, block.end
            source = (
                (name, Span(start, end)) if name and start is not None and end is not None and start < end else None
            )
            yield _sourced(block.text.strip(), source or _source_in(block.cite))


def _of_text(content: str) -> Iterator[Quotation]:
    """What stands in quotation marks, with the source that is named right behind it."""
    for paragraph in _PARAGRAPH.split(content):
        marked = list(_MARKS.finditer(paragraph))
        for match, following in zip(marked, [*marked[1:], None], strict=False):
            text = next(group for group in match.groups() if group is not None)
            if _is_long(text):
                last = following.start() if following else len(paragraph)
                yield _sourced(text, _source_in(paragraph[match.end() : min(last, match.end() + LINK_WITHIN)]))


def _source_in(text: str) -> tuple[str, Span] | None:
    """The document and span that a link of ours, or a line of an export, names."""
    text = text[-SOURCE_MOST:]
    match = _LINK.search(text) or _PLACE.search(text)
    if match is None:
        return None
    span = _span(int(match[2]), int(match[3]))
    return (unquote(match[1]), span) if span else None


def _sourced(text: str, source: tuple[str, Span] | None) -> Quotation:
    return Quotation(text, *source) if source else Quotation(text)


def _is_long(text: str) -> bool:
    return len(key_of(text)) >= LEAST_KEY or len(_IDEOGRAPH.findall(text)) >= LEAST_IDEOGRAPHS
