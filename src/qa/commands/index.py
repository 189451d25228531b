"""``qa index``: where nothing has changed, it is said without loading what builds."""

import argparse
import importlib
import json
import sys
from dataclasses import asdict

from qa import index_folder
from qa.commands import EXIT_EMPTY, EXIT_UNREADABLE
from qa.config import Settings
from qa.errors import QAError, message_of
from qa.progress import Progress, ProgressBars, ProgressLines
from qa.readers import READERS
from qa.reading import already_built
from qa.recipe import embedder_fingerprint, recipe_of
from qa.types import Changes


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Build; print what changed; 3 when files could not be read, 4 when there is nothing to answer from."""
    changes = _build_telling(settings, options.strict) if options.json else _build(settings, options.strict)
    if not changes.passages:
        formats = ", ".join(READERS)
        print(f"qa: no article in {settings.corpus}; put files there ({formats}) and run qa index", file=sys.stderr)
    if changes.unreadable:
        return EXIT_UNREADABLE
    return 0 if changes.passages else EXIT_EMPTY


def _build(settings: Settings, strict: bool) -> Changes:
    with ProgressBars() as bars:
        changes = bring_up_to_date(settings, strict, bars)
    print(render_changes(changes))
    return changes


def _build_telling(settings: Settings, strict: bool) -> Changes:
    """Build for another program: the last line on standard output is the result or the error."""
    try:
        changes = bring_up_to_date(settings, strict, ProgressLines())
    except (QAError, OSError) as error:
        print(json.dumps({"error": " ".join(message_of(error).split())}), flush=True)
        raise
    print(json.dumps({"result": asdict(changes) | {"unchanged": len(changes.unchanged)}}), flush=True)
    return changes


def bring_up_to_date(settings: Settings, strict: bool, progress: Progress) -> Changes:
    """Build what has to be built.

    Raises:
        QAError: as ``Indexer.build`` does.
    """
    changes = _nothing_to_do(settings)
    if changes is not None and not (strict and changes.unreadable):
        return changes
    built: Changes = importlib.import_module("qa.compose").build_indexer(settings).build(strict, progress)
    return built


def _nothing_to_do(settings: Settings) -> Changes | None:
    if index_folder.current_id(settings.index) is None:
        return None
    with index_folder.exclusive(settings.index):
        recipe = recipe_of(embedder_fingerprint(settings), settings)
        return already_built(settings.corpus, settings.index, recipe)


def render_changes(changes: Changes) -> str:
    """What a build did: counts, and each file that could not be read with its reason."""
    counts = ", ".join(
        f"{len(getattr(changes, kind))} {kind}" for kind in ("added", "changed", "removed", "unchanged", "unreadable")
    )
    lines = [f"{counts}; {changes.passages} passages in snapshot {changes.snapshot}"]
    lines += [f"  unreadable: {entry.document_id}: {entry.reason}" for entry in changes.unreadable]
    return "\n".join(lines)
