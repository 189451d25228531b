"""Changes of files that are on the disk when they return, and what a full disk says."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.errors import Conflict, NotStored

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_IN_WORDS = re.compile(r"^\d+ requested and \d+ written$|" + "|".join(re.escape(os.strerror(c)) for c in _FULL))
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@contextmanager
def noticing_full_disk() -> Iterator[None]:
    """Say in one way that the disk is full, whoever wrote: libraries put it in words, or say how many bytes were left.

    Raises:
        NotStored: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or (error.errno is None and _FULL_IN_WORDS.search(str(error))):
            raise NotStored("the disk is full; nothing was changed; make room and try again") from error
        raise


@contextmanager
def storing() -> Iterator[None]:
    """Tell a full disk, or one that is not to be written, from other failures.

    Raises:
        NotStored: the disk is full, or the folder cannot be written.
    """
    try:
        with noticing_full_disk():
            yield
    except OSError as error:
        if error.errno in _READ_ONLY:
            raise NotStored(f"the folder cannot be written ({error.strerror}); nothing was changed") from error
        raise


def link(source: Path, target: Path) -> None:
    """Give a file a second name; where the file system has no links, another name.

    Raises:
        Conflict: something has that name.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError as error:
        raise Conflict(f"another document is called {target.name}; delete or rename that first") from error
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(target):
            raise
        source.rename(target)


def status(path: Path) -> os.stat_result | None:
    """What the file system says of a name itself, links not followed; None where nothing has it."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def sync(path: Path) -> None:
    """Force a file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
