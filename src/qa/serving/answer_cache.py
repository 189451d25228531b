"""Answers that were given lately, so that a question that comes again costs nothing."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache

from qa.types import Answer, Question


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions were asked since the start, and how many of their answers were at hand."""

    questions: int = 0
    at_hand: int = 0


class AnswerCache:
    """The answers to the last ``size`` different questions, by snapshot: none outlives what it quotes.

    The same snapshot and question give the same answer, so that a kept one is as good as a new one; its timings are
    those of the work that it took.
    """

    def __init__(self, size: int) -> None:
        self._answers: LRUCache[tuple[str, Question], Answer] = LRUCache(size)
        self._one_at_a_time = threading.Lock()
        self._asked = Asked()

    @property
    def asked(self) -> Asked:
        return self._asked

    def answer(self, snapshot_id: str, question: Question, work: Callable[[], Answer]) -> Answer:
        """The kept answer, or else what ``work`` gives, kept."""
        key = (snapshot_id, question)
        with self._one_at_a_time:
            kept = self._answers.get(key)
            self._asked = Asked(self._asked.questions + 1, self._asked.at_hand + (kept is not None))
        if kept is not None:
            return kept
        answer = work()
        with self._one_at_a_time:
            if self._answers.maxsize:
                self._answers[key] = answer
        return answer
