"""How records are named and linked on the outside; shared by JSON and HTML."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import quote, urlencode

from qa.serving.jobs import Job, State
from qa.types import Band, Document, Reason

BANDS: Mapping[Band, str] = {
    Band.HIGH: "High confidence",
    Band.MEDIUM: "Medium confidence",
    Band.LOW: "Low confidence",
}
REASONS: Mapping[Reason, str] = {
    Reason.NO_RELEVANT_PASSAGE: "No passage answers this well enough to be quoted.",
    Reason.TERMS_NOT_IN_CORPUS: "The question is about words that your documents do not use.",
    Reason.FILTERS_EXCLUDE_ALL: "The filter leaves no document to search.",
    Reason.EMPTY_INDEX: "There are no documents yet.",
}
SCORES: Mapping[str, str] = {
    "dense": "Meaning of the passage (standardised cosine)",
    "sentence_dense": "Meaning of its best sentence (standardised cosine)",
    "lexical": "Words of the passage (standardised BM25)",
    "sentence_lexical": "Words of its best sentence (standardised BM25)",
    "token_match": "Each word of the question, best match in the passage (standardised)",
    "window_match": "The same within two neighbouring sentences (standardised)",
    "phrase": "Word pairs of the question side by side (share)",
    "answer_type": "Has the name, date or number that is asked for (1 or 0)",
    "cross_encoder": "Second reading (cross-encoder)",
    "feedback": "After your more and less like this (cosine)",
}
YEAR, MONTH = len("2006"), len("2006-10")

_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


def prefers_html(accept: str) -> bool:
    """Whether an Accept header (RFC 9110, section 12.5.1) ranks text/html above application/json by name."""
    quality = {"text/html": 0.0, "application/json": 0.0}
    for item in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in item.split(";"))
        if kind in quality:
            quality[kind] = next((_quality(p) for p in parameters if p.startswith("q=")), 1.0)
    return quality["text/html"] > quality["application/json"]


def _quality(parameter: str) -> float:
    number = parameter.removeprefix("q=")
    return float(number) if _QUALITY.fullmatch(number) else 0.0


def display_title(document: Document) -> str:
    """The title, or the id where the document has none."""
    return document.title or document.id


def text_sha256(document: Document) -> str:
    """SHA-256 of the text as UTF-8, hexadecimal."""
    return hashlib.sha256(document.text.encode("utf-8")).hexdigest()


def document_url(document_id: str, start: int | None = None, end: int | None = None) -> str:
    """The address of a document, opened at a span where one is given (code points, end exclusive)."""
    address = f"/documents/{quote(document_id, safe='/')}"
    if start is None or end is None:
        return address
    return f"{address}?{urlencode({'start': start, 'end': end})}#quote"


def display_date(published: str) -> str:
    """``2006-10-27`` → ``27 October 2006``, ``2006-10`` → ``October 2006``; a year stays a year."""
    if len(published) <= YEAR:
        return published
    if len(published) == MONTH:
        return f"{date.fromisoformat(published + '-01'):%B %Y}"
    day = date.fromisoformat(published)
    return f"{day.day} {day:%B %Y}"


def display_time(moment: str) -> str:
    """An ISO 8601 moment for readers: ``21 November 2026, 23:20 UTC``."""
    at = datetime.fromisoformat(moment)
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname() or 'UTC'}"


def counted(number: int, noun: str) -> str:
    """``1 document``, ``1,234 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def score_name(name: str) -> str:
    """A score in words; one that has none here is named as in the API."""
    return SCORES.get(name, name.replace("_", " ").capitalize())


def job_text(job: Job) -> str:
    """A build in a sentence."""
    match job.state:
        case State.QUEUED:
            return "A build is about to begin."
        case State.WAITING:
            return f"The build waits: {job.error}."
        case State.FAILED:
            return f"The last build failed, and the index is as it was: {job.error}"
        case State.DONE if job.built:
            counts = ((job.built.added, "added"), (job.built.changed, "changed"), (job.built.removed, "removed"))
            parts = [f"{len(names)} {word}" for names, word in counts if names]
            return f"The last build is done: {', '.join(parts) or 'nothing had changed'}."
    stage = {"reading": "Reading the documents", "encoding": "Encoding passages", "opening": "Opening the new index"}
    amount = f", {job.done:,} of {job.total:,}" if job.total else ""
    return f"{stage.get(job.stage, 'Building the index')}{amount}."
