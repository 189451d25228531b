"""``qa snapshots``: the snapshots that the index keeps, newest first."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from qa.config import Settings
from qa.errors import IndexUnusable
from qa.index import folder as index_folder


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot in the index; ``damage`` names its fault, and is empty where the snapshot is sound.

    ``size`` is in bytes. Of one whose manifest cannot be read nothing else is known.
    """

    id: str
    current: bool
    built_at: str
    documents: int
    passages: int
    size: int
    damage: str


def run(settings: Settings, options: argparse.Namespace) -> int:
    """List them; a damaged one is part of the answer and not a failure."""
    kept = list(kept_snapshots(settings.index))
    if options.json:
        print(json.dumps([asdict(entry) for entry in kept], indent=2, ensure_ascii=False))
    else:
        print("\n".join(map(_line, kept)) or "there is no index yet; run: qa index")
    return 0


def kept_snapshots(index: Path) -> Iterator[Kept]:
    """All snapshots, newest first, each with every byte checked."""
    current = index_folder.current_id(index)
    for snapshot_id in index_folder.list_ids(index):
        size = index_folder.size_of(index, snapshot_id)
        try:
            manifest = index_folder.check(index, snapshot_id, again=True)
        except IndexUnusable as error:
            yield Kept(snapshot_id, snapshot_id == current, "", 0, 0, size, str(error))
            continue
        yield Kept(
            snapshot_id, snapshot_id == current, manifest.built_at, manifest.documents, manifest.passages, size, ""
        )


def _line(kept: Kept) -> str:
    mark = "*" if kept.current else " "
    if kept.damage:
        return f"{mark} {kept.id}  {kept.damage}"
    counts = f"{kept.documents:>7} documents {kept.passages:>8} passages {kept.size / 2**20:>8.1f} MB"
    return f"{mark} {kept.id}  {kept.built_at} {counts}"
