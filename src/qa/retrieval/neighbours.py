"""What lies near what, by the vectors that a snapshot already stores: nothing is encoded but the question.

Three views of the same space: how close each sentence of a document is to a question, which sentences elsewhere say
what a given one says (query by example), and how the passages rank once a reader has said "more like this" (Rocchio).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.arrays import unit
from qa.index.snapshot import Snapshot
from qa.protocols import Rows, Scores, Vectors
from qa.types import Document, Span

# Rocchio 1971, "Relevance feedback in information retrieval". Manning, Raghavan and Schütze 2008, section 9.1.1, take
# 1, 0.75 and 0.15; a reader who says "not like this" about one passage of few expects to see it move, hence 0.5.
ORIGINAL, LIKED, UNLIKED = 1.0, 0.75, 0.5
ECHO_FLOOR = 0.55  # nine in ten pairs of sentences of different articles on related matters are below
ECHO_DEPTH = 50
ECHO_PASSAGES = 200  # in which an engine looks for them


@dataclass(frozen=True, slots=True)
class SentenceSimilarity:
    """A sentence of a document and the cosine, -1 to 1, to what it was compared with."""

    document: Document
    span: Span
    similarity: float

    @property
    def text(self) -> str:
        return self.document.text[self.span.start : self.span.end]


def document_rows(snapshot: Snapshot, document_id: str) -> range:
    """The rows of a document's passages, in the order of its text; empty for an unknown document."""
    return snapshot.rows_of_document.get(document_id, range(0))


def sentence_similarities(
    snapshot: Snapshot, document_id: str, vector: Vectors, rows: range | None = None
) -> list[SentenceSimilarity]:
    """Compare every sentence of a document with a unit vector, ``(dimension,)``; in the order of the text.

    ``rows`` are adjacent rows of the document's passages, to compare those alone.
    """
    spans, cosines = document_cosines(snapshot, document_id, vector, rows)
    if not len(spans):
        return []
    document = snapshot.document_by_id[document_id]  # once: a long one is made anew each time
    return [
        SentenceSimilarity(document, Span(start, end), cosine)
        for (start, end), cosine in zip(spans.tolist(), cosines.tolist(), strict=True)
    ]


def document_cosines(
    snapshot: Snapshot, document_id: str, vector: Vectors, rows: range | None = None
) -> tuple[Rows, Scores]:
    """The spans, ``(sentences, 2)``, of a document's sentences, and their cosines to a unit vector, ``(sentences,)``.

    ``rows`` are adjacent rows of the document's passages, to compare those alone.
    """
    if rows is None:
        rows = document_rows(snapshot, document_id)
    if not rows:
        return np.zeros((0, 2), np.int64), np.zeros(0, np.float32)
    snapshot, rows = snapshot.at(rows)
    first, last = snapshot.sentence_starts[[rows.start, rows.stop]].tolist()
    cosines: Scores = snapshot.sentence_vectors.vectors(_sentences(snapshot, rows)) @ vector
    return snapshot.passages.spans[first:last], cosines


def echoes(snapshot: Snapshot, document_id: str, span: Span, count: int) -> list[SentenceSimilarity]:
    """Which sentences of other documents say something close to a span's: query by example, best first.

    The example is the mean of the stored vectors of the sentences that the span touches; a span that touches none has
    no echo. Headings and sentences below ``ECHO_FLOOR`` are left out.
    """
    home = snapshot.of_document(document_id)
    example = _touched(home, document_id, span)
    if not len(example):
        return []
    vector = unit(home.sentence_vectors.vectors(example).mean(axis=0))
    snapshot = snapshot.around(vector, ECHO_PASSAGES)
    own = _sentences(snapshot, document_rows(snapshot, document_id))
    others = np.setdiff1d(np.arange(len(snapshot.sentence_vectors)), own, assume_unique=True)
    hits = snapshot.sentence_vectors.search(vector, count + ECHO_DEPTH, others)
    close = [hit for hit in hits if hit.score >= ECHO_FLOOR and not snapshot.is_heading[hit.row]]
    return [_at(snapshot, hit.row, hit.score) for hit in close[:count]]


def rocchio(snapshot: Snapshot, question: Vectors, liked: Sequence[int], unliked: Sequence[int]) -> Vectors:
    """Move a question's unit vector towards liked passages (rows) and away from unliked ones; unit length."""
    moved = ORIGINAL * question
    for rows, weight in ((liked, LIKED), (unliked, -UNLIKED)):
        if rows:
            moved = moved + weight * snapshot.passage_vectors.vectors(np.asarray(rows, np.int64)).mean(axis=0)
    return unit(moved)


def _sentences(snapshot: Snapshot, rows: range) -> Rows:
    """A document's passages are adjacent rows, and so are its sentences."""
    return np.arange(snapshot.sentence_starts[rows.start], snapshot.sentence_starts[rows.stop])


def _touched(snapshot: Snapshot, document_id: str, span: Span) -> Rows:
    touched = [
        int(snapshot.sentence_starts[row]) + place
        for row in document_rows(snapshot, document_id)
        for place, own in enumerate(snapshot.passages[row].sentences)
        if own.start < span.end and span.start < own.end
    ]
    return np.asarray(touched, dtype=np.int64)


def _at(snapshot: Snapshot, sentence: int, similarity: float) -> SentenceSimilarity:
    row = snapshot.passage_of_sentence(sentence)
    span = snapshot.passages[row].sentences[sentence - int(snapshot.sentence_starts[row])]
    return SentenceSimilarity(snapshot.document_of(row), span, similarity)
