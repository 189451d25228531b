"""Changes of the corpus folder over HTTP: files come whole or not at all, and what is taken away can be brought back.

A file is written under a hidden name, synced, and linked to its own name only then; whoever is told that it is stored
finds it after a power cut. Deleted and replaced files are kept in the hidden folder ``.deleted`` for some days. Hidden
names are never indexed. A file's sidecar, which corrects what is known of it, goes and comes back with it. The hidden
file ``.unindexed`` stands while a change waits for a build, over restarts too.
"""

import fcntl
import filecmp
import io
import os
import shutil
import stat
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from qa.corpus.file_names import safe_name, safe_path
from qa.corpus.folder import MAX_FILE_BYTES, list_files, read_file
from qa.corpus.sidecars import NONE, SUFFIX, Corrections, sidecar_of
from qa.durable import link, status, storing, sync, sync_folder
from qa.errors import ChangeRefused, Conflict, DocumentNotFound, NotStored, TooLarge, UnreadableFile

KEPT_DAYS = 7
MAX_FILES = 20  # in one request
COPY_BYTES = 2**20
MB = 2**20
_DRAFT, _DELETED, _UNINDEXED = ".upload-", ".deleted", ".unindexed"


class Outcome(StrEnum):
    """What became of an uploaded file."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is in the corpus, and on the disk."""

    document_id: str
    outcome: Outcome


