"""A question that comes again is answered from memory, never across snapshots, and counted."""

import gc
import sys
import threading
import weakref
from enum import Enum

import httpx2
import pytest

from qa.serving.answer_cache import AnswerCache, Asked, size_of
from qa.types import Document, Filters, Question

QUESTION = Question("When did the plane leave?")


def cache_of(answers):
    """A cache for so many answers, each of which counts as one byte."""
    return AnswerCache(answers, size=lambda answer: 1)


@pytest.fixture
def work():
    """Gives a new object each time, and counts."""

    class Work:
        done = 0

        def __call__(self):
            self.done += 1
            return object()

    return Work()


def test_the_same_question_is_worked_out_once(work):
    """The second time the very same answer comes back."""
    cache = cache_of(4)
    assert cache.answer("a", QUESTION, work) is cache.answer("a", Question(QUESTION.text), work)
    assert work.done == 1
    assert cache.asked == Asked(2, 1)


@pytest.mark.parametrize(
    "other",
    [
        Question("When did the plane land?"),
        Question(QUESTION.text, top_k=3),
        Question(QUESTION.text, history=("Which plane?",)),
        Question(QUESTION.text, filters=Filters(tags=("air",))),
    ],
    ids=["text", "top_k", "history", "filters"],
)
def test_whatever_decides_an_answer_tells_questions_apart(work, other):
    """Another text, number of passages, history or filter is another question."""
    cache = cache_of(4)
    assert cache.answer("a", QUESTION, work) is not cache.answer("a", other, work)


def test_another_snapshot_is_asked_anew(work):
    """No answer outlives the snapshot that it quotes."""
    cache = cache_of(4)
    assert cache.answer("a", QUESTION, work) is not cache.answer("b", QUESTION, work)


def test_what_was_not_asked_for_longest_goes_first(work):
    """The cache is bounded; what is used stays."""
    cache = cache_of(2)
    first, second, third = (Question(text) for text in "abc")
    for question in (first, second, first, third, first):
        cache.answer("a", question, work)
    assert work.done == 3
    cache.answer("a", second, work)
    assert work.done == 4


def test_a_cache_of_none_keeps_none(work):
    """0 switches it off."""
    cache = cache_of(0)
    cache.answer("a", QUESTION, work)
    cache.answer("a", QUESTION, work)
    assert (work.done, cache.asked) == (2, Asked(2, 0))


def test_an_answer_larger_than_the_cache_is_not_kept(work):
    """It is given, and displaces nothing."""
    sizes = iter([1, 3, 3])
    cache = AnswerCache(2, size=lambda answer: next(sizes))
    small, large = Question("small"), Question("large")
    kept = cache.answer("a", small, work)
    cache.answer("a", large, work)
    cache.answer("a", large, work)
    assert work.done == 3
    assert cache.answer("a", small, work) is kept


def test_answers_of_another_snapshot_are_forgotten():
    """What a snapshot said is released as soon as another answers."""
    cache = cache_of(4)
    answer = weakref.ref(cache.answer("a", QUESTION, Answered))
    assert answer() is not None
    cache.answer("b", QUESTION, Answered)
    assert answer() is None


class Answered:
    """Stands for an answer."""


def test_the_size_of_an_answer_is_about_what_it_takes(service_for, corpus_index):
    """What is counted is near what Python says that the records and texts take, documents and long filters left out."""
    service = service_for(corpus_index)
    service.open()
    many = Filters(tags=tuple(f"{number:0>4000}" for number in range(60)))
    for question in (
        Question("Who was Xu Jiatun?", top_k=50),
        Question("When did he leave?"),
        Question("x", 5, (), many),
    ):
        answer = service.ask(question).answer
        assert 0.5 < size_of(answer) / held_bytes(answer) < 2
        assert size_of(answer) < 400_000


def held_bytes(thing, seen=None) -> int:
    """The bytes of everything that an object refers to, but documents, classes and what is shared by all."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, (Document, type, Enum)):
        return 0
    seen.add(id(thing))
    return sys.getsizeof(thing) + sum(held_bytes(each, seen) for each in gc.get_referents(thing))


def test_filters_have_a_bound(client: httpx2.Client):
    """Names of more than eight thousand characters in all are refused, however they are sent."""
    filters = {"tags": ["x" * 3000, "y" * 3000], "document_ids": ["z" * 3000]}
    response = client.post("/ask", json={"question": "Who?", "filters": filters})
    assert response.status_code == 422
    assert "8192 characters in all" in response.json()["detail"]
    assert client.get("/ask", params={"question": "Who?"} | filters).status_code == 422
    assert "8192" in client.get("/", params={"question": "Who?"} | filters).text


def test_many_threads_may_ask(work):
    """Sixteen threads that ask at once get answers, and all are counted."""
    cache = cache_of(3)
    questions = [Question(str(number)) for number in range(5)]
    threads = [threading.Thread(target=lambda: [cache.answer("a", q, work) for q in questions * 20]) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.asked.questions == 16 * 100


def test_an_error_is_not_kept():
    """A question that failed is worked out again."""
    cache = cache_of(2)

    def fail():
        raise ValueError("now")

    with pytest.raises(ValueError, match="now"):
        cache.answer("a", QUESTION, fail)
    assert cache.answer("a", QUESTION, object) is not None


def test_a_server_answers_from_memory_and_says_so(client: httpx2.Client):
    """Over HTTP the same question gives the same body but for its id, and /metrics counts it."""

    def counted(name):
        lines = client.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    before = counted("qa_questions_total"), counted("qa_cache_hits_total")
    first, second = (client.post("/ask", json={"question": "When was the answer cache tried?"}).json() for _ in "12")
    assert first.pop("id") != second.pop("id")
    assert first == second  # also in its timings, which a second piece of work would not have
    assert counted("qa_questions_total") >= before[0] + 2  # suggestions are asked for beside us
    assert counted("qa_cache_hits_total") >= before[1] + 1
    assert counted("qa_passages") == first["index"]["passages"]
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")
