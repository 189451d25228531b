"""What readers say about passages, one line of JSON each, and which documents an answer has ever cited.

Both files stand beside the snapshots and are only ever appended to. A judgement names the passage by its place in the
document as well as by its id, since another build may number passages otherwise.
"""

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

JUDGEMENTS, SHOWN = "judgements.jsonl", "shown.jsonl"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reader's word on one passage: grade 1 answers the question, 0 does not, None takes the last word back.

    Offsets are code points into the document, end exclusive; ``at`` is ISO 8601, UTC.
    """

    question: str
    document_id: str
    passage_id: str
    start_char_index: int
    end_char_index: int
    grade: int | None
    snapshot: str
    at: str


class Judgements:
    """The file of judgements."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, judgement: Judgement) -> None:
        """Append one line; it is on its way to the disk when this returns."""
        with self._lock:
            _append(self._path, asdict(judgement))


def read_judgements(path: Path) -> list[Judgement]:
    """What counts in a file of judgements: the last word on each question and passage, what was taken back left out.

    A last line that a crash cut short is passed over.
    """
    last: dict[tuple[str, str, int, int], Judgement] = {}
    for line in path.read_text("utf-8").split("\n")[:-1]:
        judgement = Judgement(**json.loads(line))
        place = (judgement.document_id, judgement.start_char_index, judgement.end_char_index)
        last[judgement.question, *place] = judgement
    return [judgement for judgement in last.values() if judgement.grade is not None]


class Shown:
    """The ids of the documents that some answer has cited since the file was begun."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._ids: set[str] = set()
        if path.is_file():
            self._ids = {json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]}

    def __contains__(self, document_id: str) -> bool:
        return document_id in self._ids

    def add(self, document_ids: Iterable[str]) -> None:
        """Note that documents were cited; each is written once."""
        with self._lock:
            for document_id in sorted(set(document_ids) - self._ids):
                _append(self._path, document_id)
                self._ids.add(document_id)


def _append(path: Path, record: object) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
