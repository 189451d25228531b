"""Where a server finds what it answers from: the index folder, or an engine."""

from pathlib import Path
from typing import Protocol

from qa.errors import SnapshotDamaged
from qa.index import snapshot as snapshots
from qa.index.folder import publication
from qa.index.snapshot import Snapshot


class Source(Protocol):
    """Names what is published, and opens it."""

    def publication(self) -> object:
        """What is published now: something else after every publication."""
        ...

    def open(self) -> tuple[Snapshot, SnapshotDamaged | None]:
        """Open it, or, where it is damaged, the newest sound snapshot together with the damage.

        Raises:
            IndexUnusable: nothing can be opened.
        """
        ...

    def withdraw(self, document_id: str) -> None:
        """Let a document that was deleted answer no more, where that does not wait for the next build."""
        ...


class FolderSource:
    """The snapshots of an index folder."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def publication(self) -> object:
        return publication(self._index)

    def open(self) -> tuple[Snapshot, SnapshotDamaged | None]:
        return snapshots.open_current(self._index)

    def withdraw(self, document_id: str) -> None:
        """A snapshot is sealed: the next one is without the document."""
