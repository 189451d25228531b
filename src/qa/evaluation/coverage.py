"""Which parts of a corpus questions do not reach, repeat, or contradict each other.

``qa doctor --coverage`` prints it. Everything is found in the snapshot, but for the questions that were refused often:
their words are kept only with ``QA_LOG_REFUSALS`` (see ``serving.refusals``).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from qa.analysis import FUNCTION_WORDS, analyze
from qa.answering.agreement import Told, compare, has_date
from qa.answering.duplicates import NEAR, say_the_same
from qa.answering.suggestions import candidates
from qa.index.snapshot import Snapshot
from qa.languages import ENGLISH, SPOKEN, language_of
from qa.progress import Progress
from qa.retrieval.neighbours import echoes
from qa.types import Passage, Span

MOST_PASSAGES = 500  # of a larger corpus, evenly spaced, that are looked for
MOST_DATED = 1000  # sentences, likewise, whose dates are compared
FIRST = 5  # passages of an answer that a reader looks at
LONGEST = 3  # sentences of a passage that are made a question
MOST_WORDS = 8  # of such a question
NEIGHBOURS = 4

Search = Callable[[str], Sequence[int]]
"""The rows of a snapshot's passages for a question, best first."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Part of a document; ``span`` counts code points."""

    document_id: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at, and what was found.

    Attributes:
        passages: how many passages were looked for.
        dated: how many sentences' dates were compared.
        unreached: passages that are not among the first five for any question made of them.
        repeated: passages of two documents in nearly the same words.
        contradictions: sentences of two documents that tell the same, but for a date.
        unspoken: documents in a language that no embedder was trained in, with its code.
    """

    passages: int
    dated: int
    unreached: tuple[Excerpt, ...]
    repeated: tuple[tuple[Excerpt, Excerpt], ...]
    contradictions: tuple[tuple[Excerpt, Excerpt], ...]
    unspoken: tuple[tuple[str, str], ...]


def cover(snapshot: Snapshot, search: Search, progress: Progress) -> Coverage:
    """Look at the whole of a small corpus, and at an even sample of a large one."""
    rows = _sample(len(snapshot.passages), MOST_PASSAGES)
    unreached = []
    for number, row in enumerate(rows, start=1):
        if not any(row in search(question)[:FIRST] for question in questions(snapshot.passages[row])):
            unreached.append(_excerpt(snapshot.passages[row]))
        progress("asking", number, len(rows))
    dated = [excerpt for excerpt in _sentences(snapshot) if has_date(excerpt.text)]
    dated = [dated[i] for i in _sample(len(dated), MOST_DATED)]
    return Coverage(
        passages=len(rows),
        dated=len(dated),
        unreached=tuple(unreached),
        repeated=tuple(_repeated(snapshot)),
        contradictions=tuple(_contradictions(snapshot, dated)),
        unspoken=tuple(_unspoken(snapshot)),
    )


def questions(passage: Passage) -> list[str]:
    """What may be asked of a passage: questions by pattern, and the words of its longest sentences.

    Without function words a sentence is what people type into a search box.
    """
    sentences = [passage.document_text(span) for span in passage.sentences]
    by_pattern = chain.from_iterable(candidates(text, passage.document_id) for text in sentences)
    asked = [candidate.question for candidate in by_pattern]
    for text in sorted(sentences, key=len, reverse=True)[:LONGEST]:
        words = [text[token.start : token.end] for token in analyze(text) if token.word not in FUNCTION_WORDS]
        if words:
            asked.append(" ".join(words[:MOST_WORDS]))
    return asked


def _repeated(snapshot: Snapshot) -> Iterator[tuple[Excerpt, Excerpt]]:
    for row in _sample(len(snapshot.passages), MOST_PASSAGES):
        vector = snapshot.passage_vectors.vectors(np.asarray([row]))[0]
        for hit in snapshot.passage_vectors.search(vector, NEIGHBOURS):
            passage, other = snapshot.passages[row], snapshot.passages[hit.row]
            is_later = hit.row > row and passage.document_id != other.document_id
            if is_later and hit.score >= NEAR and say_the_same(snapshot, row, hit.row):
                yield _excerpt(passage), _excerpt(other)


def _contradictions(snapshot: Snapshot, dated: Sequence[Excerpt]) -> Iterator[tuple[Excerpt, Excerpt]]:
    seen: set[frozenset[tuple[str, Span]]] = set()
    for excerpt in dated:
        for echo in echoes(snapshot, excerpt.document_id, excerpt.span, NEIGHBOURS):
            pair = frozenset({(excerpt.document_id, excerpt.span), (echo.document.id, echo.span)})
            comparison = compare(excerpt.text, echo.text, echo.similarity)
            if pair not in seen and comparison is not None and comparison.told is Told.DATE:
                seen.add(pair)
                yield excerpt, Excerpt(echo.document.id, echo.span, echo.text)


def _unspoken(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    spoken = {ENGLISH} if snapshot.multilingual is None else {ENGLISH, *SPOKEN}
    for document in snapshot.documents:
        language = language_of(document.text)
        if language is not None and language not in spoken:
            yield document.id, language


def _sentences(snapshot: Snapshot) -> Iterator[Excerpt]:
    for passage in snapshot.passages:
        for span in passage.sentences:
            yield Excerpt(passage.document_id, span, passage.document_text(span))


def _excerpt(passage: Passage) -> Excerpt:
    return Excerpt(passage.document_id, Span(passage.start, passage.end), passage.text)


def _sample(count: int, most: int) -> list[int]:
    """Evenly spaced numbers below ``count``, at most ``most``."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int)).tolist() if count else []
