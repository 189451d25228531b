"""What the filter offers: documents and tags, found by their names, the chosen ones always among them."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeVar

from fastapi import Query

from qa.index.snapshot import Snapshot
from qa.types import DocumentEntry, Filters

LISTED = 20  # of each kind beside the question: the first page has to stay light
PAGE = 100  # of each kind on the page that has them all

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choices:
    """One page of them: first what is chosen, then what was found; ``of_…`` count both over all pages."""

    MAX_FIND: ClassVar[int] = 200  # characters

    documents: tuple[DocumentEntry, ...]
    of_documents: int
    tags: tuple[str, ...]
    of_tags: int
    page: int
    pages: int
    folders: tuple[tuple[str, int], ...] = ()
    """Each with the number of documents in and below it; a name ends with "/"."""
    collections: tuple[tuple[str, int], ...] = ()
    """Each with the number of its members."""

    @classmethod
    def of(
        cls, snapshot: Snapshot, filters: Filters, collections: Mapping[str, Sized], find: str = "", page: int = 1,
        size: int = PAGE,
    ) -> "Choices":  # fmt: skip
        """Find by words: each has to be somewhere in the title or id of a document, or in a tag, in any case."""
        words = find.casefold().split()
        ids = set(filters.document_ids)
        chosen, found = _documents(snapshot, ids, words)
        chosen_tags, found_tags = _found(snapshot.tags, lambda tag: tag in filters.tags, str, words)
        pages = max(1, -(-max(len(found), len(found_tags)) // size))
        page = min(page, pages)
        here = slice((page - 1) * size, page * size)
        return cls(
            (*chosen, *found[here]),
            len(chosen) + len(found),
            (*chosen_tags, *found_tags[here]),
            len(chosen_tags) + len(found_tags),
            page,
            pages,
            tuple(_folders(snapshot, ids, words)) if page == 1 else (),
            tuple((name, len(members)) for name, members in collections.items()) if page == 1 else (),
        )


def _documents(
    snapshot: Snapshot, ids: set[str], words: list[str]
) -> tuple[Sequence[DocumentEntry], Sequence[DocumentEntry]]:
    """The chosen documents, and the others that have all words."""
    if words or any(not name.endswith("/") for name in ids):
        return _found(snapshot.entries, lambda d: d.id in ids, lambda d: f"{d.title} {d.id}", words)
    return [], snapshot.entries  # most often nothing is chosen, and no document need be looked at


def _folders(snapshot: Snapshot, ids: set[str], words: list[str]) -> list[tuple[str, int]]:
    """The chosen folders, and those of the first level whose name has all words; each with its documents."""
    names = {**snapshot.folders}
    for name in ids:
        if name.endswith("/") and name not in names:
            names[name] = snapshot.count_admitted(Filters((name,)))
    found = [name for name in sorted(names) if name in ids or all(word in name.casefold() for word in words)]
    return [(name, names[name]) for name in found[:LISTED]]


FindText = Annotated[str, Query(max_length=Choices.MAX_FIND)]
PageNumber = Annotated[int, Query(ge=1, le=10**6)]


def _found(
    things: Iterable[T], is_chosen: Callable[[T], bool], name: Callable[[T], str], words: list[str]
) -> tuple[list[T], list[T]]:
    """The chosen ones, and of the others those whose name has all words."""
    chosen, found = [], []
    for thing in things:
        if is_chosen(thing):
            chosen.append(thing)
        elif not words or all(word in name(thing).casefold() for word in words):
            found.append(thing)
    return chosen, found
