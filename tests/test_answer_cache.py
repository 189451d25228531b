"""A question that comes again is answered from memory, never across snapshots, and counted."""

import threading

import httpx2
import pytest

from qa.serving.answer_cache import AnswerCache, Asked
from qa.types import Filters, Question

QUESTION = Question("When did the plane leave?")


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
    cache = AnswerCache(4)
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
    cache = AnswerCache(4)
    assert cache.answer("a", QUESTION, work) is not cache.answer("a", other, work)


def test_another_snapshot_is_asked_anew(work):
    """No answer outlives the snapshot that it quotes."""
    cache = AnswerCache(4)
    assert cache.answer("a", QUESTION, work) is not cache.answer("b", QUESTION, work)


def test_what_was_not_asked_for_longest_goes_first(work):
    """The cache is bounded; what is used stays."""
    cache = AnswerCache(2)
    first, second, third = (Question(text) for text in "abc")
    for question in (first, second, first, third, first):
        cache.answer("a", question, work)
    assert work.done == 3
    cache.answer("a", second, work)
    assert work.done == 4


def test_a_cache_of_none_keeps_none(work):
    """0 switches it off."""
    cache = AnswerCache(0)
    cache.answer("a", QUESTION, work)
    cache.answer("a", QUESTION, work)
    assert (work.done, cache.asked) == (2, Asked(2, 0))


def test_many_threads_may_ask(work):
    """Sixteen threads that ask at once get answers, and all are counted."""
    cache = AnswerCache(3)
    questions = [Question(str(number)) for number in range(5)]
    threads = [threading.Thread(target=lambda: [cache.answer("a", q, work) for q in questions * 20]) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.asked.questions == 16 * 100


def test_an_error_is_not_kept():
    """A question that failed is worked out again."""
    cache = AnswerCache(2)

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

    before = counted("qa_questions_total"), counted("qa_answers_at_hand_total")
    first, second = (client.post("/ask", json={"question": "When was the answer cache tried?"}).json() for _ in "12")
    assert first.pop("id") != second.pop("id")
    assert first == second  # also in its timings, which a second piece of work would not have
    assert counted("qa_questions_total") >= before[0] + 2  # suggestions are asked for beside us
    assert counted("qa_answers_at_hand_total") >= before[1] + 1
    assert counted("qa_passages") == first["index"]["passages"]
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")
