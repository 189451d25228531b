"""The living service: answers from the snapshot that is open now, and swaps it for another in one assignment."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from qa import snapshot as snapshots
from qa.answerer import Answerer
from qa.errors import IndexMissing, SnapshotOutdated
from qa.protocols import Embedder, Vectors
from qa.snapshot import Snapshot
from qa.types import Answer, Question

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer together with the snapshot that gave it."""

    answer: Answer
    snapshot: Snapshot


class Service:
    """Holds one snapshot. A question takes the reference once, so that no answer mixes two."""

    def __init__(self, index: Path, embedder: Embedder, answerer: Answerer) -> None:
        self._index = index
        self._embedder = embedder
        self._answerer = answerer
        self._snapshot: Snapshot | None = None
        self._opening = threading.Lock()

    @property
    def ready(self) -> bool:
        return self._snapshot is not None

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers now.

        Raises:
            IndexMissing: none is open yet.
        """
        if self._snapshot is None:
            raise IndexMissing("no index is ready yet; run: qa index, or try again in a few seconds")
        return self._snapshot

    @property
    def index(self) -> Path:
        """The folder that holds the snapshots."""
        return self._index

    def embed_question(self, text: str) -> Vectors:
        """A question's unit vector, ``(dimension,)``, comparable with those that the snapshot stores."""
        return self._embedder.embed_question(text)

    def open(self) -> None:
        """Open the current snapshot, and answer one question so that the first real one is fast.

        Raises:
            IndexUnusable: there is no snapshot that can be used; what was open stays open.
        """
        with self._opening:
            snapshot, damage = snapshots.open_current(self._index)
            if damage is not None:
                logger.error("%s; serving snapshot %s instead", damage, snapshot.manifest.id)
            if snapshot.manifest.embedder != self._embedder.fingerprint:
                raise SnapshotOutdated(
                    f"snapshot {snapshot.manifest.id} was built with the embedder {snapshot.manifest.embedder}, "
                    f"this service runs {self._embedder.fingerprint}; run: qa index"
                )
            self._answerer.answer(snapshot, Question("What does the first article say?"))
            self._snapshot = snapshot
        logger.info("serving snapshot %s: %d passages", snapshot.manifest.id, len(snapshot.passages))

    def ask(self, question: Question) -> Answered:
        """Answer from the snapshot that is open now.

        Raises:
            IndexMissing: none is open yet.
        """
        snapshot = self.snapshot
        return Answered(self._answerer.answer(snapshot, question), snapshot)
