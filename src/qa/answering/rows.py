"""Rows of tables: the row whose name the question says, where a column's name is what it asks for."""

from collections.abc import Iterator, Sequence

from qa.analysis import FUNCTION_WORDS, terms
from qa.index.snapshot import Snapshot
from qa.retrieval.query import Query
from qa.types import Candidate, Passage

CELL_GAP = " | "


def named_row(snapshot: Snapshot, query: Query, candidates: Sequence[Candidate]) -> tuple[int, int] | None:
    """The first candidate, by its index, and the sentence in it that is such a row; None without one."""
    asked = {token.term for token in query.tokens if token.word not in FUNCTION_WORDS}
    for index, candidate in enumerate(candidates):
        passage = snapshot.passages[candidate.row]
        if CELL_GAP not in passage.text:
            continue
        for ordinal, cells in _rows(passage):
            label = set(terms(cells[0]))
            if label and label <= asked and (asked - label) & _column_terms(passage):
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
