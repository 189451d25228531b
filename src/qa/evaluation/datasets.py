"""Data sets in a BEIR-like layout → documents and questions with their gold answers.

A folder holds ``corpus.jsonl`` (one passage a line) or ``articles.jsonl`` (one whole document a line), each line with
``id``, ``title`` and ``text``, or a folder ``corpus`` of articles; ``queries.jsonl``; and for passages ``qrels.tsv``
(query, passage, grade). A folder with questions alone is asked of every other set's documents.
BEIR: Thakur et al. 2021, arXiv:2104.08663.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import QAError
from qa.indexing.reading import read_corpus
from qa.types import Document, Span


class DatasetError(QAError):
    """A data set is missing a file or has a line that cannot be read."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with its known answer.

    ``relevant`` maps document ids to grades; ``span`` is where in document ``document_id`` the answer stands;
    ``whole_article`` says that documents are long, so that the right one is not yet the right passage, unless several
    documents are relevant: then each of them tells the answer in its way. ``judged`` maps
    passage ids of one snapshot to the judgements of readers, 0 for "does not answer"; where there are no others,
    whether there is an answer is not known, and ``answerable`` is None.
    """

    id: str
    text: str
    answerable: bool | None
    history: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    document_id: str | None = None
    span: Span | None = None
    relevant: Mapping[str, int] = field(default_factory=dict)
    variant: str = ""
    whole_article: bool = False
    judged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Documents and the questions asked of them; ``notes`` are what a reader of the results has to know."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[GoldQuestion, ...]
    notes: tuple[str, ...] = ()


def read_questions(path: Path) -> list[GoldQuestion]:
    """The questions of a ``queries.jsonl``, with the spans of their answers in whole documents.

    Raises:
        DatasetError: a line is not JSON, or lacks a field that it needs.
    """
    return [_article_question(query) for query in _lines(path)]


def load_datasets(folder: Path) -> list[Dataset]:
    """All data sets of a folder: one for its passages, one for its whole articles; questions alone have no documents.

    Raises:
        DatasetError: no ``queries.jsonl``, or a line without a field that it needs.
    """
    if not (folder / "queries.jsonl").is_file():
        raise DatasetError(f"{folder} holds no queries.jsonl; give a folder in BEIR-like layout")
    queries = list(_lines(folder / "queries.jsonl"))
    sets = []
    if (folder / "corpus.jsonl").is_file():
        grades = _grades(folder / "qrels.tsv")
        questions = tuple(_passage_question(query, grades.get(query["id"], {})) for query in queries)
        sets.append(Dataset(folder.name, _documents(folder / "corpus.jsonl"), questions))
    if (folder / "articles.jsonl").is_file():
        questions = tuple(_article_question(query) for query in queries)
        sets.append(Dataset(f"{folder.name}/articles", _documents(folder / "articles.jsonl"), questions))
    if (folder / "corpus").is_dir():
        questions = tuple(_article_question(query) for query in queries)
        sets.append(Dataset(folder.name, tuple(read_corpus(folder / "corpus")[0]), questions))
    return sets or [Dataset(folder.name, (), tuple(_question(query) for query in queries))]


def _passage_question(query: dict[str, Any], grades: Mapping[str, int]) -> GoldQuestion:
    relevant = grades or ({query["passage_id"]: 1} if query.get("answerable", True) and "passage_id" in query else {})
    return _question(
        query, document_id=query.get("passage_id"), span=_span(query.get("passage_span")), relevant=relevant
    )


def _article_question(query: dict[str, Any]) -> GoldQuestion:
    document_id = query.get("doc_id")
    answering = query.get("doc_ids") or ([document_id] if document_id else [])
    relevant = dict.fromkeys(answering, 1) if query.get("answerable", True) else {}
    span = _span(query.get("doc_span"))
    return _question(query, document_id=document_id, span=span, relevant=relevant, whole_article=True)


def _question(
    query: dict[str, Any],
    document_id: str | None = None,
    span: Span | None = None,
    relevant: Mapping[str, int] | None = None,
    *,
    whole_article: bool = False,
) -> GoldQuestion:
    try:
        return GoldQuestion(
            id=str(query["id"]),
            text=query["question"],
            answerable=query.get("answerable", True),
            history=tuple(_user_turns(query.get("history", []))),
            answers=tuple(query.get("answers") or ()),
            sentences=tuple(query.get("gold_sentences") or ()),
            document_id=document_id,
            span=span,
            relevant=relevant or {},
            variant=query.get("variant", ""),
            whole_article=whole_article,
        )
    except KeyError as error:
        raise DatasetError(f"a question has no {error}; every line needs id and question") from error


def _user_turns(history: list[Any]) -> Iterator[str]:
    """Earlier questions, oldest first: plain texts, or the user's turns of a conversation."""
    for turn in history:
        if isinstance(turn, str):
            yield turn
        elif turn.get("role") == "user":
            yield turn["text"]


def _span(pair: list[int] | None) -> Span | None:
    return Span(*pair) if pair else None


def _documents(path: Path) -> tuple[Document, ...]:
    return tuple(Document(str(line["id"]), line.get("title", ""), line["text"]) for line in _lines(path))


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines()[1:]:
            query, document, grade = line.split("\t")
            if int(grade) > 0:
                grades.setdefault(query, {})[document] = int(grade)
    return grades


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                entry = json.loads(line)
            except ValueError as error:  # of the encoding too
                raise DatasetError(f"{path.name} line {number} is not JSON") from error
            if not isinstance(entry, dict):
                raise DatasetError(f"{path.name} line {number} is no JSON object")
            yield entry
