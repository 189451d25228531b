"""The documents of a snapshot as columns in mapped files; the record of one is made when it is asked for.

A hundred thousand documents as objects would take a gigabyte and seconds to make, of which an answer shows five.
Filters are decided by columns, so that no document is read for them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from qa.arrays import mapped
from qa.index.strings import Keys, Strings
from qa.protocols import Rows
from qa.types import Document, DocumentEntry, Filters, PublishedFrom

KEPT_DOCUMENTS = 64  # that were made lately
LONGEST_KEPT = 2**20  # code points: a longer one is made anew, which takes a millisecond a million

_LISTED = ("published", "publisher", "author", "language", "created", "retrieved")
_ARRAYS = ("order", "characters", "sums", "published", "tag_bounds", "tag_rows")
_STRINGS = ("ids", "titles", "texts", "facts", "structure", "tags")
_STRUCTURE = ("headings", "pages", "tables")


@dataclass(frozen=True, slots=True)
class Columns:
    """All that is known of some documents, by row.

    Attributes:
        ids, titles, texts: of the documents.
        facts: the other fields of each as JSON, but those of
        structure: what its text consists of, as JSON: headings, pages and tables.
        tags: the distinct tags, ascending.
        order: ``(documents,)`` the rows by their ids, ascending.
        characters: ``(documents,)`` how long each text is, in code points.
        sums: ``(documents, 32)`` the SHA-256 of each text as UTF-8.
        published: ``(documents,)`` dates as they are stated; empty where there is none.
        tag_bounds: ``(tags + 1,)`` where the documents of each tag begin in ``tag_rows``.
    """

    ids: Strings
    titles: Strings
    texts: Strings
    facts: Strings
    structure: Strings
    tags: Strings
    order: Rows
    characters: Rows
    sums: NDArray[np.uint8]
    published: NDArray[np.str_]
    tag_bounds: Rows
    tag_rows: Rows

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Self:
        """The columns of documents, whose ids are distinct."""
        ids = [document.id for document in documents]
        texts = Strings.of([document.text for document in documents])
        rows_of_tag: dict[str, list[int]] = {}
        for row, document in enumerate(documents):
            for tag in dict.fromkeys(document.tags):
                rows_of_tag.setdefault(tag, []).append(row)
        tags = sorted(rows_of_tag)
        sums = [hashlib.sha256(texts.encoded(row)).digest() for row in range(len(ids))]
        return cls(
            ids=Strings.of(ids),
            titles=Strings.of([document.title for document in documents]),
            texts=texts,
            facts=Strings.of([_facts(document) for document in documents]),
            structure=Strings.of([_structure(document) for document in documents]),
            tags=Strings.of(tags),
            order=_rows(sorted(range(len(ids)), key=ids.__getitem__)),
            characters=_rows([len(document.text) for document in documents]),
            sums=np.frombuffer(b"".join(sums), dtype=np.uint8).reshape(-1, 32),
            published=np.asarray([document.published or "" for document in documents], dtype=np.str_),
            tag_bounds=_rows(np.cumsum([0, *(len(rows_of_tag[tag]) for tag in tags)]).tolist()),
            tag_rows=_rows([row for tag in tags for row in rows_of_tag[tag]]),
        )

    def save(self, folder: Path) -> None:
        folder.mkdir()
        for name in _STRINGS:
            getattr(self, name).save(folder, name)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map what ``save`` wrote."""
        columns: dict[str, Any] = {name: Strings.load(folder, name) for name in _STRINGS}
        columns |= {name: mapped(folder / f"{name}.npy") for name in _ARRAYS}
        return cls(**columns)


