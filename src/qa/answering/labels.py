"""What a question names: a row of a table, a numbered clause, the answer to a question that a document asks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.analysis import FUNCTION_WORDS, analyze, terms
from qa.answering.pool import ENDS_AS_QUESTION
from qa.index.snapshot import Snapshot
from qa.retrieval.answer_types import AnswerType
from qa.retrieval.query import Query
from qa.types import Candidate, Passage

CELL_GAP = " | "
PAIR = 2  # cells of a row that has a name and one value: whatever is asked of it, that is it
FIRST = 3  # passages: a row that says all that is asked, but not by its label, is looked for in these
ASIDE = 2  # words of a question in a document that the reader's lacks: a name of who asks, "tell me"
_CLAUSE = re.compile(r"\b(?:clause|section|article|paragraph|rule|item|§)\s*(\d+(?:\.\d+)*)\b", re.IGNORECASE)
_ASKING = frozenset("who whom whose what which when where why how not".split())
_COSTS = re.compile(r"\b(?:costs?|price|fee|charge)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\W*\d[\d.,' \u00a0]*\W*")
_ENDS_SENTENCE = re.compile(r"[.!?][\"”’')\]]*\s*$")
_FIGURES = re.compile(r"(?P<label>\S+(?: \S+)*?)(?P<figures>(?:\s+[-–−+]?\d[\d.,'’]*%?)+)")


def named_sentence(snapshot: Snapshot, query: Query, candidates: Sequence[Candidate]) -> tuple[int, int] | None:
    """The first candidate, by its index, and the sentence in it that the question names; None without one."""
    asked = _content(query.text)
    return (
        _named_clause(snapshot, query, candidates)
        or _named_row(snapshot, query, candidates, asked)
        or _row_of_figures(snapshot, candidates[:FIRST], asked)
        or _answer_to_the_same(snapshot, query, candidates[:FIRST], asked)
        or _described_row(snapshot, candidates[:FIRST], asked)
    )


def _content(text: str) -> set[str]:
    return {token.term for token in analyze(text) if token.word not in FUNCTION_WORDS}


def _named_clause(snapshot: Snapshot, query: Query, candidates: Sequence[Candidate]) -> tuple[int, int] | None:
    """The clause of that number: a sentence that begins with it."""
    asked = _CLAUSE.search(query.text)
    if asked is None:
        return None
    begins = re.compile(rf"\s*(?:§\s*)?{re.escape(asked[1])}\.?\s+\S")
    for index, candidate in enumerate(candidates):
        passage = snapshot.passages[candidate.row]
        for ordinal, span in enumerate(passage.sentences):
            if begins.match(passage.document_text(span)):
                return index, ordinal
    return None


def _named_row(
    snapshot: Snapshot, query: Query, candidates: Sequence[Candidate], asked: set[str]
) -> tuple[int, int] | None:
    """The row of a table whose label the question has, where it asks for a column or for the row's one number."""
    wants_number = bool(_COSTS.search(query.text)) or query.answer_type is AnswerType.NUMBER
    for index, table in _tables(snapshot, candidates):
        for ordinal, cells in table.rows:
            label = set(terms(cells[0]))
            if not label or not label <= asked:
                continue
            has_one_number = sum(bool(_NUMBER.fullmatch(cell)) for cell in cells[1:]) == 1
            if len(cells) == PAIR or (asked - label) & table.columns or (wants_number and has_one_number):
                return index, ordinal
    return None


def _row_of_figures(snapshot: Snapshot, candidates: Sequence[Candidate], asked: set[str]) -> tuple[int, int] | None:
    """The row whose label is asked for, of a table without lines between its cells: labels and figures, two rows at
    least, below a head that names what is asked.
    """
    for index, candidate in enumerate(candidates):
        passage = snapshot.passages[candidate.row]
        texts = [passage.document_text(span).strip() for span in passage.sentences]
        rows = [_FIGURES.fullmatch(text) for text in texts]
        head: set[str] = set()
        for ordinal, row in enumerate(rows):
            if row is None:
                head = set() if _ENDS_SENTENCE.search(texts[ordinal]) else set(terms(texts[ordinal]))
            elif any(rows[max(ordinal - 1, 0) : ordinal] + rows[ordinal + 1 : ordinal + 2]):
                label = set(terms(row["label"]))
                if label and label <= asked and (asked - label) & head:
                    return index, ordinal
    return None


def _described_row(snapshot: Snapshot, candidates: Sequence[Candidate], asked: set[str]) -> tuple[int, int] | None:
    """The only row that has all that is asked, but for names of columns: "Who is the librarian?" has no label."""
    for index, table in _tables(snapshot, candidates):
        values = asked - table.columns - table.labels
        described = [
            ordinal
            for ordinal, cells in table.rows
            if values <= {term for cell in cells for term in terms(cell)} and not values <= set(terms(cells[0]))
        ]
        if len(described) == 1:
            return index, described[0]
    return None


def _answer_to_the_same(
    snapshot: Snapshot, query: Query, candidates: Sequence[Candidate], asked: set[str]
) -> tuple[int, int] | None:
    """The sentence after a question of the same words: of a list of questions, an interview, minutes."""
    if not asked:
        return None
    opens = {token.word for token in query.tokens} & _ASKING
    for index, candidate in enumerate(candidates):
        passage = snapshot.passages[candidate.row]
        texts = [passage.document_text(span) for span in passage.sentences]
        for ordinal, text in enumerate(texts[:-1]):
            if not ENDS_AS_QUESTION.search(text) or ENDS_AS_QUESTION.search(texts[ordinal + 1]):
                continue
            content = _content(text)
            words = {token.word for token in analyze(text)}
            aside = [term for term in content - asked if term.isalpha()]  # the time of a cue is no word
            if asked <= content and len(aside) <= ASIDE and opens == words & _ASKING:
                return index, ordinal + 1
    return None


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a passage that has some.

    Attributes:
        rows: sentence and cells of each, without the head.
        columns: the terms of the columns' names, but for the first.
        labels: those of the first one's name.
    """

    rows: list[tuple[int, list[str]]]
    columns: set[str]
    labels: set[str]


def _tables(snapshot: Snapshot, candidates: Sequence[Candidate]) -> Iterator[tuple[int, _Table]]:
    for index, candidate in enumerate(candidates):
        passage = snapshot.passages[candidate.row]
        rows = list(_rows(passage)) if CELL_GAP in passage.text else []
        if rows:
            yield index, _table(passage, rows)


def _table(passage: Passage, rows: list[tuple[int, list[str]]]) -> _Table:
    """The head stands in the context, or is the first row, where it is of words alone and the context has none."""
    told = passage.context.rpartition(" – ")[2]
    head = rows[0][1]
    is_head = CELL_GAP not in told and len(rows) > 1 and not any(map(_NUMBER.fullmatch, head))
    return _Table(rows[is_head:], {*terms(told), *terms(" ".join(head[1:]))}, set(terms(head[0])))


def _rows(passage: Passage) -> Iterator[tuple[int, list[str]]]:
    for ordinal, span in enumerate(passage.sentences):
        cells = passage.document_text(span).split(CELL_GAP)
        if len(cells) > 1:
            yield ordinal, cells
