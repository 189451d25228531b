"""The source panel: a whole document opened at a sentence, and where in it the question lives."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qa.analysis import analyze
from qa.api.page.clippings import Clipping, clip
from qa.api.page.marking import Block, blocks
from qa.api.page.parts import Part, part_at
from qa.api.page.view import View
from qa.api.page.why import telling_terms
from qa.errors import DocumentNotFound
from qa.index.snapshot import Snapshot
from qa.protocols import Rows, Scores, Vectors
from qa.retrieval.neighbours import SentenceSimilarity, document_cosines, sentence_similarities
from qa.types import Answer, Document, Span

STRIP_HEIGHT = 1000  # units of the drawing
STRIP_BARS = 150
CLOSEST = 8
LEAST_RISE = 0.2  # in a document that the question is not about, small differences of the cosine stay small
FAINTEST = 0.05


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that the answer points to: a cited sentence (with its number) or a related passage."""

    document_id: str
    span: Span
    number: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the strip: units of ``STRIP_HEIGHT`` down, percent across; it stands for its best sentence."""

    top: float
    height: float
    width: float
    opacity: float
    sentence: SentenceSimilarity


@dataclass(frozen=True, slots=True)
class Source:
    """What the panel shows."""

    document: Document
    span: Span | None
    part: Part
    blocks: Sequence[Block]
    bars: Sequence[Bar]
    closest: Sequence[SentenceSimilarity]
    number: int
    count: int
    previous: Spot | None
    following: Spot | None
    related: bool = False
    """Whether the span is a passage near the question that the answer does not quote."""

    @property
    def quote(self) -> str:
        return self.document.text[self.span.start : self.span.end] if self.span else ""


def find_document(snapshot: Snapshot, document_id: str) -> Document:
    """The document of an id.

    Raises:
        DocumentNotFound: no document has it.
    """
    document = snapshot.document_by_id.get(document_id)
    if document is None:
        raise DocumentNotFound("no document has this id; GET /documents lists them")
    return document


def open_source(snapshot: Snapshot, view: View, answer: Answer | None, vector: Vectors | None) -> Source:
    """Open the document that a view names; ``vector`` is the question's, for the strip.

    Raises:
        DocumentNotFound: no document has the id.
    """
    document = find_document(snapshot, view.open or "")
    span = view.span_in(document)
    compared = None if vector is None else document_cosines(snapshot, document.id, vector)
    part = part_at(document, span.start if span else 0)
    spots = _spots(answer) if answer else []
    current = next((n for n, s in enumerate(spots) if s.document_id == document.id and s.span == span), None)
    return Source(
        document=document,
        span=span,
        part=part,
        blocks=document_blocks(snapshot, document, part, span, answer.searched_text if answer else ""),
        bars=list(_bars(document, *compared)) if compared else [],
        closest=_closest(document, *compared) if compared else [],
        number=current + 1 if current is not None else 0,
        count=len(spots),
        previous=spots[current - 1] if current else None,
        following=spots[current + 1] if current is not None and current + 1 < len(spots) else None,
        related=current is not None and spots[current].number is None,
    )


def document_blocks(
    snapshot: Snapshot, document: Document, part: Part, span: Span | None, question: str = ""
) -> list[Block]:
    """A part of the document for reading, with a span marked and, in the passages it touches, the question's words."""
    passages = [snapshot.passages[row] for row in _rows_of(snapshot, document, part.span)]
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    terms = telling_terms(question)
    words = [
        Span(passage.start + token.start, passage.start + token.end)
        for passage in passages
        if span and passage.start < span.end and span.start < passage.end
        for token in analyze(passage.text)
        if token.term in terms
    ]
    return blocks(document, sentences, [span] if span else [], words, part.span)


def part_similarities(snapshot: Snapshot, document: Document, part: Part, vector: Vectors) -> list[SentenceSimilarity]:
    """Compare every sentence that begins in a part of a document with a unit vector, ``(dimension,)``; in order."""
    compared = sentence_similarities(snapshot, document.id, vector, _rows_of(snapshot, document, part.span))
    return [sentence for sentence in compared if part.holds(sentence.span.start)]


def _rows_of(snapshot: Snapshot, document: Document, span: Span) -> range:
    """The rows of the passages that a span of a document touches."""
    rows = snapshot.rows_of_document.get(document.id, range(0))
    first = bisect_right(rows, span.start, key=lambda row: snapshot.passages[row].end)
    last = bisect_left(rows, span.end, key=lambda row: snapshot.passages[row].start)
    return rows[first:last]


def sentence_clipping(snapshot: Snapshot, sentence: SentenceSimilarity) -> Clipping | None:
    """A sentence among its neighbours; None where its passage is not at hand."""
    at_hand = snapshot.of_document(sentence.document.id)
    rows = _rows_of(at_hand, sentence.document, sentence.span)
    return clip(at_hand, at_hand.passages[rows[0]], [(0, sentence.span)], []) if rows else None


def _spots(answer: Answer) -> list[Spot]:
    """The places as the page lists them: cited sentences by number, then uncited passages by rank."""
    spots = [Spot(citation.document.id, citation.span, citation.number) for citation in answer.citations]
    spots += [
        Spot(ranked.document.id, Span(ranked.passage.start, ranked.passage.end), None)
        for ranked in answer.passages
        if not ranked.cited
    ]
    return spots


def _closest(document: Document, spans: Rows, cosines: Scores) -> list[SentenceSimilarity]:
    return _sentences(document, spans, cosines, np.lexsort((spans[:, 0], -cosines))[:CLOSEST])


def _sentences(document: Document, spans: Rows, cosines: Scores, chosen: Rows) -> list[SentenceSimilarity]:
    pairs = zip(spans[chosen].tolist(), cosines[chosen].tolist(), strict=True)
    return [SentenceSimilarity(document, Span(start, end), cosine) for (start, end), cosine in pairs]


def _bars(document: Document, spans: Rows, cosines: Scores) -> Iterator[Bar]:
    """At most ``STRIP_BARS`` bars: sentences that fall on the same height share one, which shows the closest.

    A bar is as wide as its sentence's cosine rises above the document's median; the closest has the whole width.
    """
    if not len(spans):
        return
    length = len(document.text)
    slots = spans[:, 0] * STRIP_BARS // length
    order = np.lexsort((spans[:, 0], -cosines, slots))
    closest = order[np.flatnonzero(np.diff(slots[order], prepend=-1))]
    usual = float(np.median(cosines))
    rise = max(float(cosines.max()) - usual, LEAST_RISE)
    scale = STRIP_HEIGHT / length
    for sentence in _sentences(document, spans, cosines, closest):
        strength = (sentence.similarity - usual) / rise
        if strength < FAINTEST:
            continue
        height = max(len(sentence.span) * scale, 4.0)
        opacity = round(0.25 + 0.75 * strength, 2)
        yield Bar(round(sentence.span.start * scale, 1), round(height, 1), round(100 * strength, 1), opacity, sentence)
