"""Answers that were given lately, so that a question that comes again costs nothing."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache

from qa.types import Answer, Question

RECORD_BYTES = 700  # a record with its numbers, tuples and the heads of its texts, as measured on CPython 3.11
MARK_BYTES = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions were asked since the start, and how many of their answers were at hand."""

    questions: int = 0
    at_hand: int = 0


def size_of(answer: Answer) -> int:
    """About how many bytes an answer holds of its own: all but the documents, which the snapshot holds anyway."""
    texts = [answer.question, answer.searched_text, *answer.also_searched, *answer.unmatched_terms]
    for citation in answer.nearest:
        texts += [citation.cited_text, citation.prefix, citation.suffix, citation.passage.text]
    texts += [ranked.passage.text for ranked in answer.passages]
    marks = sum(len(ranked.highlights) + len(ranked.passage.sentences) for ranked in answer.passages)
    records = 1 + 2 * len(answer.nearest) + 3 * len(answer.passages)
    return records * RECORD_BYTES + marks * MARK_BYTES + sum(_text_bytes(text) for text in texts)


class AnswerCache:
    """The answers to the last questions, ``max_bytes`` of them, by snapshot: none outlives what it quotes.

    The same snapshot and question give the same answer, so that a kept one is as good as a new one; its timings are
    those of the work that it took. Questions are kept as digests: a filter of a thousand names takes no more room.
    """

    def __init__(self, max_bytes: int, size: Callable[[Answer], int] = size_of) -> None:
        self._answers: LRUCache[bytes, Answer] = LRUCache(max_bytes, getsizeof=size)
        self._snapshot_id = ""
        self._one_at_a_time = threading.Lock()
        self._asked = Asked()

    @property
    def asked(self) -> Asked:
        return self._asked

    def answer(self, snapshot_id: str, question: Question, work: Callable[[], Answer]) -> Answer:
        """The kept answer, or else what ``work`` gives, kept unless it is larger than all that may be kept."""
        key = _digest(snapshot_id, question)
        with self._one_at_a_time:
            if snapshot_id != self._snapshot_id:
                self._answers.clear()  # what they quote is held by nobody else
                self._snapshot_id = snapshot_id
            kept = self._answers.get(key)
            self._asked = Asked(self._asked.questions + 1, self._asked.at_hand + (kept is not None))
        if kept is not None:
            return kept
        answer = work()
        with self._one_at_a_time, suppress(ValueError):  # it is larger than the whole cache
            if snapshot_id == self._snapshot_id:
                self._answers[key] = answer
        return answer


def _digest(snapshot_id: str, question: Question) -> bytes:
    return hashlib.sha256(repr((snapshot_id, question)).encode("utf-8", "surrogatepass")).digest()


def _text_bytes(text: str) -> int:
    """What CPython takes for the characters of a text (PEP 393)."""
    if text.isascii():
        return len(text)
    return len(text) * (1 if max(text) < "\u0100" else 2 if max(text) < "\U00010000" else 4)
