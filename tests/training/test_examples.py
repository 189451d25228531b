"""What the extractor learns from: the answer's tokens are the answer, and what is not answered has none."""

import json

import pytest
from training.extractor.data import DataSet, easy_negatives, read_set
from training.extractor.examples import default_tokenizer, example_maker

TEXT = "Mara opened the lock in 1931. It was called the Weir. Ships passed it for forty years, until the new canal."
OTHER = "The town had four mills. Its bakers met on Mondays."
QUESTIONS = [
    {"id": "1", "question": "When was the lock opened?", "answerable": True, "kind": "date", "passage_span": [24, 28]},
    {"id": "2", "question": "What was it called?", "answerable": True, "kind": "next", "passage_span": [44, 52]},
    {"id": "3", "question": "Who closed the lock?", "answerable": False, "kind": "role", "near_span": [0, 4]},
]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> DataSet:
    folder = tmp_path_factory.mktemp("set")
    passages = [{"id": "a", "title": "Lock", "text": TEXT}, {"id": "b", "title": "Town", "text": OTHER}]
    (folder / "passages-1.jsonl").write_text("\n".join(map(json.dumps, passages)), "utf-8")
    questions = [json.dumps({"passage_id": "a", **question}) for question in QUESTIONS]
    (folder / "questions-1.jsonl").write_text("\n".join(questions), "utf-8")
    return read_set(folder)


@pytest.fixture(scope="module")
def maker(data):
    return example_maker(data)


def test_the_answers_tokens_are_the_answer(data, maker):
    """The tokens from start to end read as the answer does, and its sentence is the gold one."""
    tokenizer = default_tokenizer()
    [first], [second] = (maker.gold(asked) for asked in data.asked[:2])
    assert tokenizer.decode(list(first.ids[first.start : first.end + 1])) == "1931"
    assert tokenizer.decode(list(second.ids[second.start : second.end + 1])) == "the weir"
    assert (first.gold, second.gold) == ((0,), (1,))
    assert len(first.ids) == len(first.segments) == len(first.sentence)


def test_what_is_not_answered_has_no_tokens(data, maker):
    """An unanswerable question has neither a span nor a sentence."""
    [example] = maker.gold(data.asked[2])
    assert (example.start, example.end, example.gold, example.answerable) == (0, 0, (), False)


def test_easy_negatives_do_not_hold_the_answer(data, maker):
    """An answerable question asked of another text has no answer, and that text does not say it."""
    negatives = easy_negatives(maker, data, same=1.0, other=1.0, seed=1)
    assert {example.id for example in negatives} == {"1", "2"}
    assert not any(example.answerable for example in negatives)
    assert all("1931" not in default_tokenizer().decode(list(example.ids)) for example in negatives)
