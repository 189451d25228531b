"""How many questions the service works on at once, and who gives way."""

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


@pytest.mark.parametrize("processors", [1, 3])
def test_as_many_answers_at_once_as_processors(corpus_index, embedder, monkeypatch, processors):
    """More would only slow each other down; all are answered."""
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    answerer = Watched(Retriever(embedder))
    service = Service(corpus_index, embedder, answerer)
    service.open()
    with ThreadPoolExecutor(ASKED) as pool:
        answered = list(pool.map(lambda n: service.ask(Question(f"When did plane {n} leave?")), range(ASKED)))
    assert all(each.answer for each in answered)
    assert answerer.most == processors


def test_whoever_does_not_wait_gives_way(corpus_index, embedder, monkeypatch):
    """While the only processor answers, a question that is not to wait is turned away; then it is answered."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    service = Service(corpus_index, embedder, Held(Retriever(embedder)))
    Held.go_on.set()
    service.open()
    Held.go_on.clear()
    Held.begun.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(service.ask, Question("When did the plane leave?"))
        assert Held.begun.wait(20)
        with pytest.raises(TooBusy, match="every processor"):
            service.ask(Question("When did the ferry leave?"), wait=False)
        Held.go_on.set()
        assert first.result().answer
    assert service.ask(Question("When did the ferry leave?"), wait=False).answer


class Held(Answerer):
    """Answers when told to."""

    begun, go_on = threading.Event(), threading.Event()

    def answer(self, snapshot, question):
        self.begun.set()
        assert self.go_on.wait(20)
        return super().answer(snapshot, question)
