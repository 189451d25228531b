"""Parsing in a process of its own that can be killed: a file that holds, fills or crashes its parser ends only that.

The process is started afresh (exec, not fork: a fork takes over locks that FAISS's threads hold) at the first file,
serves one file after another, and is replaced after it had to be killed. It gets no environment but its search path.
"""

import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from time import monotonic
from types import TracebackType
from typing import IO, Any, Self

from qa.errors import CorpusError, UnreadableFile
from qa.readers import reader_of
from qa.readers.scanned import Scanned
from qa.readers.worker import BEGAN
from qa.types import Document, Unreadable

SECONDS = 10.0
MEMORY_BYTES = 512 * 2**20
_START_SECONDS = 60.0  # to start Python and import a format's libraries, on a busy machine with cold caches
_MAX_ANSWER_BYTES = 512 * 2**20
_READ_BYTES = 2**20


class _TookTooLong(Exception):
    """The process has not answered within the limit of time."""


class _Ended(Exception):
    """The process ended without an answer, or had no memory for one."""


class Parser:
    """Reads files in another process, each within limits of time (seconds) and memory (bytes of address space).

    A file whose parser crashes, or runs out of memory, after it has read others is tried once more in a fresh process:
    what other files left behind decides about none. Threads may share a parser; they take turns. ``close`` ends the
    process; the next file would start another.
    """

    def __init__(self, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._worker: _Worker | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The process that waits for files; None where none does."""
        return self._worker.process_id if self._worker else None

    def parse(self, document_id: str, content: bytes) -> list[Document | Unreadable]:
        """Read one file; whatever is wrong with it is said by an ``Unreadable`` in the list.

        Raises:
            CorpusError: the process that parses cannot be started.
        """
        try:
            reader_of(document_id)
            with self._lock:
                return readings_of(self._parse({"id": document_id}, content)["readings"])
        except UnreadableFile as error:
            return [Unreadable(document_id, str(error))]

    def run(self, task: str, content: bytes, **arguments: object) -> Any:
        """The result of a task of ``tasks.py`` over a file's bytes, as JSON holds it.

        Raises:
            UnreadableFile: the file cannot be read, or takes more time or memory than it may.
            CorpusError: the process that parses cannot be started.
        """
        with self._lock:
            response = self._parse({"id": "", "task": task, "arguments": arguments}, content)
        if "result" not in response:
            raise UnreadableFile(response["readings"][0]["reason"])
        return response["result"]

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _parse(self, request: Mapping[str, Any], content: bytes) -> dict[str, Any]:
        try:
            if self._worker is not None:
                try:
                    return self._ask(self._worker, request, content)
                except _Ended:
                    self._end()
            self._worker = self._start()
            return self._ask(self._worker, request, content)
        except _TookTooLong as error:
            self._end()
            raise UnreadableFile(f"reading it takes longer than {self._seconds:g} s; split or simplify it") from error
        except _Ended as error:
            self._end()
            raise UnreadableFile(
                f"its parser crashed or needs more than {self._memory_bytes // 2**20} MB; split or simplify it"
            ) from error

    def _start(self) -> "_Worker":
        try:
            return _Worker(self._seconds, self._memory_bytes)
        except OSError as error:
            raise CorpusError(f"the process that parses files cannot be started ({error.strerror})") from error

    def _ask(self, worker: "_Worker", request: Mapping[str, Any], content: bytes) -> dict[str, Any]:
        header = json.dumps({**request, "size": len(content)}).encode() + b"\n"
        try:
            line = worker.exchange(header + content, _START_SECONDS)
        except _TookTooLong as error:
            self._end()
            raise CorpusError(f"the process that parses files does not start within {_START_SECONDS:g} s") from error
        if line == BEGAN:
            line = worker.exchange(b"", self._seconds)
        response: dict[str, Any] = json.loads(line)
        if not {"readings", "result"} & response.keys():
            raise _Ended
        return response

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


def readings_of(records: Sequence[Mapping[str, Any]]) -> list[Document | Unreadable]:
    """What the other process has read, from what JSON holds of it."""
    return [_reading_of(fields) for fields in records]


def _reading_of(fields: Mapping[str, Any]) -> Document | Unreadable:
    if "text" in fields:
        return Document.from_fields(fields)
    if "pages" in fields:
        return Scanned(fields["document_id"], fields["reason"], tuple(fields["pages"]))
    return Unreadable(**fields)


class _Worker:
    """The other process and the pipes to it; neither side of them ever waits longer than it is told."""

    def __init__(self, seconds: float, memory_bytes: int) -> None:
        self._scratch = tempfile.mkdtemp(prefix="qa-parser-")
        try:
            self._process = self._started(str(seconds), str(memory_bytes), self._scratch)
        except OSError:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        self._requests, self._answers = _pipe(self._process.stdin), _pipe(self._process.stdout)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._answers, selectors.EVENT_READ)
        self._received = b""

    def _started(self, *limits: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  this very Python, with its limits for arguments
            [sys.executable, "-X", "utf8", "-m", "qa.readers.worker", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # an interrupt from the keyboard is for this process, which then ends that one
            env={
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "PYTHONHASHSEED": "0",  # the same file gives the same document
                "TZ": "UTC",
            },
        )

    @property
    def process_id(self) -> int:
        return self._process.pid

    def exchange(self, request: bytes, seconds: float) -> bytes:
        """Send a request and wait for a line, which comes without its end.

        Raises:
            _TookTooLong: it has not come in time.
            _Ended: it will not come.
        """
        deadline = monotonic() + seconds
        if request:
            self._selector.register(self._requests, selectors.EVENT_WRITE)
        unsent, parts, size = memoryview(request), [self._received], 0
        while b"\n" not in parts[-1]:
            ready = {key.fileobj for key, _ in self._selector.select(max(deadline - monotonic(), 0))}
            if not ready:
                raise _TookTooLong
            if self._requests in ready:
                unsent = self._send(unsent)
            if self._answers in ready:
                parts.append(os.read(self._answers, _READ_BYTES))
                size += len(parts[-1])
                if not parts[-1] or size > _MAX_ANSWER_BYTES:
                    raise _Ended
        line, _, self._received = b"".join(parts).partition(b"\n")
        return line

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            unsent = unsent[os.write(self._requests, unsent) :]
        except BrokenPipeError as error:
            raise _Ended from error
        if not unsent:
            self._selector.unregister(self._requests)
        return unsent

    def end(self) -> None:
        """Kill the process and wait for its end."""
        self._selector.close()
        self._process.kill()
        self._process.communicate()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _pipe(file: IO[bytes] | None) -> int:
    assert file is not None
    os.set_blocking(file.fileno(), False)
    return file.fileno()