class Documents(Sequence[Document]):
    """The documents of a snapshot, in their order."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._keys = Keys(columns.ids, columns.order)
        self._tags = Keys(columns.tags)
        self._lately: dict[int, Document] = {}

    @classmethod
    def of(cls, documents: Sequence[Document]) -> "Documents":
        """The same documents as columns."""
        return documents if isinstance(documents, Documents) else cls(Columns.of(documents))

    def __len__(self) -> int:
        return len(self.columns.ids)

    @overload
    def __getitem__(self, index: int) -> Document: ...
    @overload
    def __getitem__(self, index: slice) -> list[Document]: ...
    def __getitem__(self, index: int | slice) -> Document | list[Document]:
        if isinstance(index, slice):
            return [self._made(row) for row in range(*index.indices(len(self)))]
        row = range(len(self))[index]
        document = self._lately.get(row)
        if document is None:
            document = self._made(row)
            if len(self._lately) >= KEPT_DOCUMENTS:
                self._lately = {}
            if len(document.text) <= LONGEST_KEPT:
                self._lately[row] = document
        return document

    def __iter__(self) -> Iterator[Document]:
        return map(self._made, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Document.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # equal to lists, as which it is compared

    def _made(self, row: int) -> Document:
        columns = self.columns
        fields = json.loads(columns.facts[row]) | json.loads(columns.structure[row])
        del fields["page_count"]
        return Document.from_fields(
            {**fields, "id": columns.ids[row], "title": columns.titles[row], "text": columns.texts[row]}
        )

    def entry(self, row: int) -> DocumentEntry:
        """What a list says of a document; its text is not read."""
        columns = self.columns
        fields = json.loads(columns.facts[row])
        known: dict[str, Any] = {name: fields.get(name) for name in _LISTED}
        return DocumentEntry(
            id=columns.ids[row],
            title=columns.titles[row],
            tags=tuple(fields["tags"]),
            published_from=PublishedFrom(source) if (source := fields["published_from"]) else None,
            characters=int(columns.characters[row]),
            pages=fields["page_count"],
            sha256=columns.sums[row].tobytes().hex(),
            **known,
        )

    def row(self, document_id: str) -> int:
        """The row of a document; -1 where there is none of that id."""
        return self._keys.find(document_id)

    def admitted(self, filters: Filters) -> Rows:
        """The rows of the documents that filters admit, as ``Filters.admits`` has it, ascending.

        Raises:
            ValueError: as ``Filters.predicate`` does.
        """
        filters.predicate()
        admits = np.ones(len(self), dtype=np.bool_)
        if filters.document_ids:
            admits &= self._chosen(self._named(name) for name in filters.document_ids)
        if filters.tags:
            admits &= self._chosen(self._tagged(tag) for tag in filters.tags)
        if filters.date_from or filters.date_to:
            admits &= self._dated(filters.date_from or "", filters.date_to or "9999-12-31")
        return np.flatnonzero(admits)

    def _chosen(self, parts: Iterator[Rows]) -> NDArray[np.bool_]:
        chosen = np.zeros(len(self), dtype=np.bool_)
        for rows in parts:
            chosen[rows] = True
        return chosen

    def _named(self, name: str) -> Rows:
        """The document of an id, and those in and below a folder."""
        exact = self.row(name)
        rows = _rows([exact] if exact >= 0 else [])
        return np.append(rows, self._keys.beginning(name)) if name.endswith("/") else rows

    def _tagged(self, tag: str) -> Rows:
        number = self._tags.find(tag)
        first, last = self.columns.tag_bounds[number : number + 2] if number >= 0 else (0, 0)
        return self.columns.tag_rows[first:last]

    def _dated(self, earliest: str, latest: str) -> NDArray[np.bool_]:
        """Which dates, of reduced precision some, may lie in a range."""
        published = self.columns.published
        lengths = np.strings.str_len(published)
        admits = np.zeros(len(self), dtype=np.bool_)
        for precision in np.unique(lengths[lengths > 0]).tolist():
            lies = (published >= earliest[:precision]) & (published <= latest[:precision])
            admits |= (lengths == precision) & lies
        return admits


class DocumentsById(Mapping[str, Document]):
    """Documents by their ids."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def __getitem__(self, document_id: str) -> Document:
        row = self._documents.row(document_id)
        if row < 0:
            raise KeyError(document_id)
        return self._documents[row]

    def __contains__(self, document_id: object) -> bool:
        return isinstance(document_id, str) and self._documents.row(document_id) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents.columns.ids)

    def __len__(self) -> int:
        return len(self._documents)


class Entries(Sequence[DocumentEntry]):
    """What lists say of documents, each entry made when it is looked at."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    def __len__(self) -> int:
        return len(self._documents)

    @overload
    def __getitem__(self, index: int) -> DocumentEntry: ...
    @overload
    def __getitem__(self, index: slice) -> list[DocumentEntry]: ...
    def __getitem__(self, index: int | slice) -> DocumentEntry | list[DocumentEntry]:
        if isinstance(index, int):
            return self._entry(range(len(self))[index])
        if isinstance(self._documents, Documents):
            return [self._documents.entry(row) for row in range(*index.indices(len(self)))]
        return [DocumentEntry.of(document) for document in self._documents[index]]

    def __iter__(self) -> Iterator[DocumentEntry]:
        if isinstance(self._documents, Documents):
            return map(self._documents.entry, range(len(self)))
        return map(DocumentEntry.of, self._documents)

    def _entry(self, row: int) -> DocumentEntry:
        documents = self._documents
        return documents.entry(row) if isinstance(documents, Documents) else DocumentEntry.of(documents[row])


def _facts(document: Document) -> str:
    """What the other columns do not hold."""
    fields = asdict(document)
    for name in ("id", "title", "text", *_STRUCTURE):
        del fields[name]
    return _json(fields | {"page_count": len(document.pages)})


def _structure(document: Document) -> str:
    fields = asdict(document)
    return _json({name: fields[name] for name in _STRUCTURE})


def _json(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False)


def _rows(rows: Sequence[int]) -> Rows:
    return np.asarray(rows, dtype=np.int64)
