"""Questions in one language about articles in others, answered by the real parts from a small mixed corpus."""

import json
from pathlib import Path

import pytest

from qa.types import Question

HERE = Path(__file__).parent
QUESTIONS = json.loads((HERE / "questions.json").read_text("utf-8"))
RIGHT = 17  # of twenty, at least


@pytest.fixture(scope="module")
def service(indexer_for, service_for, tmp_path_factory):
    index = tmp_path_factory.mktemp("languages")
    indexer_for(HERE / "corpus", index).build()
    service = service_for(index)
    service.open()
    return service


def test_twenty_questions_across_languages(service):
    """Of twenty questions in seven languages about articles in six others, seventeen quote what answers."""
    quoted = {asked["question"]: quoting(service, asked["question"]) for asked in QUESTIONS}
    wrong = {asked["question"]: quoted[asked["question"]] for asked in QUESTIONS if not holds(asked, quoted)}
    assert len(QUESTIONS) - len(wrong) >= RIGHT, wrong


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("Линь Сюин", "chachang.md"),
        ("Lin Xiuying", "chachang.md"),
        ("Pyotr Gromov", "ledokol.md"),
        ("Хелене Брандт", "bruecke.md"),
    ],
)
def test_a_name_finds_its_article_in_any_script(service, name: str, document: str):
    """A name in one script leads to the article that has it in another one."""
    passages = service.ask(Question(name)).answer.passages
    assert passages[0].passage.document_id == document


def quoting(service, question: str) -> list[str]:
    answer = service.ask(Question(question)).answer
    return [citation.cited_text for citation in answer.citations]


def holds(asked, quoted) -> bool:
    return any(asked["quoted"] in text for text in quoted[asked["question"]])
