"""Folders in BEIR-like layout → documents and questions."""

import json

import pytest

from qa.evaluation.datasets import DatasetError, load_datasets, read_questions
from qa.types import Span


@pytest.fixture
def folder(tmp_path):
    """Writes files of lines into a folder, each line JSON or a row of texts."""

    def make(**files):
        for name, lines in files.items():
            suffix = "tsv" if name == "qrels" else "jsonl"
            texts = ["\t".join(line) if suffix == "tsv" else json.dumps(line) for line in lines]
            (tmp_path / f"{name}.{suffix}").write_text("\n".join(texts) + "\n", "utf-8")
        return tmp_path

    return make


def test_passages_and_their_grades(folder) -> None:
    """What ``qrels.tsv`` grades above 0; without a row there, the passage that the question names."""
    made = folder(
        corpus=[{"id": "p1", "title": "T", "text": "One."}, {"id": 2, "text": "Two."}],
        qrels=[("query", "passage", "grade"), ("q1", "p1", "2"), ("q1", "2", "0")],
        queries=[
            {"id": "q1", "question": "A?", "answers": ["one"], "passage_id": "p1", "passage_span": [0, 3]},
            {"id": "q2", "question": "B?", "passage_id": "2", "gold_sentences": ["Two."], "variant": "typed"},
            {"id": "q3", "question": "C?", "passage_id": "2", "answerable": False},
        ],
    )
    [dataset] = load_datasets(made)
    assert dataset.name == made.name
    assert [(d.id, d.title, d.text) for d in dataset.documents] == [("p1", "T", "One."), ("2", "", "Two.")]
    first, second, third = dataset.questions
    assert (first.id, first.text, first.answers, first.document_id) == ("q1", "A?", ("one",), "p1")
    assert (first.relevant, first.span, first.whole_article) == ({"p1": 2}, Span(0, 3), False)
    assert (second.relevant, second.span, second.variant, second.sentences) == ({"2": 1}, None, "typed", ("Two.",))
    assert (third.relevant, third.answerable) == ({}, False)
    assert first.answerable is second.answerable is True


def test_whole_articles(folder) -> None:
    """All documents that tell the answer are relevant; of one that has none, none is."""
    made = folder(
        articles=[{"id": "a", "text": "One."}],
        queries=[
            {"id": 1, "question": "A?", "doc_id": "a", "doc_span": [1, 2]},
            {"id": 2, "question": "B?", "doc_id": "a", "doc_ids": ["a", "b"]},
            {"id": 3, "question": "C?", "doc_id": "a", "answerable": False},
            {"id": 4, "question": "D?"},
        ],
    )
    [dataset] = load_datasets(made)
    assert dataset.name == f"{made.name}/articles"
    assert [question.relevant for question in dataset.questions] == [{"a": 1}, {"a": 1, "b": 1}, {}, {}]
    assert [question.span for question in dataset.questions] == [Span(1, 2), None, None, None]
    assert all(question.whole_article for question in dataset.questions)
    assert [question.id for question in dataset.questions] == ["1", "2", "3", "4"]
    assert list(dataset.questions) == read_questions(made / "queries.jsonl")


def test_a_folder_of_articles(folder) -> None:
    """Files are read as the product reads them."""
    made = folder(queries=[{"id": 1, "question": "A?", "doc_id": "a.txt"}])
    (made / "corpus").mkdir()
    (made / "corpus" / "a.txt").write_text("One.", "utf-8")
    [dataset] = load_datasets(made)
    assert [(document.id, document.text) for document in dataset.documents] == [("a.txt", "One.")]
    assert dataset.questions[0].relevant == {"a.txt": 1}


def test_questions_alone(folder) -> None:
    """They have no documents; of a conversation the user's turns are the history."""
    turns = ["A?", {"role": "user", "text": "B?"}, {"role": "assistant", "text": "No."}]
    [dataset] = load_datasets(folder(queries=[{"id": 1, "question": "C?", "history": turns}]))
    assert dataset.documents == ()
    assert dataset.questions[0].history == ("A?", "B?")
    assert not dataset.questions[0].whole_article


def test_passages_and_articles_are_two_sets(folder) -> None:
    """The same questions are asked of both."""
    document = [{"id": "a", "text": "One."}]
    made = folder(corpus=document, articles=document, queries=[{"id": 1, "question": "A?"}])
    assert [dataset.name for dataset in load_datasets(made)] == [made.name, f"{made.name}/articles"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("{", r"queries\.jsonl line 1 is not JSON"),
        ('{"id": 1, "question": "A?"}\n[1]', r"queries\.jsonl line 2 is no JSON object"),
        ('{"id": 1}', r"a question has no 'question'; every line needs id and question"),
        ('{"question": "A?"}', r"a question has no 'id'"),
    ],
)
def test_a_line_that_is_no_question(tmp_path, lines: str, message: str) -> None:
    """It is told by file and number, or by what it lacks."""
    (tmp_path / "queries.jsonl").write_text(lines, "utf-8")
    with pytest.raises(DatasetError, match=message):
        load_datasets(tmp_path)


def test_no_questions(tmp_path) -> None:
    """A folder without questions is no data set."""
    with pytest.raises(DatasetError, match=r"holds no queries\.jsonl; give a folder in BEIR-like layout"):
        load_datasets(tmp_path)
