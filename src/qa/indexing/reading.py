"""The corpus → what stands in it now: known files by their state, new and changed ones by reading them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qa.corpus.folder import list_files
from qa.corpus.sidecars import Sidecars
from qa.durable import status
from qa.index.folder import recognised_path
from qa.indexing.file_states import FileState, look
from qa.progress import Progress, no_progress
from qa.readers import UNSUPPORTED
from qa.readers.isolation import Parser
from qa.readers.scans import Scans
from qa.types import Document, Unreadable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """The state of every file, in order, and what was read in those that had to be parsed."""

    states: Mapping[str, FileState]
    parsed: Mapping[str, Document]

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        return tuple(entry for state in self.states.values() for entry in state.unreadable)

    def same_as(self, known: Mapping[str, FileState]) -> bool:
        """Whether every file is there and holds what it held, and no other is there."""
        return self.states.keys() == known.keys() and all(
            state.same_content(known[name]) for name, state in self.states.items()
        )

    def documents(self, known: Mapping[str, Document]) -> list[Document]:
        """All documents of the corpus, those of files that were not parsed taken from ``known``."""
        names = (name for state in self.states.values() for name in state.documents)
        return [self.parsed[name] if name in self.parsed else known[name] for name in names]


def read_corpus(
    corpus: Path, progress: Progress = no_progress, index: Path | None = None
) -> tuple[list[Document], list[Unreadable]]:
    """Read every file of a folder, the index left out; those that cannot be read are listed with the reason.

    Raises:
        CorpusError: the folder cannot be listed, or the process that parses cannot be started.
    """
    reading = read_files(corpus, index, {}, progress)
    return reading.documents({}), list(reading.unreadable)


def read_files(
    corpus: Path, index: Path | None, known: Mapping[str, FileState], progress: Progress = no_progress
) -> Reading:
    """Look at every file, and parse those that are not as they are known.

    Raises:
        CorpusError: the folder cannot be listed, or the process that parses cannot be started.
    """
    states: dict[str, FileState] = {}
    parsed: dict[str, Document] = {}
    sidecars = Sidecars(corpus, list_files(corpus, index))
    files = sidecars.files
    with Parser() as parser, Scans(parser, recognised_path(index) if index else None) as scans:
        for done, name in enumerate(files, start=1):
            corrections = sidecars.of(name)
            state, content = look(corpus, name, known.get(name), corrections.sha256)
            if state.unreadable and _is_gone(corpus / name):
                continue  # taken away since the folder was listed: removed, and not unreadable
            if content is not None:
                readings = scans.resolved(name, content, parser.parse(name, content), progress)
                readings = [corrections.over(name, reading) for reading in readings]
                state = state.holding(readings)
                parsed |= {reading.id: reading for reading in readings if isinstance(reading, Document)}
            for entry in state.unreadable:
                level = logging.INFO if entry.reason.startswith(UNSUPPORTED) else logging.WARNING
                logger.log(level, "%s: %s", entry.document_id, entry.reason)
            states[name] = state
            progress("reading", done, len(files))
    for fault in sidecars.faults:
        logger.warning("%s: %s", fault.document_id, fault.reason)
        states[fault.document_id] = FileState(None, 0, "", (), (fault,))
    return Reading(states, parsed)


def _is_gone(path: Path) -> bool:
    try:
        return status(path) is None
    except (OSError, ValueError):
        return False
