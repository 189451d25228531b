"""How records are named and linked on the outside; shared by JSON and HTML."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, urlencode

from qa.languages import language_of
from qa.serving.jobs import Job, State
from qa.types import Band, Document, DocumentEntry, Passage, PublishedFrom, Reason, Span

SURENESS: Mapping[Band, str] = {  # where the bands begin in docs/quality.md
    Band.HIGH: "When measured, answers of this kind were right 19 times in 20.",
    Band.MEDIUM: "When measured, answers of this kind were right 4 times in 5.",
    Band.LOW: "",
}
REASONS: Mapping[Reason, str] = {
    Reason.NO_RELEVANT_PASSAGE: "No passage answers this well enough to be quoted.",
    Reason.NOT_SAID: "Your documents speak of this, but don't say what you ask.",
    Reason.DIFFERS: "Your documents say it of another name, number or date.",
    Reason.NEGATED: "Your documents say the opposite, or leave open whether it is so.",
    Reason.TERMS_NOT_IN_CORPUS: "The question is about words that your documents do not use.",
    Reason.FILTERS_EXCLUDE_ALL: "The filter leaves no document to search.",
    Reason.EMPTY_INDEX: "",
}
DATED_FROM: Mapping[PublishedFrom, str] = {
    PublishedFrom.FRONT_MATTER: "as the file says at its top",
    PublishedFrom.SIDECAR: "as it was corrected",
    PublishedFrom.METADATA: "as the file says of itself",
    PublishedFrom.TEXT: "found near the top of the text",
    PublishedFrom.URL: "found in its address",
    PublishedFrom.FILE_NAME: "found in the name of the file",
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


def display_title(document: Document | DocumentEntry) -> str:
    """The title, or the id where the document has none."""
    return document.title or document.id


def dated_from(document: Document) -> str:
    """What a document's date of publication was taken from, in words; "" where it has none."""
    return DATED_FROM[document.published_from] if document.published_from else ""


def text_sha256(document: Document) -> str:
    """SHA-256 of the text as UTF-8, hexadecimal."""
    return hashlib.sha256(document.text.encode("utf-8")).hexdigest()


def document_url(document_id: str, start: int | None = None, end: int | None = None) -> str:
    """The address of a document, opened at a span where one is given (code points, end exclusive)."""
    address = f"/documents/{quote(document_id, safe='/')}"
    if start is None or end is None:
        return address
    return f"{address}?{urlencode({'start': start, 'end': end})}#quote"


def source_data(document: Document, span: Span | Passage | None) -> str:
    """What a citation names of a source, as JSON for the script that formats it."""
    start = span.start if span else 0
    section = next((head for head in reversed(document.headings) if head.start <= start), None) if span else None
    fields = {
        "title": display_title(document),
        "author": document.author,
        "publisher": document.publisher,
        "published": document.published,
        "retrieved": document.retrieved,
        "url": document.url,
        "section": document.text[section.start : section.end].strip() if section else None,
        "page": document.page_at(start) if span else None,
    }
    return json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)


def other_languages(question: str, cited: Iterable[str]) -> list[str]:
    """The languages of what is cited, as ISO 639-1 codes, that are known and known not to be the question's."""
    asked = language_of(question)
    languages = dict.fromkeys(language_of(text) for text in cited)
    return [language for language in languages if asked and language and language != asked]


def score_name(name: str) -> str:
    """A score in words; one that has none here is named as in the API."""
    return SCORES.get(name, name.replace("_", " ").capitalize())


STAGES: Mapping[str, str] = {
    "reading": "Reading the documents: %(done)s of %(total)s",
    "recognising": "Recognising text in pictures: page %(done)s of %(total)s",
    "encoding": "Encoding passages: %(done)s of %(total)s",
    "opening": "Opening the new index",
}
STATES: Mapping[State, str] = {
    State.QUEUED: "A build is about to begin.",
    State.WAITING: "The build waits: %(error)s.",
    State.FAILED: "The last build failed, and the index is as it was: %(error)s",
    State.DONE: "The last build is done: %(changes)s.",
    State.RUNNING: "Building the index",
}
CHANGED: Mapping[str, str] = {"added": "%(num)s added", "changed": "%(num)s changed", "removed": "%(num)s removed"}
UNCHANGED = "nothing had changed"


def job_text(job: Job, gettext: Callable[[str], str] = str) -> str:
    """A build in a sentence, in the language of ``gettext``."""
    if job.state is State.RUNNING and (job.total or job.stage == "opening"):
        stage = STAGES.get(job.stage, STATES[job.state])
        return gettext(stage) % {"done": f"{job.done:,}", "total": f"{job.total:,}"}
    if job.state is State.DONE and job.built is None:
        return gettext(STATES[State.RUNNING])
    return gettext(STATES[job.state]) % {"error": job.error, "changes": _changes(job, gettext)}


def _changes(job: Job, gettext: Callable[[str], str]) -> str:
    if job.built is None:
        return ""
    names = {"added": job.built.added, "changed": job.built.changed, "removed": job.built.removed}
    parts = [gettext(CHANGED[change]) % {"num": len(ids)} for change, ids in names.items() if ids]
    return ", ".join(parts) or gettext(UNCHANGED)
