"""The passages of a snapshot as two tables of numbers; the record of one is made when it is asked for.

A hundred thousand passages as objects would take a third of a gigabyte and seconds to make, of which an answer shows
five.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from qa.protocols import Rows
from qa.types import Document, Passage, Span

_PASSAGES, _SENTENCES, _CONTEXTS = "passages.npy", "sentences.npy", "contexts.json"
_COLUMNS = 6

Table = NDArray[np.int64]


class Passages(Sequence[Passage]):
    """The passages of some documents, which are adjacent and in the order of their texts.

    Attributes:
        spans: ``(sentences, 2)`` start and end of every sentence in its document, code points, end exclusive.
        document_rows: ``(passages,)`` numbers of the documents.
    """

    def __init__(self, documents: Sequence[Document], contexts: Sequence[str], table: Table, spans: Table) -> None:
        """Hold the tables.

        Args:
            documents: what the passages are slices of.
            contexts: the distinct contexts.
            table: ``(passages, 6)``: number of the document, ordinal, start, end, how many sentences, number of the
                context.
            spans: as above.
        """
        self._documents = documents
        self._contexts = contexts
        self._table = table
        self.spans = spans
        self.document_rows: Rows = table[:, 0]

    @classmethod
    def of(cls, documents: Sequence[Document], passages: Sequence[Passage]) -> Self:
        """The tables of passages."""
        numbers = {document.id: number for number, document in enumerate(documents)}
        contexts = sorted({passage.context for passage in passages})
        context_numbers = {context: number for number, context in enumerate(contexts)}
        table = [
            (numbers[p.document_id], p.ordinal, p.start, p.end, len(p.sentences), context_numbers[p.context])
            for p in passages
        ]
        spans = [(span.start, span.end) for passage in passages for span in passage.sentences]
        return cls(documents, contexts, _table(table, _COLUMNS), _table(spans, 2))

    def save(self, folder: Path) -> None:
        (folder / _CONTEXTS).write_text(json.dumps(self._contexts, ensure_ascii=False), "utf-8")
        np.save(folder / _PASSAGES, self._table, allow_pickle=False)
        np.save(folder / _SENTENCES, self.spans, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, documents: Sequence[Document]) -> Self:
        contexts = json.loads((folder / _CONTEXTS).read_text("utf-8"))
        table, spans = (np.load(folder / name, allow_pickle=False) for name in (_PASSAGES, _SENTENCES))
        return cls(documents, contexts, table, spans)

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> list[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | list[Passage]:
        if isinstance(row, slice):
            return [self[place] for place in range(*row.indices(len(self)))]
        row = range(len(self))[row]
        number, ordinal, start, end, sentences, context = self._table[row].tolist()
        first = int(self.sentence_starts[row])
        spans = tuple(Span(*span) for span in self.spans[first : first + sentences].tolist())
        text = self._text(row, number, start, end)
        return Passage(self._document_id(number), ordinal, start, end, text, spans, self._contexts[context])

    def _document_id(self, number: int) -> str:
        return self._documents[number].id

    def _text(self, row: int, number: int, start: int, end: int) -> str:
        return self._documents[number].text[start:end]

    @cached_property
    def sentence_starts(self) -> Rows:
        """Row of each passage's first sentence, and one past the last: ``(passages + 1,)``."""
        return np.concatenate([[0], np.cumsum(self._table[:, 4])])

    @cached_property
    def characters(self) -> Rows:
        """How long the text is that is encoded for each passage, context included, in code points; ``(passages,)``."""
        contexts = np.asarray([len(context) + 1 if context else 0 for context in self._contexts], dtype=np.int64)
        return self._table[:, 3] - self._table[:, 2] + contexts[self._table[:, 5]]

    @cached_property
    def by_document(self) -> dict[str, range]:
        """The rows of each document that has passages."""
        bounds = [0, *(np.flatnonzero(np.diff(self.document_rows)) + 1).tolist(), len(self)]
        ranges = (range(first, last) for first, last in pairwise(bounds) if first < last)
        return {self._document_id(int(self.document_rows[rows.start])): rows for rows in ranges}


def _table(rows: Sequence[tuple[int, ...]], columns: int) -> Table:
    return np.asarray(rows, dtype=np.int64).reshape(-1, columns)
