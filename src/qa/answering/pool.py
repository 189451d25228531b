"""The sentences of the first passages, and what speaks for each as the answer: rows of one table.

A report repeats the names of its event in its long first sentence, so that shared words alone choose that whatever is
asked. Here length, position and form count too, what stands beside a sentence, and what an extractor reads in it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.index.snapshot import Snapshot
from qa.protocols import Extraction, Rows, Scores
from qa.retrieval.answer_types import AnswerType
from qa.retrieval.evidence import Evidence, Table, standardised
from qa.retrieval.query import Query
from qa.types import Candidate, Passage, Span

FEATURES = (
    "dense", "lexical", "token_match", "coverage",  # how near the sentence is to the question
    "dense_first", "lexical_first",  # the same of a document's first sentence, where it means less
    "added_before", "added_context", "match_before", "match_after",  # what stands beside it
    "type_found", "type_absent", "quotation",  # the form that is asked for
    "length", "short", "first", "dateline", "question", "heading",  # what sentence it is
    "behind", "second", "third",  # its passage, by rank
    "reads", "reads_span", "reads_answer", "reads_joint",  # log-probabilities by the extractor
)  # fmt: skip
SHORT = 4  # words: a sentence of fewer hardly says anything
MOST = 0.6  # of the question's rarity
FLOOR = -8.0  # of log-probabilities, below which they tell nothing
_DATELINE = re.compile(r"[A-Z][A-Z' .-]{2,30}(?:, [\w. ]{3,14})?(?: \([A-Z][\w. ]*\))? ?[-–—:]+ ")
_QUOTATION = re.compile(r'["“”„«»]')
_ASKS_FOR_WORDS = re.compile(
    r"\b(?:sa(?:y|id|ys)|t(?:ell|old)|call(?:ed)?|describe[ds]?|quote[ds]?|comment|words)\b", re.IGNORECASE
)
ENDS_AS_QUESTION = re.compile(r"\?[\"”’')\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Pool:
    """Sentences that may answer a question.

    Attributes:
        rows: ``(sentences,)`` their passages' rows in the snapshot.
        ordinals: ``(sentences,)`` which sentence of its passage each one is.
        spans: where they stand in their documents.
        texts: what they say.
        features: ``(sentences, len(FEATURES))``.
        has_term: ``(sentences, terms)`` whether a known term of the question occurs in the sentence.
        covers_most: ``(sentences,)`` whether these are most of the question, and it is no heading or question.
        rank: ``(sentences,)`` 0 for the sentences of the first passage, 1 for those of the second …
        fills_lines: ``(sentences,)`` whether nothing else stands in the lines of a sentence.
    """

    rows: Rows
    ordinals: Rows
    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    features: Table
    has_term: NDArray[np.bool_]
    covers_most: NDArray[np.bool_]
    rank: Rows
    fills_lines: NDArray[np.bool_]

    @property
    def is_heading(self) -> NDArray[np.bool_]:
        """``(sentences,)`` whether each of them is a heading."""
        headings: NDArray[np.bool_] = self.features[:, FEATURES.index("heading")] > 0
        return headings

    def __len__(self) -> int:
        return len(self.texts)


def gather(
    snapshot: Snapshot,
    query: Query,
    evidence: Evidence,
    candidates: Sequence[Candidate],
    extractions: Sequence[Extraction],
) -> Pool:
    """The sentences of some candidates (at least one), each of which an extractor has read."""
    positions = [int(np.flatnonzero(evidence.rows == candidate.row)[0]) for candidate in candidates]
    counts = [len(candidate.sentence_scores) for candidate in candidates]
    starts = [int(evidence.first[position]) for position in positions]
    where = np.concatenate([np.arange(start, start + count) for start, count in zip(starts, counts, strict=True)])
    rank = np.repeat(np.arange(len(candidates)), counts)
    ordinals = np.concatenate([np.arange(count) for count in counts])
    passages = [snapshot.passages[candidate.row] for candidate in candidates]
    spans = tuple(span for passage in passages for span in passage.sentences)
    texts = tuple(passage.document_text(span) for passage in passages for span in passage.sentences)
    opens = np.asarray([passage.ordinal == 0 for passage in passages])[rank] & (ordinals == 0)
    features = np.concatenate(
        [
            _nearness(evidence, where, opens),
            _neighbours(evidence, positions, where, rank, ordinals, counts),
            _form(query, evidence, where, texts, opens),
            _passages(candidates, rank),
            _read(extractions, spans, rank),
        ],
        axis=1,
    ).astype(np.float32)
    rows = np.asarray([candidate.row for candidate in candidates])[rank]
    has_term = evidence.has_term[where]
    statements = ~evidence.is_heading[where] & [not ENDS_AS_QUESTION.search(text) for text in texts]
    covers_most = (has_term @ evidence.rarity >= MOST * evidence.rarity.sum()) & statements
    fills_lines = np.asarray([_fills_lines(passage, span) for passage in passages for span in passage.sentences])
    return Pool(rows, ordinals, spans, texts, features, has_term, covers_most, rank, fills_lines)


def _fills_lines(passage: Passage, span: Span) -> bool:
    before = passage.text[: span.start - passage.start].rstrip(" \t")
    after = passage.text[span.end - passage.start :].lstrip(" \t\r")
    return before[-1:] in ("", "\n") and after[:1] in ("", "\n")


def _nearness(evidence: Evidence, where: Rows, opens: Scores) -> Table:
    match = evidence.interaction
    relative = standardised(
        np.stack([evidence.sentence_dense, evidence.sentence_lexical, match.sentences @ match.weights], axis=1)
    )[where]
    coverage = evidence.has_term[where] @ evidence.rarity
    return np.column_stack([relative, coverage, relative[:, :2] * opens[:, None]])


def _neighbours(
    evidence: Evidence, positions: Sequence[int], where: Rows, rank: Rows, ordinals: Rows, counts: Sequence[int]
) -> Table:
    """What the sentence before and the context add to what a sentence matches, and how well its neighbours match."""
    match = evidence.interaction
    total = match.sentences @ match.weights
    has_before = ordinals > 0
    has_after = ordinals < np.asarray(counts)[rank] - 1
    before, after = np.where(has_before, where - 1, where), np.where(has_after, where + 1, where)
    matched = match.sentences[where]
    covered = evidence.has_term[where]
    added = np.maximum(covered, evidence.has_term[before]) @ evidence.rarity - covered @ evidence.rarity
    contexts = match.contexts[np.asarray(positions)[rank]]
    context = (np.maximum(matched, contexts) - matched) @ match.weights
    return np.column_stack([added, context, total[before] * has_before, total[after] * has_after])


def _form(query: Query, evidence: Evidence, where: Rows, texts: Sequence[str], opens: Scores) -> Table:
    asks = query.answer_type is not AnswerType.OTHER
    asks_words = bool(_ASKS_FOR_WORDS.search(query.text))
    words = [len(text.split()) for text in texts]
    found = evidence.of_type[where]
    return np.column_stack(
        [
            found if asks else np.zeros(len(texts)),
            1 - found if asks else np.zeros(len(texts)),
            [asks_words and bool(_QUOTATION.search(text)) for text in texts],
            [math.log(1 + count) for count in words],
            [count < SHORT for count in words],
            opens,
            [bool(_DATELINE.match(text)) for text in texts],
            [bool(ENDS_AS_QUESTION.search(text)) for text in texts],
            evidence.is_heading[where],
        ]
    )


def _passages(candidates: Sequence[Candidate], rank: Rows) -> Table:
    scores = np.asarray([candidate.score for candidate in candidates])
    return np.column_stack([np.minimum(scores[0] - scores, 5.0)[rank], rank == 1, rank == 2])  # noqa: PLR2004  the third


def _read(extractions: Sequence[Extraction], spans: Sequence[Span], rank: Rows) -> Table:
    """Log-probabilities: that the sentence says the answer, of its best span, that the passage says it, and of both."""
    sentences = np.concatenate([np.asarray(extraction.sentence_scores) for extraction in extractions])
    says = np.asarray([-math.log1p(math.exp(min(extraction.no_answer, 50.0))) for extraction in extractions])[rank]
    best = [
        max((exact.score for exact in extractions[number].spans if _inside(exact.span, span)), default=FLOOR)
        for number, span in zip(rank, spans, strict=True)
    ]
    logs = [np.maximum(values, FLOOR) for values in (sentences, np.asarray(best), says, sentences + says)]
    return np.column_stack(logs)


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
