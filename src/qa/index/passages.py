"""The passages of a snapshot as tables of numbers; the record of one is made when it is asked for.

A hundred thousand passages as objects would take a third of a gigabyte and seconds to make, of which an answer shows
five.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from qa.arrays import mapped
from qa.index.documents import Documents
from qa.index.strings import Strings, encode
from qa.protocols import Rows
from qa.types import Document, Passage, Span

_PASSAGES, _SENTENCES, _BYTES, _CONTEXTS = "passages.npy", "sentences.npy", "bytes.npy", "contexts"
_COLUMNS = 6

Table = NDArray[np.int64]


class Passages(Sequence[Passage]):
    """The passages of some documents, which are adjacent and in the order of their texts.

    Attributes:
        spans: ``(sentences, 2)`` start and end of every sentence in its document, code points, end exclusive.
        document_rows: ``(passages,)`` numbers of the documents, ascending.
    """

    def __init__(
        self, documents: Sequence[Document], contexts: Sequence[str], table: Table, spans: Table,
        in_bytes: Table | None = None,
    ) -> None:  # fmt: skip
        """Hold the tables.

        Args:
            documents: what the passages are slices of.
            contexts: the distinct contexts.
            table: ``(6, passages)``: number of the document, ordinal, start, end, how many sentences, number of the
                context.
            spans: as above.
            in_bytes: ``(2, passages)`` start and end of each passage in its document's text as UTF-8; given where
                ``documents`` are columns.
        """
        self._documents = documents
        self._contexts = contexts
        self._table = table
        self._in_bytes = in_bytes
        self.spans = spans
        self.document_rows: Rows = table[0]

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
        return cls(documents, contexts, np.ascontiguousarray(_table(table, _COLUMNS).T), _table(spans, 2))

    def save(self, folder: Path) -> None:
        Strings.of(self._contexts).save(folder, _CONTEXTS)
        in_bytes = _in_bytes(self._documents, self._table) if self._in_bytes is None else self._in_bytes
        for name, table in ((_PASSAGES, self._table), (_SENTENCES, self.spans), (_BYTES, in_bytes)):
            np.save(folder / name, table, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, documents: Documents) -> Self:
        """Map what ``save`` wrote."""
        table, spans, in_bytes = (mapped(folder / name) for name in (_PASSAGES, _SENTENCES, _BYTES))
        return cls(documents, Strings.load(folder, _CONTEXTS), table, spans, in_bytes)

    def __len__(self) -> int:
        return len(self.document_rows)

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> list[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | list[Passage]:
        if isinstance(row, slice):
            return [self[index] for index in range(*row.indices(len(self)))]
        row = range(len(self))[row]
        number, ordinal, start, end, sentences, context = self._table[:, row].tolist()
        first = int(self.sentence_starts[row])
        spans = tuple(Span(*span) for span in self.spans[first : first + sentences].tolist())
        text = self._text(row, number, start, end)
        return Passage(self._document_id(number), ordinal, start, end, text, spans, self._contexts[context])

    def _document_id(self, number: int) -> str:
        documents = self._documents
        return documents.columns.ids[number] if isinstance(documents, Documents) else documents[number].id

    def _text(self, row: int, number: int, start: int, end: int) -> str:
        if self._in_bytes is not None and isinstance(self._documents, Documents):
            return self._documents.columns.texts.part(number, *self._in_bytes[:, row].tolist())
        return self._documents[number].text[start:end]

    @cached_property
    def sentence_starts(self) -> Rows:
        """Row of each passage's first sentence, and one past the last: ``(passages + 1,)``."""
        return np.concatenate([[0], np.cumsum(self._table[4])])

    def characters(self, rows: Rows) -> Rows:
        """How long the text is that is encoded for each of some passages, context included, in code points."""
        contexts = [len(context) + 1 if (context := self._contexts[c]) else 0 for c in self._table[5, rows].tolist()]
        lengths: Rows = self._table[3, rows] - self._table[2, rows] + np.asarray(contexts, dtype=np.int64)
        return lengths

    def of_document(self, number: int) -> range:
        """The rows of a document's passages."""
        return range(*np.searchsorted(self.document_rows, (number, number + 1)).tolist())

    def of_documents(self, numbers: Rows) -> tuple[Rows, Rows]:
        """The first row of each of some documents, and how many follow it."""
        first = np.searchsorted(self.document_rows, numbers)
        return first, np.searchsorted(self.document_rows, numbers, side="right") - first

    @cached_property
    def by_document(self) -> Mapping[str, range]:
        """The rows of each document that has passages."""
        if isinstance(self._documents, Documents):
            return _ByDocument(self, self._documents)
        numbers = np.unique(self.document_rows).tolist()
        return {self._document_id(number): self.of_document(number) for number in numbers}


class _ByDocument(Mapping[str, range]):
    """The rows of the documents' passages by id, each found when it is looked up."""

    def __init__(self, passages: Passages, documents: Documents) -> None:
        self._passages = passages
        self._documents = documents

    def __getitem__(self, document_id: str) -> range:
        number = self._documents.row(document_id)
        rows = self._passages.of_document(number) if number >= 0 else range(0)
        if not rows:
            raise KeyError(document_id)
        return rows

    def __iter__(self) -> Iterator[str]:
        return (self._documents.columns.ids[number] for number in np.unique(self._passages.document_rows).tolist())

    def __len__(self) -> int:
        return len(np.unique(self._passages.document_rows))


def _in_bytes(documents: Sequence[Document], table: Table) -> Table:
    """Where passages start and end in their documents' texts as UTF-8."""
    found = np.zeros((2, table.shape[1]), dtype=np.int64)
    text, at, last, reached = "", -1, 0, 0
    for row, (number, start, end) in enumerate(table[[0, 2, 3]].T.tolist()):
        if number != at:
            text, at, last, reached = documents[number].text, number, 0, 0
        first = reached + len(encode(text[last:start]))
        last, reached = end, first + len(encode(text[start:end]))
        found[:, row] = first, reached
    return found


def _table(rows: Sequence[tuple[int, ...]], columns: int) -> Table:
    return np.asarray(rows, dtype=np.int64).reshape(-1, columns)
