"""What readers say about passages, one line of JSON each, and which documents an answer has ever cited.

Both files stand beside the snapshots. A judgement names the passage by its place in the
document as well as by its id, since another build may number passages otherwise.
"""

import hashlib
import logging
import shutil
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

from qa.durable import status, storing
from qa.errors import NotStored, QuestionError
from qa.serving.json_lines import append, line_of, records

logger = logging.getLogger(__name__)

JUDGEMENTS, SHOWN = "judgements.jsonl", "shown.jsonl"
LOOK_S = 1.0
MOST_BYTES = 64 * 2**20  # some 100,000 judgements


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reader's word on one passage: grade 1 answers the question, 0 does not, None takes the last word back.

    Offsets are code points into the document, end exclusive; ``at`` is ISO 8601, UTC. ``text_sha256`` is of the text
    there: it tells whether another build still has it. None in lines of before it was kept.
    """

    question: str
    document_id: str
    passage_id: str
    start_char_index: int
    end_char_index: int
    grade: int | None
    snapshot: str
    at: str
    text_sha256: str | None = None

    def is_about(self, document_text: str) -> bool:
        """Whether the judged text still stands at its place; a line that does not say what it was is believed."""
        text = document_text[self.start_char_index : self.end_char_index]
        return bool(text) and self.text_sha256 in (None, text_sha256(text))


def text_sha256(text: str) -> str:
    """The sum that a judgement keeps of a passage."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Judgements:
    """The file of judgements; it grows to ``most_bytes``, and while the disk has ``free_bytes`` beside it."""

    def __init__(self, path: Path, free_bytes: int = 0, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._free_bytes = free_bytes
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def add(self, judgement: Judgement) -> None:
        """Append one line; it is on its way to the disk when this returns.

        Raises:
            NotStored: the file is as large as it may become, or the disk has no room or cannot be written.
        """
        line = line_of(asdict(judgement))
        with self._lock, storing():
            state = status(self._path)
            if (state.st_size if state else 0) + len(line) > self._most_bytes:
                raise NotStored(f"the judgements fill {self._most_bytes // 2**20} MB, the most that they may")
            if shutil.disk_usage(self._path.parent).free - len(line) < self._free_bytes:
                raise NotStored("the disk has no room for a judgement; nothing was written")
            append(self._path, line)


def read_judgements(path: Path) -> list[Judgement]:
    """What counts in a file of judgements: the last word on each question and passage, what was taken back left out.

    A line that a crash cut short is passed over.

    Raises:
        QuestionError: a line is JSON but no judgement.
    """
    last: dict[tuple[str, str, int, int], Judgement] = {}
    for record in records(path):
        judgement = _parse(record, path)
        span = (judgement.document_id, judgement.start_char_index, judgement.end_char_index)
        last[judgement.question, *span] = judgement
    return [judgement for judgement in last.values() if judgement.grade is not None]


def holds_judgements(path: Path) -> bool:
    """Whether a file is one of judgements, by its first line; else it is one of questions."""
    with path.open("rb") as file:
        first = file.readline()
    return b'"passage_id"' in first and b'"grade"' in first


def _parse(record: Any, path: Path) -> Judgement:
    try:
        return Judgement(**record)
    except TypeError as error:
        fields = ", ".join(field.name for field in dataclass_fields(Judgement))
        raise QuestionError(f"{path}: {str(record)[:80]!r} is no judgement, which has {fields}") from error


class Shown:
    """The ids of the documents that some answer has cited since the file was begun."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._ids: set[str] = set()
        self._size = self._look_at = 0.0
        self._read()

    def __contains__(self, document_id: str) -> bool:
        if time.monotonic() >= self._look_at:
            self._read()
        return document_id in self._ids

    def _read(self) -> None:
        """Learn what other processes of the server have noted."""
        state = status(self._path)
        self._look_at = time.monotonic() + LOOK_S
        if state and state.st_size != self._size:
            self._ids |= set(records(self._path))
            self._size = state.st_size

    def add(self, document_ids: Iterable[str]) -> None:
        """Note that documents were cited; each is written once. A folder that cannot be written stops no answer."""
        with self._lock:
            for document_id in sorted(set(document_ids) - self._ids):
                self._ids.add(document_id)
                try:
                    append(self._path, line_of(document_id))
                except OSError as error:
                    logger.warning("%s cannot be written (%s); it is remembered until the end", SHOWN, error.strerror)
