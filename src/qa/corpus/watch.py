"""A folder → a call whenever something in it has changed and it has come to rest."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import Change
from watchfiles import watch as watch_files

from qa.corpus.ignored import IGNORE_FILE
from qa.errors import CorpusError, IndexLocked, QAError, message_of

logger = logging.getLogger(__name__)

REST_MS = 400  # without a change, after which the folder counts as at rest
LONGEST_MS = 5000  # of changes without a rest
LOOK_MS = 500


def watch(corpus: Path, index: Path, stop: threading.Event, on_change: Callable[[], None]) -> None:
    """Call ``on_change`` once when watching has begun, and after every change of the corpus, until ``stop`` is set.

    The first call covers what changed before. Hidden files, and the index where it lies inside the corpus, do not
    count. Expected failures of ``on_change`` are logged and end nothing; while another process holds the index's
    lock it is called again and again. A folder that is taken away, or cannot be watched, is waited for.
    """
    last_message = ""
    while not stop.is_set():
        if corpus.is_dir():
            try:
                _watch(corpus, index, stop, on_change)
                last_message = ""
            except CorpusError as error:
                last_message = _report(str(error), last_message)
        stop.wait(LOOK_MS / 1000)


def _watch(corpus: Path, index: Path, stop: threading.Event, on_change: Callable[[], None]) -> None:
    due = True
    for changed in _changes(corpus, index, stop):
        due = due or changed
        if due:
            due = not _called(on_change)


def _report(message: str, last_message: str) -> str:
    """Log a message unless it was the last one; returns it."""
    if message != last_message:
        logger.error("%s", message)
    return message


def _changes(corpus: Path, index: Path, stop: threading.Event) -> Iterator[bool]:
    """Whether there was a change, every ``LOOK_MS`` and at each; ends with ``stop``, and with the folder.

    Raises:
        CorpusError: the folder was taken away just now, or the system watches no more folders.
    """
    try:
        yield from _watched(corpus.resolve(), index.resolve(), stop)
    except (OSError, RuntimeError) as error:  # watchfiles raises its own RuntimeError beside the system's errors
        raise CorpusError(f"the folder {corpus} cannot be watched ({error}); it will be tried again") from error


def _watched(folder: Path, left_out: Path, stop: threading.Event) -> Iterator[bool]:
    inode = folder.stat().st_ino

    def counts(_: Change, path: str) -> bool:
        return _counts(folder, left_out, Path(path))

    batches = watch_files(
        folder, watch_filter=counts, step=REST_MS, debounce=LONGEST_MS, stop_event=stop,
        rust_timeout=LOOK_MS, yield_on_timeout=True, ignore_permission_denied=True,
    )  # fmt: skip
    for changes in batches:
        yield bool(changes)
        try:
            if folder.stat().st_ino != inode:
                return
        except OSError:
            return


def _counts(corpus: Path, index: Path, path: Path) -> bool:
    """Whether a change of a path is one of the corpus; what lies behind a link to a folder is not."""
    path = path.parent.resolve() / path.name
    if path.is_relative_to(index) or not path.is_relative_to(corpus):
        return False
    if path == corpus / IGNORE_FILE:
        return True
    return not any(part.startswith(".") for part in path.relative_to(corpus).parts)


def _called(on_change: Callable[[], None]) -> bool:
    """Call it; False where it is to be called again soon."""
    try:
        on_change()
    except IndexLocked as error:
        logger.info("%s", error)
        return False
    except (QAError, OSError) as error:
        logger.error("%s", message_of(error))
    return True
