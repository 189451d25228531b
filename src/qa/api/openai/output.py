"""An answer as a text with its citations in it, since many clients show no annotations."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin

from qa.api.page.presentation import REASONS, display_title, document_url
from qa.serving.service import Answered
from qa.types import Citation, RankedPassage

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A quotation in the text: ``text[start:end]`` is what the document says, and the number stands at ``after``."""

    citation: Citation
    start: int
    end: int
    after: int
    url: str


@dataclass(frozen=True, slots=True)
class Output:
    """The text of an answer, and where its quotations stand in it."""

    text: str
    marks: tuple[Mark, ...]


def output_of(answered: Answered, base: str) -> Output:
    """Each quotation with its number as a link, then the sources; or a sentence for a refusal. ``base`` is ours."""
    answer = answered.answer
    if not answer.answerable:
        return Output(_refusal(answered), ())
    text, marks = "", []
    for citation in answer.citations:
        url = _link(citation.document.id, citation.span.start, citation.span.end, base)
        start = len(text) + 1
        end = start + len(citation.cited_text)
        text += f"“{citation.cited_text}” [[{citation.number}]]({url})\n\n"
        marks.append(Mark(citation, start, end, end + 1, url))
    return Output(text + "\n".join(map(_source, marks)), tuple(marks))


def _source(mark: Mark) -> str:
    document, span = mark.citation.document, mark.citation.span
    return f"[{mark.citation.number}] {display_title(document)}, {document.id}, characters {span.start}–{span.end}"


def _refusal(answered: Answered) -> str:
    answer, count = answered.answer, answered.snapshot.manifest.documents
    sentences = [f"The {count:,} documents do not say." if count != 1 else "The document does not say."]
    sentences += [REASONS[reason] for reason in answer.reasons]
    if answer.unmatched_terms:
        sentences.append(f"Not in any document: {', '.join(answer.unmatched_terms)}.")
    return " ".join(sentences)


def file_results(passages: Sequence[RankedPassage], base: str) -> list[Json]:
    """Passages as the results of a file search."""
    return [
        {
            "file_id": ranked.document.id,
            "filename": file_name(ranked.document.id),
            "score": relevance(ranked.score),
            "text": ranked.passage.text,
            "attributes": attributes(ranked, base),
        }
        for ranked in passages
    ]


def attributes(ranked: RankedPassage, base: str) -> dict[str, str | float | bool]:
    """What is known of a passage; texts have 512 characters at the most, as the shape wants."""
    passage, document = ranked.passage, ranked.document
    known: dict[str, str | float | bool | None] = {
        "title": display_title(document)[:512],
        "passage_id": passage.id[:512],
        "start_char_index": passage.start,
        "end_char_index": passage.end,
        "url": _link(document.id, passage.start, passage.end, base)[:512],
        "published": document.published,
        "cited": ranked.cited,
    }
    return {name: value for name, value in known.items() if value is not None}


def relevance(score: float) -> float:
    """A score between 0 and 1 in the order of ours, which have no bounds."""
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), 6)


def annotations(output: Output) -> list[Json]:
    """Each quotation twice: as that of a page, over its words, and as that of a file, where its number stands."""
    return [annotation for mark in output.marks for annotation in _annotations(mark)]


def _annotations(mark: Mark) -> list[Json]:
    document = mark.citation.document
    page = {"start_index": mark.start, "end_index": mark.end, "title": display_title(document), "url": mark.url}
    name = file_name(document.id)
    return [
        {"type": "url_citation", **page},
        {"type": "file_citation", "file_id": document.id, "filename": name, "index": mark.after},
    ]


def file_name(document_id: str) -> str:
    """The last part of a document's id."""
    return PurePosixPath(document_id).name


def _link(document_id: str, start: int, end: int, base: str) -> str:
    return urljoin(base, document_url(document_id, start, end))
