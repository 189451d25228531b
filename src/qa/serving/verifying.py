"""Quotations looked up in the snapshot that serves, and in the earlier ones that are kept."""

import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from qa.errors import IndexUnusable
from qa.index.folder import list_ids
from qa.index.snapshot import Manifest, read_documents
from qa.serving.service import Service
from qa.verification.records import Documents, Finding, Quotation
from qa.verification.verifier import ReadEarlier, Verifier


def earlier_documents(index: Path, current: str) -> ReadEarlier:
    """What reads documents of the snapshots other than the current one, newest first; damaged ones have none."""

    def read(document_ids: Collection[str]) -> Iterator[tuple[str, Documents]]:
        for snapshot_id in list_ids(index):
            if snapshot_id != current:
                try:
                    documents = {each.id: each for each in read_documents(index, snapshot_id, document_ids)}
                except IndexUnusable:
                    continue
                yield snapshot_id, documents

    return read


class Verifying:
    """Keeps the verifier of the snapshot that serves; it is made when it is first needed."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._making = threading.Lock()
        self._made: tuple[str, Verifier] | None = None

    def verify(self, quotations: Sequence[Quotation]) -> tuple[list[Finding], Manifest]:
        """What became of each quotation, and the snapshot that says so.

        Raises:
            IndexUnusable: no snapshot is open.
        """
        verifier, manifest = self.current()
        return verifier.verify(quotations), manifest

    def current(self) -> tuple[Verifier, Manifest]:
        """What looks quotations up in the snapshot that answers now, and what that says of itself.

        Raises:
            IndexUnusable: no snapshot is open.
        """
        snapshot = self._service.snapshot
        version = snapshot.version
        with self._making:
            if self._made is None or self._made[0] != version:
                earlier = earlier_documents(self._service.index, snapshot.manifest.id)
                self._made = version, Verifier(snapshot.documents, earlier)
            return self._made[1], snapshot.manifest
