"""What is known of the corpus's files since they were last read: which of them need not be read again.

A file whose size, times and inode are as they were is not opened; one whose SHA-256 is as it was is not parsed. The
states are a cache beside the snapshots: lost, damaged or of other readers, every file is read again.
"""

import hashlib
import json
import logging
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from qa.corpus.folder import read_file
from qa.errors import UnreadableFile
from qa.index.folder import states_draft, states_path
from qa.readers.version import readers_version
from qa.types import Document, Unreadable

logger = logging.getLogger(__name__)

SETTLED_NS = 2 * 10**9
"""A file may change again within one tick of its file system's clock, 2 s at the longest (FAT), and look the same."""

Stamp = tuple[int, int, int, int]
"""Size, time of the last change of the content and of the file (ns), and inode."""


@dataclass(frozen=True, slots=True)
class FileState:
    """One file as it was when it was looked at, and what was found in it.

    ``stamp`` is None where it says nothing (a link); ``sha256`` is empty where the file could not be opened.
    ``looked_ns`` is the time, ns since 1970, just before the stamp was taken. ``corrections`` is the SHA-256 of the
    sidecar that corrected the documents, "" without one.
    """

    stamp: Stamp | None
    looked_ns: int
    sha256: str
    documents: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    corrections: str = ""

    def still(self, stamp: Stamp | None) -> bool:
        """Whether a file with this stamp has the content that was seen."""
        return stamp is not None and stamp == self.stamp and max(stamp[1:3]) + SETTLED_NS < self.looked_ns

    def holding(self, readings: Sequence[Document | Unreadable]) -> "FileState":
        """The same file, with what was read in it."""
        return replace(
            self,
            documents=tuple(reading.id for reading in readings if isinstance(reading, Document)),
            unreadable=tuple(reading for reading in readings if isinstance(reading, Unreadable)),
        )

    def same_content(self, other: "FileState") -> bool:
        """Whether two states of a file stand for the same documents and reasons."""
        mine = (self.sha256, self.documents, self.unreadable, self.corrections)
        return mine == (other.sha256, other.documents, other.unreadable, other.corrections)


@dataclass(frozen=True, slots=True)
class FileStates:
    """All files of the corpus as the build of ``snapshot`` found them, by name."""

    snapshot: str = ""
    files: Mapping[str, FileState] = field(default_factory=dict)


def look(corpus: Path, name: str, known: FileState | None, corrections: str = "") -> tuple[FileState, bytes | None]:
    """A file's state now, and, where that is not known, its bytes, which then have to be parsed.

    ``corrections`` is the SHA-256 of its sidecar; a file with another one than before is not known.
    """
    if known is not None and known.corrections != corrections:
        known = None
    looked_ns, stamp = time.time_ns(), _stamp(corpus / name)
    if known is not None and known.still(stamp):
        return known, None
    try:
        content = read_file(corpus, name)
    except UnreadableFile as error:
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        return FileState(None, looked_ns, "", (), (Unreadable(shown, str(error)),), corrections), None
    digest = hashlib.sha256(content).hexdigest()
    if known is not None and known.sha256 == digest:
        return replace(known, stamp=stamp, looked_ns=looked_ns), None
    return FileState(stamp, looked_ns, digest, corrections=corrections), content


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def load_states(index: Path) -> FileStates:
    """What the last build wrote down; nothing where that is missing, damaged or of other readers."""
    try:
        digest, _, content = states_path(index).read_bytes().partition(b"\n")
        if hashlib.sha256(content).hexdigest().encode() != digest:
            return FileStates()
        record = json.loads(content)
    except (OSError, ValueError):
        return FileStates()
    if record["readers"] != readers_version():
        return FileStates()
    files = {name: _state(*fields) for name, fields in record["files"].items()}
    return FileStates(record["snapshot"], files)


def _state(
    stamp: Sequence[int] | None,
    looked_ns: int,
    sha256: str,
    documents: Sequence[str],
    unreadable: Sequence[Sequence[str]],
    corrections: str,
) -> FileState:
    known = (stamp[0], stamp[1], stamp[2], stamp[3]) if stamp else None
    reasons = tuple(Unreadable(*entry) for entry in unreadable)
    return FileState(known, looked_ns, sha256, tuple(documents), reasons, corrections)


def forget_states(index: Path) -> None:
    """Let the next build read every file again, also those that could not be read and have not changed."""
    states_path(index).unlink(missing_ok=True)


def save_states(index: Path, states: FileStates) -> None:
    """Write the states down, atomically; where that fails, the next build reads every file again."""
    files = {
        name: (
            s.stamp,
            s.looked_ns,
            s.sha256,
            s.documents,
            [tuple(asdict(e).values()) for e in s.unreadable],
            s.corrections,
        )
        for name, s in states.files.items()
    }
    record = {"readers": readers_version(), "snapshot": states.snapshot, "files": files}
    content = json.dumps(record).encode()
    draft = states_draft(index)
    try:
        draft.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        draft.replace(states_path(index))
    except OSError as error:
        logger.warning("the states of the files cannot be kept (%s); the next build reads all", error.strerror)
        draft.unlink(missing_ok=True)
