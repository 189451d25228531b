"""Collections: named sets of documents and folders, kept in ``.collections.json`` in the corpus folder."""

import fcntl
import json
import logging
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from qa.durable import storing, sync, sync_folder
from qa.errors import ChangeRefused, CollectionNotFound, Conflict, QuestionError
from qa.types import Filters

logger = logging.getLogger(__name__)

FILE = ".collections.json"
MAX_NAME = 80  # characters
MAX_COLLECTIONS = 500
MAX_MEMBERS = 20_000  # of one collection
MAX_BYTES = 16 * 2**20

Members = tuple[str, ...]


class Collections:
    """The collections of one corpus folder; every change is on the disk when it returns."""

    def __init__(self, corpus: Path) -> None:
        self._corpus = corpus

    def all(self) -> Mapping[str, Members]:
        """Each name with the ids of documents, and folders that end with "/", that it holds; by name.

        Raises:
            Conflict: the file that holds them is damaged.
        """
        path = self._corpus / FILE
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            kept = _parsed(content)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise Conflict(f"the file {FILE} in the corpus folder is damaged; mend it, or delete it") from error
        return {name: kept[name] for name in sorted(kept, key=lambda name: (name.casefold(), name))}

    def shown(self) -> Mapping[str, Members]:
        """The same for a page, which shows none where the file is damaged, and is shown all the same."""
        try:
            return self.all()
        except Conflict as error:
            logger.warning("%s", error)
            return {}

    def put(self, name: str, members: Iterable[str]) -> Members:
        """Let a collection hold exactly these members, in their order, each once; a new name makes a new one.

        Raises:
            ChangeRefused: the name is not one line of at most ``MAX_NAME`` characters, or there is no member.
            Conflict: there are too many, or the file that holds them is damaged.
            NotStored: the folder cannot be written.
        """
        return self._set(name, members, keep=False)

    def add(self, name: str, members: Iterable[str]) -> Members:
        """Put more members into a collection, which is made where it is not there.

        Raises:
            ChangeRefused: as ``put``.
            Conflict: as ``put``.
            NotStored: as ``put``.
        """
        return self._set(name, members, keep=True)

    def take_out(self, name: str, members: Iterable[str]) -> None:
        """Take members out of a collection; one that then holds nothing is forgotten.

        Raises:
            CollectionNotFound: there is none of this name.
            Conflict: the file that holds them is damaged.
            NotStored: the folder cannot be written.
        """
        left = set(self._known(name)) - set(members)
        if left:
            self.put(name, (member for member in self._known(name) if member in left))
        else:
            self.delete(name)

    def _known(self, name: str) -> Members:
        members = self.all().get(name)
        if members is None:
            raise CollectionNotFound("there is no collection of this name; GET /collections lists them")
        return members

    def _set(self, name: str, members: Iterable[str], *, keep: bool) -> Members:
        _check_name(name)
        with self._alone():
            collections = dict(self.all())
            kept = tuple(dict.fromkeys((*(collections.get(name, ()) if keep else ()), *members)))
            if not kept:
                raise ChangeRefused("a collection holds one document or folder at least; to remove it, delete it")
            if len(kept) > MAX_MEMBERS:
                raise ChangeRefused(f"a collection holds {MAX_MEMBERS} documents at most; name folders instead")
            if name not in collections and len(collections) >= MAX_COLLECTIONS:
                raise Conflict(f"there are {MAX_COLLECTIONS} collections already; delete one first")
            self._write(collections | {name: kept})
        return kept

    def delete(self, name: str) -> None:
        """Forget a collection; its documents stay.

        Raises:
            CollectionNotFound: there is none of this name.
            Conflict: the file that holds them is damaged.
            NotStored: the folder cannot be written.
        """
        with self._alone():
            collections = dict(self.all())
            if name not in collections:
                raise CollectionNotFound("there is no collection of this name; GET /collections lists them")
            del collections[name]
            self._write(collections)

    def resolved(self, filters: Filters) -> Filters:
        """A filter that names the members of its collections instead of them.

        Raises:
            QuestionError: it names a collection that is not there.
            Conflict: the file that holds them is damaged.
        """
        if not filters.collections:
            return filters
        known = self.all()
        if not known.keys() >= set(filters.collections):
            raise QuestionError("collections: there is no collection of this name; GET /collections lists them")
        members = (member for name in filters.collections for member in known[name])
        return replace(filters, document_ids=tuple(dict.fromkeys((*filters.document_ids, *members))), collections=())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process change them meanwhile."""
        with storing():
            self._corpus.mkdir(parents=True, exist_ok=True)
            folder = os.open(self._corpus, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)

    def _write(self, collections: Mapping[str, Members]) -> None:
        content = json.dumps(collections, ensure_ascii=False, indent=1)
        if len(content.encode("utf-8")) > MAX_BYTES:
            raise Conflict("the collections are larger than they may be; name folders instead of documents")
        draft = self._corpus / f"{FILE}.draft"
        draft.write_text(content + "\n", "utf-8")
        sync(draft)
        draft.replace(self._corpus / FILE)
        sync_folder(self._corpus)


def _parsed(content: bytes) -> dict[str, Members]:
    """The collections that a file holds.

    Raises:
        ValueError: it holds something else.
    """
    kept = json.loads(content.decode("utf-8")) if len(content) <= MAX_BYTES else None
    collections: dict[str, object] = kept if isinstance(kept, dict) else {"": None}
    return {name: tuple(_ids(members)) for name, members in collections.items()}


def _ids(members: object) -> list[str]:
    if isinstance(members, list) and all(isinstance(member, str) for member in members):
        return members
    raise ValueError("this is no object of lists of ids")


def _check_name(name: str) -> None:
    printable = all(unicodedata.category(character)[0] != "C" for character in name)
    if not name.strip() or name != name.strip() or len(name) > MAX_NAME or not printable:
        raise ChangeRefused(f"a collection's name is one line of at most {MAX_NAME} characters")
