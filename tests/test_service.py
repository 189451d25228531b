"""How many questions the service works on, and how many may wait."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from qa.answering.answerer import Answerer
from qa.errors import TooBusy
from qa.retrieval.retriever import Retriever
from qa.serving.service import Service
from qa.types import Question

ASKED = 12


class Watched(Answerer):
    """Answers as ever, a little later, and remembers how many answers were being worked on at once."""

    running = most = 0
    _counting = threading.Lock()

    def answer(self, snapshot, question):
        with self._counted():
            time.sleep(0.05)
            return super().answer(snapshot, question)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self.running += 1
            self.most = max(self.most, self.running)
        yield
        with self._counting:
            self.running -= 1


def ask_at_once(service: Service) -> list[bool]:
    """Whether each of many questions was answered; the others were turned away."""

    def ask(number: int) -> bool:
        try:
            return bool(service.ask(Question(f"When did plane {number} leave?")).answer)
        except TooBusy:
            return False

    with ThreadPoolExecutor(ASKED) as pool:
        return list(pool.map(ask, range(ASKED)))


@pytest.mark.parametrize("processors", [1, 3])
def test_as_many_answers_at_once_as_processors(corpus_index, embedder, monkeypatch, processors):
    """More would only slow each other down; all are answered."""
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    answerer = Watched(Retriever(embedder))
    service = Service(corpus_index, embedder, answerer)
    service.open()
    assert all(ask_at_once(service))
    assert answerer.most == processors


def test_more_than_may_wait_are_turned_away(corpus_index, embedder):
    """Those that are beyond the bound hear so at once, and the next question is answered again."""
    service = Service(corpus_index, embedder, Watched(Retriever(embedder)), max_waiting=4)
    service.open()
    assert 4 <= sum(ask_at_once(service)) < ASKED
    assert service.ask(Question("When did the plane leave?"))
