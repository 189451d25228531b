"""The corpus → an index that is up to date with it: every file is looked at once, under one lock.

Where nothing has changed no model is loaded and nothing is parsed: what builds is called only when it is needed.
"""

from collections.abc import Callable
from pathlib import Path

from qa.durable import noticing_full_disk
from qa.errors import IndexUnusable, StrictBuildRefused
from qa.index import folder as index_folder
from qa.indexing.file_states import FileStates, forget_states, load_states, save_states
from qa.indexing.reading import Reading, read_files
from qa.progress import Progress, no_progress
from qa.types import Changes

Finish = Callable[[Changes], object]
"""What is done with the result, while the index is still locked."""

Publish = Callable[[Reading, FileStates], Changes]
"""Publishes what was read, given what was known before; called while the index is locked."""


def update(
    corpus: Path, index: Path, recipe: str, publish: Publish, *, strict: bool = False, reread: bool = False,
    progress: Progress = no_progress, finish: Finish = bool,
) -> Changes:  # fmt: skip
    """Bring an index up to date with a folder; ``reread`` parses every file, also those that have not changed.

    Raises:
        CorpusError: the folder cannot be listed.
        IndexLocked: another process is building.
        StrictBuildRefused: ``strict`` and a file cannot be read; nothing is published.
        NotStored: the disk is full; nothing is published.
    """
    with noticing_full_disk(), index_folder.exclusive(index):
        if reread:
            forget_states(index)
        known = load_states(index)
        if known.snapshot != index_folder.current_id(index):
            known = FileStates()
        reading = read_files(corpus, index, known.files, progress)
        if strict and reading.unreadable:
            listed = "; ".join(f"{entry.document_id}: {entry.reason}" for entry in reading.unreadable)
            raise StrictBuildRefused(f"nothing was published, since files cannot be read: {listed}")
        changes = _unchanged(index, recipe, reading, known) or publish(reading, known)
        if reading.states != known.files or changes.snapshot != known.snapshot:
            save_states(index, FileStates(changes.snapshot, reading.states))
        finish(changes)
        return changes


def _unchanged(index: Path, recipe: str, reading: Reading, known: FileStates) -> Changes | None:
    """What a build would report where it had nothing to do; None where it has.

    Nothing to do means: every file is as the build of the current snapshot left it, the recipe is the same, and every
    byte of the snapshot is as it was written.
    """
    if not known.snapshot or not reading.same_as(known.files):
        return None
    try:
        last = index_folder.read_manifest(index, known.snapshot)
        if last.recipe != recipe or last.format != index_folder.FORMAT:
            return None
        manifest = index_folder.check(index, known.snapshot)
    except IndexUnusable:
        return None
    unchanged = tuple(name for state in reading.states.values() for name in state.documents)
    return Changes(known.snapshot, (), (), (), unchanged, manifest.unreadable, manifest.passages)
