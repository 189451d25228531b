"""Files of one line of JSON a record, beside the snapshots, that are only ever appended to."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO


def line_of(record: object) -> bytes:
    """The line that holds a record."""
    return json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"


def append(path: Path, line: bytes) -> None:
    """Add a line; one that a crash cut short is ended first, so that only that one is lost.

    Raises:
        OSError: the disk is full, or the file cannot be written.
    """
    with path.open("ab+") as file:
        torn = file.seek(0, os.SEEK_END) and not _ends_a_line(file)
        file.write(b"\n" * torn + line)


def records(path: Path) -> Iterator[Any]:
    """What the lines of a file hold; one that a crash cut short is passed over.

    Raises:
        OSError: the file cannot be read.
    """
    for line in path.read_bytes().split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            continue  # empty, or cut short by a crash


def _ends_a_line(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read() == b"\n"
