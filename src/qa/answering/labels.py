"""What a question names by its label: a row of a table, a numbered clause."""

import re
from collections.abc import Iterator, Sequence

from qa.analysis import FUNCTION_WORDS, terms
from qa.index.snapshot import Snapshot
from qa.retrieval.query import Query
from qa.types import Candidate, Passage

CELL_GAP = " | "
PAIR = 2  # cells of a row that has a name and one value: whatever is asked of it, that is it
_CLAUSE = re.compile(r"\b(?:clause|section|article|paragraph|rule|item|§)\s*(\d+(?:\.\d+)*)\b", re.IGNORECASE)


def named_sentence(snapshot: Snapshot, query: Query, candidates: Sequence[Candidate]) -> tuple[int, int] | None:
    """The first candidate, by its index, and the sentence in it that the question names; None without one."""
    return _named_clause(snapshot, query, candidates) or _named_row(snapshot, query, candidates)


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


def _named_row(snapshot: Snapshot, query: Query, candidates: Sequence[Candidate]) -> tuple[int, int] | None:
    """The row of a table whose label the question has, where a column's name is what it asks for."""
    asked = {token.term for token in query.tokens if token.word not in FUNCTION_WORDS}
    for index, candidate in enumerate(candidates):
        passage = snapshot.passages[candidate.row]
        if CELL_GAP not in passage.text:
            continue
        for ordinal, cells in _rows(passage):
            label = set(terms(cells[0]))
            if label and label <= asked and (len(cells) == PAIR or (asked - label) & _column_terms(passage)):
                return index, ordinal
    return None


def _rows(passage: Passage) -> Iterator[tuple[int, list[str]]]:
    for ordinal, span in enumerate(passage.sentences):
        cells = passage.document_text(span).split(CELL_GAP)
        if len(cells) > 1:
            yield ordinal, cells


def _column_terms(passage: Passage) -> set[str]:
    """The words of the columns' names: in the context, or in the first row where the passage has the table's head."""
    first = next(_rows(passage), (0, [""]))[1]
    return {*terms(passage.context.rpartition(" – ")[2]), *terms(" ".join(first[1:]))}
