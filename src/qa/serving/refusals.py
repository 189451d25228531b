"""The words of questions that were refused, for ``qa doctor --coverage``: what readers miss in a corpus.

Kept only with ``QA_LOG_REFUSALS``. A line holds a question's words, without function words and in the order of the
alphabet: neither the question, nor who asked it, nor when.
"""

import logging
import threading
from collections import Counter
from pathlib import Path

from qa.analysis import FUNCTION_WORDS, analyze
from qa.durable import status
from qa.serving.json_lines import append, line_of, records
from qa.types import Answer

logger = logging.getLogger(__name__)

REFUSALS = "refusals.jsonl"
MOST_BYTES = 16 * 2**20


class Refusals:
    """The file of refused questions' words; it grows to ``most_bytes``."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def add(self, answer: Answer) -> None:
        """Note a refusal's words. A full file, or a folder that cannot be written, stops no answer."""
        words = sorted({token.word for token in analyze(answer.searched_text)} - FUNCTION_WORDS)
        if answer.answerable or not words:
            return
        with self._lock:
            state = status(self._path)
            if state and state.st_size >= self._most_bytes:
                return
            try:
                append(self._path, line_of(words))
            except OSError as error:
                logger.warning("%s cannot be written: %s", REFUSALS, error.strerror)


def refused_often(path: Path, count: int, least: int = 2) -> list[tuple[tuple[str, ...], int]]:
    """The ``count`` sets of words that were refused most, at least ``least`` times, with how often.

    Raises:
        OSError: the file cannot be read.
    """
    counted = Counter(tuple(map(str, words)) for words in records(path) if isinstance(words, list))
    return [(words, times) for words, times in counted.most_common(count) if times >= least]
