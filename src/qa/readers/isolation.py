"""Parsing in a process of its own that can be killed: a file that holds, fills or crashes its parser ends only that.

The process is started afresh (exec, not fork: a fork takes over locks that FAISS's threads hold), at the first file,
serves one file after another, and is replaced after it had to be killed. It gets no environment but its search path.
"""

import json
import os
import subprocess
import sys
import threading
from time import monotonic
from types import TracebackType
from typing import Self

from qa.errors import CorpusError, UnreadableFile
from qa.readers import reader_of
from qa.readers.worker import BEGAN
from qa.types import Document, Unreadable

SECONDS = 10.0
MEMORY_BYTES = 512 * 2**20
_START_SECONDS = 60.0  # to start Python and import a format's libraries, on a busy machine with cold caches
_MAX_ANSWER_BYTES = 512 * 2**20


class _TookTooLong(Exception):
    """The process was killed at the limit of time."""


class _Ended(Exception):
    """The process ended without an answer, or had no memory for one."""


class Parser:
    """Reads files in another process, each within limits of time (seconds) and memory (bytes of address space).

    Threads may share a parser; they take turns. ``close`` ends the process; the next file would start another.
    """

    def __init__(self, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The process that is waiting for files; None where none is."""
        return self._process.pid if self._process else None

    def parse(self, document_id: str, content: bytes) -> list[Document | Unreadable]:
        """Read one file; whatever is wrong with it is said by an ``Unreadable`` in the list.

        Raises:
            CorpusError: the process that parses cannot be started.
        """
        try:
            reader_of(document_id)
            with self._lock:
                return self._parse(document_id, content)
        except UnreadableFile as error:
            return [Unreadable(document_id, str(error))]

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _parse(self, document_id: str, content: bytes) -> list[Document | Unreadable]:
        try:
            if self._process is not None:
                try:
                    return self._ask(self._process, document_id, content)
                except _Ended:
                    self._end()  # perhaps for what earlier files left behind: this one gets a fresh process
            return self._ask(self._start(), document_id, content)
        except _TookTooLong as error:
            self._end()
            raise UnreadableFile(f"reading it takes longer than {self._seconds:g} s; split or simplify it") from error
        except _Ended as error:
            self._end()
            raise UnreadableFile(
                f"its parser crashed or needs more than {self._memory_bytes // 2**20} MB; split or simplify it"
            ) from error

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(  # noqa: S603  this very Python, with numbers for arguments
            [sys.executable, "-X", "utf8", "-m", "qa.readers.worker", str(self._seconds), str(self._memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt from the keyboard is for this process, which then ends that one
            env={
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "PYTHONHASHSEED": "0",  # the same file gives the same document
                "TZ": "UTC",
            },
        )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, process: subprocess.Popen[bytes], document_id: str, content: bytes) -> list[Document | Unreadable]:
        header = json.dumps({"id": document_id, "size": len(content)}).encode() + b"\n"
        try:
            line = _exchange(process, header + content, _START_SECONDS)
        except _TookTooLong as error:
            self._end()
            raise CorpusError(f"the process that parses files does not start within {_START_SECONDS:g} s") from error
        if line == BEGAN:
            line = _exchange(process, b"", self._seconds)
        answer = json.loads(line)
        if "readings" not in answer:
            raise _Ended
        return [
            Document.from_fields(fields) if "text" in fields else Unreadable(**fields) for fields in answer["readings"]
        ]


def _exchange(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes:
    """Send a request and wait for a line, after the limit with a dead process."""
    assert process.stdin is not None
    assert process.stdout is not None
    started = monotonic()
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        process.stdin.write(request)
        process.stdin.flush()
        line = process.stdout.readline(_MAX_ANSWER_BYTES)
    except OSError:
        line = b""  # it has gone
    finally:
        timer.cancel()
        timer.join()
    if line.endswith(b"\n"):
        return line
    raise _TookTooLong if monotonic() - started >= seconds else _Ended
