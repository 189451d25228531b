"""``qa rollback``: lets an earlier snapshot answer again."""

import argparse
from pathlib import Path

from qa.config import Settings
from qa.errors import IndexMissing
from qa.index import folder as index_folder
from qa.index.folder import Manifest


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Publish another snapshot; a server that runs on this index goes on with it."""
    if not index_folder.list_ids(settings.index):
        raise IndexMissing("there is no index yet; run: qa index")
    with index_folder.exclusive(settings.index):
        manifest = roll_back(settings.index, options.id)
    print(
        f"snapshot {manifest.id} of {manifest.built_at} answers now: {manifest.documents} documents, "
        f"{manifest.passages} passages (qa index goes back to what the folder holds)"
    )
    return 0


def roll_back(index: Path, wanted: str | None) -> Manifest:
    """Let CURRENT name the snapshot whose id begins like ``wanted``; without, the newest built before the current one.

    Raises:
        IndexMissing: there is no such snapshot, or more than one.
        SnapshotDamaged: it has a wrong byte.
        SnapshotOutdated: it has another format.
    """
    chosen = index_folder.find(index, wanted) if wanted else _previous(index)
    manifest = index_folder.check(index, chosen, again=True)
    index_folder.publish(index, chosen)
    return manifest


def _previous(index: Path) -> str:
    ids, current = index_folder.list_ids(index), index_folder.current_id(index)
    older = ids[ids.index(current) + 1 :] if current in ids else ids
    if not older:
        raise IndexMissing("there is no earlier snapshot to go back to; qa snapshots lists what there is")
    return older[0]