class Uploads:
    """Adds, deletes and brings back files of one corpus folder; ``free_bytes`` of its disk stay free."""

    def __init__(self, corpus: Path, index: Path, free_bytes: int, kept_days: int = KEPT_DAYS) -> None:
        self._corpus = corpus
        self._index = index
        self._free_bytes = free_bytes
        self._kept_days = kept_days
        self._lock = threading.Lock()

    def add(self, name: str, content: BinaryIO, replace: bool = False, folders: bool = False) -> Stored:
        """Put a file into the corpus under its safe name; it is on the disk when this returns.

        With ``folders`` it keeps the folders of its name, each under a safe name of its own.

        A file of the same name and content is left as it is. One of the same name and other content is kept aside
        with ``replace``, and stands against the upload without.

        Raises:
            NameRefused: the suffix is of no supported format.
            ChangeRefused: the file is empty.
            TooLarge: the file is larger than allowed.
            Conflict: another file has the name, or something that is no file.
            NotStored: there is no room, or the folder cannot be written.
        """
        document_id = safe_path(name) if folders else safe_name(name)
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        if not size:
            raise ChangeRefused("the file is empty")
        if size > MAX_FILE_BYTES:
            raise TooLarge(f"the file has {size} bytes, at most {MAX_FILE_BYTES} are taken; split it")
        with storing():
            self._make_folder()
            self.check_disk(size)
            with self._draft(content) as draft, self._alone():
                self._make_folders(document_id)
                outcome = self._publish(draft, self._corpus / document_id, replace)
        return Stored(document_id, outcome)

    def delete(self, document_id: str) -> None:
        """Take a file out of the corpus and keep it aside.

        Raises:
            DocumentNotFound: no file has this id.
            Conflict: the document is a line of a file, or the file is a link.
            NotStored: the folder cannot be written.
        """
        with self._alone(), storing():
            path = self._find(document_id)
            self._mark()
            kept = self._place_for(document_id)
            path.rename(kept)
            _move_sidecar(path, kept)
            self._sync_folders(kept)
            self._sync_folders(path)

    def restore(self, document_id: str) -> None:
        """Bring back the file of this id that was deleted last.

        Raises:
            DocumentNotFound: none of this id is kept.
            Conflict: another file has its name by now.
            NotStored: the folder cannot be written.
        """
        with self._alone(), storing():
            kept = self._kept(document_id)
            target = self._corpus / document_id
            if not target.parent.resolve().is_relative_to(self._corpus.resolve()):
                raise Conflict("the folder of this document is a link by now; put the file back by hand")
            self._mark()
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise Conflict("the folder of this document is a file by now; put the file back by hand") from error
            link(kept, target)
            _move_sidecar(kept, target)
            self._sync_folders(target)
            kept.unlink(missing_ok=True)

    def corrections(self, document_id: str) -> Corrections:
        """What the sidecar of a file says; nothing where there is none, or none that can be read."""
        try:
            return Corrections.parse(read_file(self._corpus, f"{document_id}{SUFFIX}"))
        except UnreadableFile:
            return NONE

    def correct(self, document_id: str, corrections: Corrections) -> None:
        """Put a sidecar beside a file, in the place of one that is there; with nothing to say, take it away.

        Raises:
            DocumentNotFound: no file has this id.
            Conflict: the document is a line of a file, or the file is a link.
            NotStored: there is no room, or the folder cannot be written.
        """
        with storing():
            content = corrections.dump()
            self.check_disk(len(content))
            with self._draft(io.BytesIO(content)) as draft, self._alone():
                sidecar = sidecar_of(self._find(document_id))
                self._mark()
                if corrections.values:
                    draft.replace(sidecar)
                else:
                    sidecar.unlink(missing_ok=True)
                sync_folder(sidecar.parent)

    def check_disk(self, size: int) -> None:
        """See whether the disk has room for so many bytes.

        Raises:
            NotStored: it has not.
        """
        corpus = self._corpus.resolve()
        free = shutil.disk_usage(next(folder for folder in (corpus, *corpus.parents) if folder.is_dir())).free
        if free - size < self._free_bytes:
            raise NotStored(
                f"{size} bytes do not fit: the disk has {free // MB} MB free, and {self._free_bytes // MB} MB "
                "must stay so; make room and try again"
            )

    def unindexed(self) -> str | None:
        """A token of the last change that no build has been told to hold, None where there is none.

        It is given out only when the change is complete: a build that begins then finds it in the folder.
        """
        with self._alone():
            return self._token()

    def settle(self, token: str) -> None:
        """Note that a build holds every change up to this token."""
        with self._alone():
            if self._token() == token:
                (self._corpus / _UNINDEXED).unlink()

    def sweep(self) -> None:
        """Remove what killed uploads left behind, and what was deleted long ago."""
        for draft in self._corpus.glob(f"{_DRAFT}*"):
            with suppress(OSError), draft.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while an upload still writes it
                draft.unlink()
        self._forget_old()

    def _forget_old(self) -> None:
        """Remove for good what was deleted long ago."""
        self._forget(time.time_ns() - self._kept_days * 86_400 * 10**9)

    def purge(self) -> int:
        """Remove for good all that was deleted or replaced; returns how many versions that were."""
        with self._alone(), storing():
            return self._forget(time.time_ns())

    def _forget(self, oldest: int) -> int:
        removed = 0
        for folder in self._deletions():
            if int(folder.name) < oldest:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        return removed

    def _make_folder(self) -> None:
        if not self._corpus.is_dir():
            self._corpus.mkdir(parents=True, exist_ok=True)
            sync_folder(self._corpus.parent)

    def _make_folders(self, document_id: str) -> None:
        """The folders of an id, on the disk; none of them is a link, which could lead out of the corpus."""
        folder = self._corpus
        for name in document_id.split("/")[:-1]:
            folder /= name
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                raise Conflict(f"{name} is a link or a file there; rename the folder")
            if not folder.exists():
                folder.mkdir()
                sync_folder(folder.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other thread or process of this server change the folder meanwhile."""
        with self._lock:
            if not self._corpus.is_dir():
                yield
                return
            folder = os.open(self._corpus, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)

    @contextmanager
    def _draft(self, content: BinaryIO) -> Iterator[Path]:
        """The content in a hidden file, on the disk; the file is gone at the end, and locked until then."""
        draft = self._corpus / f"{_DRAFT}{uuid.uuid4().hex}"
        try:
            with draft.open("xb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                shutil.copyfileobj(content, file, COPY_BYTES)
                file.flush()
                os.fsync(file.fileno())
                yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _publish(self, draft: Path, target: Path, replace: bool) -> Outcome:
        old = status(target)
        if old is None:
            self._mark()
            link(draft, target)
            sync_folder(target.parent)
            return Outcome.ADDED
        if not stat.S_ISREG(old.st_mode):
            raise Conflict(f"{target.name} is a link or a folder there; rename the file")
        if filecmp.cmp(draft, target, shallow=False):
            sync(target)
            sync_folder(target.parent)
            return Outcome.UNCHANGED
        if not replace:
            raise Conflict(f"another document is called {target.name}; rename the file, or send it with replace=true")
        self._mark()
        kept = self._place_for(target.relative_to(self._corpus).as_posix())
        link(target, kept)
        self._sync_folders(kept)
        draft.replace(target)
        sync_folder(target.parent)
        return Outcome.REPLACED

    def is_kept(self, document_id: str) -> bool:
        """Whether ``restore`` would find something."""
        try:
            return bool(self._kept(document_id))
        except DocumentNotFound:
            return False

    def holds(self, document_id: str) -> bool:
        """Whether a document is a file of its own, and no part of one."""
        return (self._corpus / document_id).is_file()

    def _find(self, document_id: str) -> Path:
        files = list_files(self._corpus, self._index) if self._corpus.is_dir() else []
        if document_id not in files:
            holder, _, line = document_id.rpartition("/")
            if line and holder in files:
                raise Conflict(f"this document is one of those in {holder}; delete or replace that file")
            raise DocumentNotFound("no document has this id; GET /documents lists them")
        path = self._corpus / document_id
        if path.is_symlink():
            raise Conflict("this is a link; remove it in the folder itself")
        return path

    def _token(self) -> str | None:
        try:
            return (self._corpus / _UNINDEXED).read_text("utf-8")
        except FileNotFoundError:
            return None

    def _mark(self) -> None:
        """Note, before anything changes, that a build is due."""
        mark = self._corpus / _UNINDEXED
        mark.write_text(uuid.uuid4().hex, "utf-8")
        sync(mark)

    def _place_for(self, document_id: str) -> Path:
        """Where a version of a document is to be kept; the folders are there."""
        deleted = self._corpus / _DELETED
        if deleted.is_symlink():
            raise Conflict(f"{_DELETED} in the corpus folder is a link; remove it")
        self._forget_old()  # a server may run for longer than that
        kept = deleted / str(time.time_ns()) / document_id
        kept.parent.mkdir(parents=True)
        self._sync_folders(kept)
        return kept

    def _sync_folders(self, path: Path) -> None:
        """Force the names of a path to the disk, from its own folder up to the corpus."""
        for folder in path.parents[: len(path.relative_to(self._corpus).parts)]:
            sync_folder(folder)

    def _kept(self, document_id: str) -> Path:
        for folder in self._deletions():
            inside = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
            if document_id in inside:
                return inside[document_id]
        raise DocumentNotFound("no deleted document of this id is kept")

    def _deletions(self) -> list[Path]:
        """One folder for each deletion, the last first."""
        deleted = self._corpus / _DELETED
        folders = (
            [folder for folder in deleted.glob("*") if folder.name.isdecimal()] if not deleted.is_symlink() else []
        )
        return sorted(folders, key=lambda folder: int(folder.name), reverse=True)


def _move_sidecar(path: Path, target: Path) -> None:
    """Let a file's sidecar follow it, unless one is there already."""
    source, moved = sidecar_of(path), sidecar_of(target)
    if status(source) is not None and status(moved) is None:
        source.rename(moved)
