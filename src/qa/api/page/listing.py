"""The documents of the library: found by words, sorted, in groups by folder, one page at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Literal
from urllib.parse import urlencode

import numpy as np
from fastapi import Query

from qa.api.page.presentation import display_title
from qa.index.documents import Documents
from qa.index.snapshot import Snapshot
from qa.types import DocumentEntry

PAGE = 100
Sort = Literal["path", "title", "published", "length", "unseen"]
_KEYS: Mapping[str, Callable[[DocumentEntry], tuple[object, ...]]] = {
    "title": lambda document: (display_title(document).casefold(), document.id),
    "published": lambda document: (document.published or "", document.id),
    "length": lambda document: (document.characters, document.id),
}
_DESCENDING = {"published", "length"}

FindText = Annotated[str, Query(max_length=200)]
PageNumber = Annotated[int, Query(ge=1, le=10**6)]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the documents that have all words of ``find``; ``page`` counts from 1."""

    documents: Sequence[DocumentEntry]
    find: str
    sort: Sort
    page: int
    pages: int
    collection: str = ""
    """The name of the collection whose documents these are; "" for all."""

    @property
    def groups(self) -> list[tuple[str, list[DocumentEntry]]]:
        """The documents by folder where they are sorted so, else all as one group without a name."""
        if self.sort != "path":
            return [("", list(self.documents))]
        return [(folder, list(group)) for folder, group in groupby(self.documents, _folder)]

    def url(self, page: int) -> str:
        """The address of another page of the same list."""
        return "/corpus?" + urlencode(
            {"find": self.find, "sort": self.sort, "page": page, "collection": self.collection}
        )


def list_in_order(snapshot: Snapshot, find: str, page: int, size: int = PAGE) -> Listing:
    """One page of all documents by folder; only those on it are looked at, where they are at hand."""
    if not isinstance(snapshot.documents, Documents):
        return list_documents(snapshot.entries, bool, find, "path", page, size)
    count = len(snapshot.documents)
    pages = max(1, -(-count // size))
    page = min(page, pages)
    shown = np.arange((page - 1) * size, min(page * size, count))
    rows = snapshot.by_folder[shown] if snapshot.folders else shown
    return Listing([snapshot.entries[row] for row in rows.tolist()], find, "path", page, pages)


def list_documents(
    documents: Sequence[DocumentEntry],
    is_shown: Callable[[str], bool],
    find: str,
    sort: Sort,
    page: int,
    size: int = PAGE,
) -> Listing:
    """One page of the documents; ``is_shown`` says whether an answer has quoted an id."""
    words = find.casefold().split()
    chosen: Sequence[DocumentEntry] = documents
    if words:
        chosen = [document for document in documents if all(word in _described(document) for word in words)]
    if sort == "path":
        ordered = chosen if not words and not _has_folders(documents) else sorted(chosen, key=_place)
    elif sort == "unseen":
        ordered = sorted(chosen, key=lambda document: (is_shown(document.id), document.id))
    else:
        ordered = sorted(chosen, key=_KEYS[sort], reverse=sort in _DESCENDING)
    pages = max(1, -(-len(ordered) // size))
    page = min(page, pages)
    return Listing(ordered[(page - 1) * size : page * size], find, sort, page, pages)


def _described(document: DocumentEntry) -> str:
    return " ".join((display_title(document), document.id, document.publisher or "", *document.tags)).casefold()


def _folder(document: DocumentEntry) -> str:
    folder, slash, _ = document.id.rpartition("/")
    return folder + slash


def _place(document: DocumentEntry) -> tuple[str, str]:
    return _folder(document), document.id


def _has_folders(documents: Iterable[DocumentEntry]) -> bool:
    return any("/" in document.id for document in documents)
