"""The corpus → what stands in it now: known files by their state, new and changed ones by reading them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from qa.corpus.folder import list_files
from qa.durable import status
from qa.errors import IndexUnusable
from qa.index import folder as index_folder
from qa.indexing.file_states import FileState, load_states, look, save_states
from qa.progress import Progress, no_progress
from qa.readers.isolation import Parser
from qa.types import Changes, Document, Unreadable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """The state of every file, in order, and what was read in those that had to be parsed."""

    states: Mapping[str, FileState]
    parsed: Mapping[str, Document]

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        return tuple(entry for state in self.states.values() for entry in state.unreadable)

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
    files = list_files(corpus, index)
    with Parser() as parser:
        for done, name in enumerate(files, start=1):
            state, content = look(corpus, name, known.get(name))
            if state.unreadable and _is_gone(corpus / name):
                continue  # taken away since the folder was listed: removed, and not unreadable
            if content is not None:
                readings = parser.parse(name, content)
                state = state.holding(readings)
                parsed |= {reading.id: reading for reading in readings if isinstance(reading, Document)}
            for entry in state.unreadable:
                logger.warning("%s: %s", entry.document_id, entry.reason)
            states[name] = state
            progress("reading", done, len(files))
    return Reading(states, parsed)


def _is_gone(path: Path) -> bool:
    try:
        return status(path) is None
    except (OSError, ValueError):
        return False


def already_built(corpus: Path, index: Path, recipe: str) -> Changes | None:
    """What a build would say where it had nothing to do; None where it has, or where that cannot be told cheaply.

    Nothing to do means: every file is as the build of the current snapshot found it, the recipe is the same, and every
    byte of the snapshot is as it was written. Nothing is parsed for this, and no model is loaded.

    Raises:
        CorpusError: the folder cannot be listed.
    """
    known = load_states(index)
    if not known.snapshot or known.snapshot != index_folder.current_id(index):
        return None
    states: dict[str, FileState] = {}
    for name in list_files(corpus, index):
        state, content = look(corpus, name, known.files.get(name))
        if content is not None or name not in known.files or not state.same_content(known.files[name]):
            return None
        states[name] = state
    if states.keys() != known.files.keys():
        return None
    try:
        manifest = index_folder.check(index, known.snapshot)
    except IndexUnusable:
        return None
    if manifest.recipe != recipe:
        return None
    if states != known.files:
        save_states(index, replace(known, files=states))
    unchanged = tuple(name for state in states.values() for name in state.documents)
    return Changes(known.snapshot, (), (), (), unchanged, manifest.unreadable, manifest.passages)
