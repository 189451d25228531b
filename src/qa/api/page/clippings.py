"""An answer as clippings: what is quoted, with the sentences around it, so that a reader sees whether it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qa.index.snapshot import Snapshot
from qa.protocols import Vectors
from qa.types import Answer, Citation, Document, Passage, RankedPassage, Span

NEAR, NEARER = 220, 90  # characters of a neighbour that are shown: in a column of its own, side by side
CLOSEST = 3
GAP = 3  # characters between two sentences that are quoted as one text


@dataclass(frozen=True, slots=True)
class Piece:
    """A quoted sentence cut at its exact words: ``runs`` are texts, each with whether it is the exact answer."""

    number: int
    span: Span
    runs: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


@dataclass(frozen=True, slots=True)
class Clipping:
    """Neighbouring quotations of one document, the text right before and after them, and where they stand."""

    document: Document
    passage: Passage
    pieces: tuple[Piece, ...]
    before: str
    after: str
    section: str

    @property
    def span(self) -> Span:
        return Span(self.pieces[0].span.start, self.pieces[-1].span.end)

    @property
    def page(self) -> int | None:
        return self.document.page_at(self.span.start)


def clippings(
    snapshot: Snapshot, answer: Answer, exact: Sequence[tuple[str, Span]] = (), near: int = NEAR
) -> list[Clipping]:
    """The citations in their order, neighbours as one clipping; ``exact`` are document ids with spans to mark."""
    groups: list[list[Citation]] = []
    for citation in answer.citations:
        last = groups[-1][-1] if groups else None
        joined = last and last.document.id == citation.document.id and 0 <= citation.span.start - last.span.end <= GAP
        if joined:
            groups[-1].append(citation)
        else:
            groups.append([citation])
    return [
        clip(
            snapshot,
            group[0].passage,
            [(citation.number, citation.span) for citation in group],
            [span for document_id, span in exact if document_id == group[0].document.id],
            near,
        )
        for group in groups
    ]


def closest(snapshot: Snapshot, passages: Sequence[RankedPassage], vector: Vectors, taken: int) -> list[Clipping]:
    """The best sentence of each uncited passage by cosine with a question's vector, to make ``CLOSEST`` in all."""
    result = []
    for ranked in [ranked for ranked in passages if not ranked.cited][: max(CLOSEST - taken, 0)]:
        cosines = sentence_cosines(snapshot, snapshot.row_of(ranked.passage), vector)
        best = ranked.passage.sentences[cosines.index(max(cosines))]
        result.append(clip(snapshot, ranked.passage, [(0, best)], [], NEARER))
    return result


def clip(
    snapshot: Snapshot,
    passage: Passage,
    quoted: Sequence[tuple[int, Span]],
    exact: Sequence[Span],
    near: int = NEAR,
) -> Clipping:
    """Cut the numbered spans out of their document, in order and side by side, with what stands around them."""
    document = snapshot.document_by_id[passage.document_id]
    first, last = quoted[0][1], quoted[-1][1]
    heads = [heading for heading in document.headings if heading.start <= first.start and heading.end <= first.start]
    limits = Span(heads[-1].end if heads else 0, _next_heading(document, last.end))
    sentences = _sentences_around(snapshot, passage)
    before = [s for s in sentences if limits.start <= s.start and s.end <= first.start]
    after = [s for s in sentences if last.end <= s.start and s.end <= limits.end]
    pieces = (Piece(number, span, tuple(_runs(document, span, exact))) for number, span in quoted)
    return Clipping(
        document=document,
        passage=passage,
        pieces=tuple(pieces),
        before=_end_of(document.text[before[-1].start : before[-1].end], near) if before else "",
        after=_start_of(document.text[after[0].start : after[0].end], near) if after else "",
        section=document.text[heads[-1].start : heads[-1].end].strip() if heads else "",
    )


def sentence_cosines(snapshot: Snapshot, row: int, vector: Vectors) -> list[float]:
    """The cosine, -1 to 1, of each sentence of a passage with a unit vector, ``(dimension,)``."""
    at_hand, rows = snapshot.at(range(row, row + 1))
    sentences = at_hand.sentence_slice(rows[0])
    vectors = at_hand.sentence_vectors.vectors(np.arange(sentences.start, sentences.stop))
    return [float(cosine) for cosine in vectors @ vector]


def _next_heading(document: Document, offset: int) -> int:
    return next((heading.start for heading in document.headings if heading.start >= offset), len(document.text))


def _sentences_around(snapshot: Snapshot, passage: Passage) -> list[Span]:
    """The sentences of a passage and of its neighbours, in order."""
    rows = snapshot.rows_of_document[passage.document_id]
    near = rows[max(passage.ordinal - 1, 0) : passage.ordinal + 2]
    return [span for row in near for span in snapshot.passages[row].sentences]


def _runs(document: Document, span: Span, exact: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    edges = {span.start, span.end}
    for mark in exact:
        edges |= {edge for edge in (mark.start, mark.end) if span.start < edge < span.end}
    for start, end in pairwise(sorted(edges)):
        yield document.text[start:end], any(mark.start <= start and end <= mark.end for mark in exact)


def _end_of(text: str, length: int) -> str:
    return text if len(text) <= length else "…" + text[-length:].partition(" ")[2]


def _start_of(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rpartition(" ")[0] + "…"
