"""What is offered while a question is being typed: no ranking and no reading, only what the index has at hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from fastapi import Query
from pydantic import StringConstraints

from qa.analysis import analyze
from qa.api.page.clippings import NEARER, Clipping, clip, sentence_cosines
from qa.api.page.presentation import display_title
from qa.api.page.why import telling_terms
from qa.index.snapshot import Snapshot
from qa.protocols import Vectors
from qa.types import DocumentEntry, Filters, Passage, Span

FLOOR = 0.4  # cosine of a sentence that is worth showing; unrelated ones stay below it
WORDS = 0.5  # what having all the words counts beside the cosine
PASSAGES = 6
TITLES = 2
LOOKED_AT = 20_000  # documents whose titles are compared

TypedText = Annotated[
    str, Query(max_length=300), StringConstraints(strip_whitespace=True, min_length=3, max_length=300)
]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The closest sentence, if any is close, and documents whose titles have all the words."""

    clipping: Clipping | None
    titles: Sequence[DocumentEntry]


def look_ahead(snapshot: Snapshot, typed: str, vector: Vectors, filters: Filters) -> Ahead:
    """Look for what is typed; ``vector`` is its unit vector, ``(dimension,)``."""
    return Ahead(_closest(snapshot, typed, vector, filters), list(islice(_titled(snapshot, typed, filters), TITLES)))


def _closest(snapshot: Snapshot, typed: str, vector: Vectors, filters: Filters) -> Clipping | None:
    """The best sentence of the nearest passages, by cosine and by the share of the typed words that it has."""
    terms = telling_terms(typed)
    best: tuple[float, Passage, Span] | None = None
    for hit in snapshot.search(vector, PASSAGES, filters):
        passage = snapshot.passages[hit.row]
        for span, cosine in zip(passage.sentences, sentence_cosines(snapshot, hit.row, vector), strict=True):
            present = {token.term for token in analyze(passage.document_text(span))}
            share = len(terms & present) / len(terms) if terms else 0.0
            if cosine >= FLOOR and (best is None or cosine + WORDS * share > best[0]):
                best = (cosine + WORDS * share, passage, span)
    return clip(snapshot, best[1], [(0, best[2])], [], NEARER) if best else None


def _titled(snapshot: Snapshot, typed: str, filters: Filters) -> Iterator[DocumentEntry]:
    words = typed.casefold().split()
    for document in islice(snapshot.entries, LOOKED_AT):
        title = display_title(document).casefold()
        if all(word in title for word in words) and filters.admits(document):
            yield document
