"""The folder of snapshots: the only module that knows the names in ``index/``; loads no heavy library.

A snapshot is written into a hidden folder, synced, renamed to its id and then named by CURRENT with one atomic
rename; a process that dies at any step leaves CURRENT and what it points to as they were. Every file's SHA-256 stands
in the manifest, and the manifest's beside it.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from qa.durable import status, sync_folder
from qa.errors import IndexLocked, IndexMissing, SnapshotDamaged, SnapshotOutdated
from qa.index.verified import Verified
from qa.types import Unreadable

FORMAT = 9
EARLIER = (7, 8)
NO_ID = "(damaged)"
_MANIFEST, _SEAL, _CURRENT, _LOCK = "manifest.json", "manifest.sha256", "CURRENT", "LOCK"
_STATES, _ENCODED, _RECOGNISED, _WORK = "files.json", "encoded.part", "recognised", "work"
_BUILDING, _REMOVED, _VERIFIED = ".building-", ".removed-", ".verified-"
_LEFTOVERS = (_BUILDING, _REMOVED, f".{_CURRENT}-", f".{_STATES}-")
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot says of itself.

    ``embedder`` and ``multilingual`` are fingerprints; ``recipe`` is what besides the documents decided its content;
    ``files`` maps each file's name to its SHA-256; ``built_at`` is ISO 8601, UTC.
    """

    id: str
    recipe: str
    embedder: str
    dimension: int
    store: str
    documents: int
    passages: int
    sentences: int
    built_at: str
    multilingual: str | None = None
    unreadable: tuple[Unreadable, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


def states_path(index: Path) -> Path:
    """Where is kept what is known of the corpus's files; a cache."""
    return index / _STATES


def states_draft(index: Path) -> Path:
    """Where a build writes that down before it takes the place of what is kept."""
    return index / f".{_STATES}-{os.getpid()}"


def encoded_path(index: Path) -> Path:
    """Where a build keeps what it has encoded, until it is published."""
    return index / _ENCODED


def work_path(index: Path) -> Path:
    """Where a build lays out what workers encode for it."""
    return index / _WORK


def recognised_path(index: Path) -> Path:
    """Where the text of pages that are pictures is kept, so that each is recognised once."""
    return index / _RECOGNISED


@contextmanager
def exclusive(index: Path) -> Iterator[None]:
    """Hold the index's lock; it dies with the process, so a killed build leaves none behind.

    Raises:
        IndexLocked: another process holds it; says which.
    """
    index.mkdir(parents=True, exist_ok=True)
    with (index / _LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise IndexLocked(f"process {holder} is building this index; wait until it has finished") from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def add(index: Path, manifest: Manifest, write_parts: Callable[[Path], None]) -> None:
    """Write a snapshot beside the others and let CURRENT name it; until then nothing that is served changes."""
    index.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(index)  # of builds that were killed: what they take may be what this one lacks
    building = index / f"{_BUILDING}{os.getpid()}"
    target = index / manifest.id
    try:
        _fill(building, manifest, write_parts)
        if target.exists():  # an unsound one: the indexer does not build again what it can open
            target.rename(index / f"{_REMOVED}{manifest.id}-{os.getpid()}")
        building.rename(target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)  # on a full disk, what it takes is what the next build needs
        raise
    sync_folder(index)
    publish(index, manifest.id)


def _fill(building: Path, manifest: Manifest, write_parts: Callable[[Path], None]) -> None:
    """Write all files of a snapshot, and force them to the disk."""
    building.mkdir()
    write_parts(building)
    files = {name: _sync(building / name) for name in _names(building)}
    content = json.dumps(asdict(manifest) | {"files": files}, ensure_ascii=False, indent=1)
    (building / _MANIFEST).write_text(content, "utf-8")
    (building / _SEAL).write_text(_sync(building / _MANIFEST) + "\n", "utf-8")
    _sync(building / _SEAL)
    for folder in (*(path for path in building.rglob("*") if path.is_dir()), building):
        sync_folder(folder)


def publish(index: Path, snapshot_id: str) -> None:
    """Let CURRENT name a snapshot, atomically."""
    draft = index / f".{_CURRENT}-{os.getpid()}"
    draft.write_text(snapshot_id + "\n", "utf-8")
    _sync(draft)
    draft.replace(index / _CURRENT)
    sync_folder(index)


def sweep(index: Path, keep: int) -> None:
    """Remove what builds left behind and all but the newest ``keep`` snapshots.

    The current one always stays, and so does one that any process has open: it goes with a later sweep.
    """
    encoded_path(index).unlink(missing_ok=True)
    _remove_leftovers(index)
    current = current_id(index)
    others = [snapshot_id for snapshot_id in list_ids(index) if snapshot_id != current]
    for snapshot_id in others[max(keep - 1, 0) :]:
        _remove(index, snapshot_id)
    kept = {f"{_VERIFIED}{snapshot_id}" for snapshot_id in list_ids(index)}
    for record in index.glob(f"{_VERIFIED}*"):
        if record.name not in kept:
            record.unlink(missing_ok=True)


def _remove_leftovers(index: Path) -> None:
    """Remove what killed builds were writing or removing; whoever calls this holds the index's lock."""
    for leftover in [path for prefix in _LEFTOVERS for path in index.glob(f"{prefix}*")]:
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _remove(index: Path, snapshot_id: str) -> None:
    """Take away a snapshot that nobody has open: its name first, so that no half of it is ever found under it."""
    with suppress(OSError), (index / snapshot_id / _SEAL).open("rb") as seal:
        fcntl.flock(seal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed = (index / snapshot_id).rename(index / f"{_REMOVED}{snapshot_id}-{os.getpid()}")
        shutil.rmtree(removed, ignore_errors=True)


def hold(index: Path, snapshot_id: str) -> int:
    """Keep a snapshot from being swept for as long as the returned file descriptor is open.

    Raises:
        SnapshotDamaged: it has no seal, or is being removed.
    """
    try:
        descriptor = os.open(index / snapshot_id / _SEAL, os.O_RDONLY)
    except OSError as error:
        raise SnapshotDamaged(f"snapshot {snapshot_id}: {_SEAL} is missing; run: qa index") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise SnapshotDamaged(f"snapshot {snapshot_id}: it is being removed; run: qa index") from error
    return descriptor


def current_id(index: Path) -> str | None:
    """The id that CURRENT names, None before the first build, and ``(damaged)`` where CURRENT holds no id."""
    try:
        named = (index / _CURRENT).read_bytes().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError:
        return NO_ID
    return named if _ID.fullmatch(named) else NO_ID


def publication(index: Path) -> tuple[str | None, int]:
    """What CURRENT names and when it was written (nanoseconds): another pair means that something was published."""
    try:
        moment = (index / _CURRENT).stat().st_mtime_ns
    except OSError:
        moment = 0
    return current_id(index), moment


def list_ids(index: Path) -> list[str]:
    """All snapshots in the index, newest first."""
    found = ((path.name, status(path / _MANIFEST)) for path in index.glob("*") if _ID.fullmatch(path.name))
    written = [(manifest.st_mtime_ns, name) for name, manifest in found if manifest and stat.S_ISREG(manifest.st_mode)]
    return [name for _, name in sorted(written, reverse=True)]


def find(index: Path, beginning: str) -> str:
    """The id of the snapshot whose id begins like this.

    Raises:
        IndexMissing: there is none, or more than one.
    """
    found = [snapshot_id for snapshot_id in list_ids(index) if snapshot_id.startswith(beginning)]
    if len(found) != 1:
        many = "no snapshot" if not found else "more than one snapshot"
        raise IndexMissing(f"{many} begins with {beginning!r}; qa snapshots lists what there is")
    return found[0]


def size_of(index: Path, snapshot_id: str) -> int:
    """The bytes that a snapshot takes."""
    found = (status(path) for path in (index / snapshot_id).rglob("*"))
    return sum(file.st_size for file in found if file and stat.S_ISREG(file.st_mode))


def read_manifest(index: Path, snapshot_id: str) -> Manifest:
    """Read what a snapshot says of itself, without opening it.

    Raises:
        SnapshotDamaged: the manifest is missing, has a wrong byte or is another snapshot's.
        SnapshotOutdated: it was written by another version of the format.
    """
    folder = index / snapshot_id
    try:
        content = (folder / _MANIFEST).read_bytes()
        if hashlib.sha256(content).hexdigest() != (folder / _SEAL).read_text("utf-8").strip():
            raise ValueError(_SEAL)
        fields = json.loads(content)
        if fields["id"] != snapshot_id:
            raise ValueError(snapshot_id)
        found = fields["format"]
        unreadable = tuple(Unreadable(**entry) for entry in fields.pop("unreadable"))
        if found in (*EARLIER, FORMAT):
            return Manifest(**fields, unreadable=unreadable)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotDamaged(f"snapshot {snapshot_id}: {_MANIFEST} is missing or damaged; run: qa index") from error
    raise SnapshotOutdated(f"snapshot {snapshot_id} has format {found}, this version reads {FORMAT}; run: qa index")


def verify(index: Path, manifest: Manifest, *, again: bool = False, below: str = "") -> None:
    """Compare every file with the manifest; those that were compared on this machine only where ``again`` is wanted.

    With ``below`` only the files whose names begin with it are looked at.

    Raises:
        SnapshotDamaged: naming the first file that is missing, superfluous, unreadable or has a wrong byte.
    """
    folder = index / manifest.id
    present = set(_names(folder)) - {_MANIFEST, _SEAL}
    for name in sorted(name for name in present ^ set(manifest.files) if name.startswith(below)):
        state = "is missing" if name in manifest.files else "does not belong to it"
        raise SnapshotDamaged(f"snapshot {manifest.id}: {name} {state}; run: qa index")
    verified = Verified(index / f"{_VERIFIED}{manifest.id}")
    wanted = {name: digest for name, digest in manifest.files.items() if name.startswith(below)}
    for name, digest in wanted.items():
        try:
            known = verified.holds(name, folder / name)
            sound = (known and not again) or _digest(folder / name) == digest
        except OSError as error:
            raise SnapshotDamaged(
                f"snapshot {manifest.id}: {name} cannot be read ({error.strerror}); run: qa index"
            ) from error
        if not sound:
            verified.forget()
            raise SnapshotDamaged(f"snapshot {manifest.id}: {name} has a wrong byte; run: qa index")
    verified.save(wanted)


def check(index: Path, snapshot_id: str, *, again: bool = False) -> Manifest:
    """The manifest of a snapshot of which every byte is as it was written; ``again`` as in ``verify``.

    Raises:
        SnapshotDamaged: as ``read_manifest`` and ``verify`` do.
        SnapshotOutdated: as ``read_manifest`` does.
    """
    manifest = read_manifest(index, snapshot_id)
    verify(index, manifest, again=again)
    return manifest


def _names(folder: Path) -> list[str]:
    """All files of a snapshot, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> str:
    """Force a file to the disk; returns its SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()
