"""The process that parses: reads files from standard input, answers in JSON, and knows nothing but the readers.

For each request, a line of JSON with the document's id and the number of bytes that follow, it answers with two
lines: ``began`` when the reader is loaded and the time of the file counts, and the readings. Answers are JSON and not
pickles, so that a parser that a file has taken over cannot make the other side run code. A request that names a task
(``tasks.py``) is answered with the task's result.
"""

import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, NamedTuple

from qa.errors import UnreadableFile
from qa.readers import read, reader_of
from qa.readers.sandbox import restrict
from qa.readers.tasks import TASKS, load_task
from qa.types import Unreadable

BEGAN = b"began"
_GRACE_S = 5


def serve(requests: IO[bytes], answers: IO[bytes], seconds: float) -> None:
    """Answer until the requests end."""
    while header := requests.readline():
        request = json.loads(header)
        content = requests.read(request["size"])
        work = _task(request, content) if request.get("task") in TASKS else _reading(request["id"], content)
        response = answer(request["id"], work, answers, seconds)
        answers.write(json.dumps(response).encode() + b"\n")
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


class Work(NamedTuple):
    """What is asked about one file: ``load`` imports what it needs, ``run`` makes the answer."""

    load: Callable[[], object]
    run: Callable[[], dict[str, Any]]


def _reading(document_id: str, content: bytes) -> Work:
    return Work(
        lambda: reader_of(document_id).load(),
        lambda: {"readings": [asdict(reading) for reading in read(document_id, content)]},
    )


def _task(request: dict[str, Any], content: bytes) -> Work:
    return Work(
        lambda: load_task(request["task"]),
        lambda: {"result": load_task(request["task"])(content, **request["arguments"])},
    )


def answer(document_id: str, work: Work, answers: IO[bytes], seconds: float) -> dict[str, Any]:
    """The answer about one file: its ``readings``, a task's ``result``, or that there was no ``memory`` for them."""
    try:
        work.load()
        answers.write(BEGAN + b"\n")
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_S)  # ends a parser whose other side has died
        return work.run()
    except ImportError as error:
        reason = f"the parser of this format is not installed ({error.name})"
    except UnreadableFile as error:
        reason = str(error)
    except MemoryError:
        return {"memory": "exhausted"}
    return {"readings": [asdict(Unreadable(document_id, reason))]}


def main() -> None:
    """Limit this process to time, memory, and a folder of its own to write in; serve."""
    seconds, memory_bytes = float(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    scratch = Path(sys.argv[3])
    tempfile.tempdir = str(scratch)
    restrict(scratch)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the answers
    serve(sys.stdin.buffer, answers, seconds)


if __name__ == "__main__":
    main()
