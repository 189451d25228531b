"""``qa index``: where nothing has changed, it is said without loading what builds."""

import argparse
import importlib
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.commands import EXIT_EMPTY, EXIT_UNREADABLE
from qa.config import Settings
from qa.corpus.watch import watch
from qa.errors import QAError, message_of
from qa.escaping import escaped
from qa.index import folder as index_folder
from qa.index.engines import EMBEDDED, connect
from qa.indexing.file_states import FileStates
from qa.indexing.reading import Reading
from qa.indexing.recipe import embedder_fingerprint, recipe_of
from qa.indexing.update import Finish, update
from qa.progress import Progress, ProgressBars, ProgressLines
from qa.protocols import Engine
from qa.readers import READERS, UNSUPPORTED
from qa.types import Changes, Unreadable

if TYPE_CHECKING:
    from qa.indexing.indexer import Indexer

LISTED = 3  # names in the line about files that are not supported


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Build; print what changed; 3 when files could not be read, 4 when there is nothing to answer from."""
    if options.keep_watching:
        return _watch(settings, options)
    build = Build(settings, options.reread, options.workers)
    changes = _build_telling(options.strict, build) if options.json else _build(options.strict, build)
    if not changes.passages:
        formats = ", ".join(READERS)
        print(f"qa: no article in {settings.corpus}; put files there ({formats}) and run qa index", file=sys.stderr)
    if changes.unreadable:
        return EXIT_UNREADABLE
    return 0 if changes.passages else EXIT_EMPTY


def _watch(settings: Settings, options: argparse.Namespace) -> int:
    """Build after every change until interrupted; the model stays loaded from the first time it is needed."""
    build = Build(settings, options.reread, options.workers)

    def build_again() -> None:
        if options.json:
            _build_telling(options.strict, build)
        else:
            _build(options.strict, build)

    watch(settings.corpus, settings.index, threading.Event(), build_again)
    return 0


class Build:
    """Brings the index up to date; what builds is loaded when there is something to build, and kept."""

    def __init__(self, settings: Settings, reread: bool = False, workers: int | None = None) -> None:
        self._settings = settings
        self._reread = reread
        self._workers = workers

    @cached_property
    def _recipe(self) -> str:
        return recipe_of(embedder_fingerprint(self._settings), self._settings)

    @cached_property
    def _indexer(self) -> "Indexer":
        made: Indexer = importlib.import_module("qa.compose").build_indexer(self._settings, self._workers)
        return made

    def __call__(self, strict: bool, progress: Progress) -> Changes:
        """Build what has to be built.

        Raises:
            QAError: as ``Indexer.build`` does.
        """
        settings = self._settings
        push = self._push()
        if index_folder.current_id(settings.index) is None:
            self._indexer  # noqa: B018  what builds is needed in any case: load it before files are read
        return update(
            settings.corpus, settings.index, self._recipe, partial(self._publish, progress), strict=strict,
            reread=self._reread, progress=progress, finish=push,
        )  # fmt: skip

    def _push(self) -> Finish:
        """What lets a shared engine hold the result; where the index folder does, nothing is left to be done."""
        settings = self._settings
        if settings.engine == EMBEDDED:
            return bool
        engine = connect(settings.engine)
        mark = engine.mark()  # from before the corpus is looked at
        return lambda changes: self._to_engine(engine, changes.snapshot, mark)

    def _to_engine(self, engine: Engine, snapshot_id: str, mark: int) -> None:
        if snapshot_id == engine.current():
            engine.point(snapshot_id, mark)
            return
        module = importlib.import_module("qa.index.engines.publication")
        module.publish_from(engine, self._settings.index, snapshot_id, self._settings.keep_snapshots, mark)

    def _publish(self, progress: Progress, reading: Reading, known: FileStates) -> Changes:
        self._reread = False  # a watch reads all files once
        return self._indexer.publish_reading(reading, known, progress)


def _build(strict: bool, build: Build) -> Changes:
    with ProgressBars() as bars:
        changes = build(strict, bars)
    print(render_changes(changes), flush=True)
    return changes


def _build_telling(strict: bool, build: Build) -> Changes:
    """Build for another program: the last line on standard output is the result or the error."""
    try:
        changes = build(strict, ProgressLines())
    except (QAError, OSError) as error:
        line = {"error": " ".join(message_of(error).split()), "kind": type(error).__name__}
        print(json.dumps(line), flush=True)
        raise
    print(json.dumps({"result": asdict(changes) | {"unchanged": len(changes.unchanged)}}), flush=True)
    return changes


def render_changes(changes: Changes) -> str:
    """What a build did: counts, each file that could not be read with its reason, and one line for unknown formats."""
    counts = ", ".join(
        f"{len(getattr(changes, state))} {state}"
        for state in ("added", "changed", "removed", "unchanged", "unreadable")
    )
    lines = [f"{counts}; {changes.passages} passages in snapshot {changes.snapshot}"]
    unsupported = [entry for entry in changes.unreadable if entry.reason.startswith(UNSUPPORTED)]
    damaged = [entry for entry in changes.unreadable if entry not in unsupported]
    lines += [f"  unreadable: {escaped(entry.document_id)}: {escaped(entry.reason)}" for entry in damaged]
    return "\n".join([*lines, *_unsupported(unsupported)])


def _unsupported(entries: Sequence[Unreadable]) -> Iterator[str]:
    """One line for all files of formats that are not read; none where there are none."""
    if not entries:
        return
    suffixes = Counter(PurePosixPath(entry.document_id).suffix.lower() or "no suffix" for entry in entries)
    counts = ", ".join(f"{count} × {escaped(suffix)}" for suffix, count in suffixes.most_common())
    listed = ", ".join(escaped(entry.document_id) for entry in entries[:LISTED])
    more = f" and {len(entries) - LISTED} more" if len(entries) > LISTED else ""
    files = "file is" if len(entries) == 1 else "files are"
    yield f"  not supported: {len(entries)} {files} of no format that is read ({counts}): {listed}{more}"
