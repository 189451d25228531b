"""Questions for the index as it is: a file of questions with known answers, or the judgements of readers.

A judgement names a span of a document. It is about every passage of this snapshot that shares at least half of its
characters, or of the span's: the same passage after the same split, the parts or the whole after another one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from qa.errors import QuestionError
from qa.evaluation.datasets import Dataset, GoldQuestion, read_questions
from qa.evaluation.run import ENOUGH
from qa.index.snapshot import Snapshot
from qa.serving.feedback import JUDGEMENTS, Judgement, holds_judgements, read_judgements
from qa.types import Passage


def questions_of(path: Path, snapshot: Snapshot) -> Dataset:
    """The questions of a file, with their known answers in this snapshot.

    Raises:
        QuestionError: the file is not there, or holds no question that can be asked of this snapshot.
        DatasetError: a line is no question.
    """
    if not path.is_file():
        raise QuestionError(
            f"{path} does not exist; give a queries.jsonl, a folder in BEIR-like layout, or an index's {JUDGEMENTS}, "
            "which is written when a reader says of a passage on the page whether it answers"
        )
    notes: tuple[str, ...] = ()
    if holds_judgements(path):
        questions, notes = judged_questions(read_judgements(path), snapshot)
    else:
        questions = read_questions(path)
    if not questions:
        raise QuestionError(" · ".join((f"{path} holds no question that can be asked of this index", *notes)))
    return Dataset(path.stem, (), tuple(questions), notes)


def judged_questions(judgements: Iterable[Judgement], snapshot: Snapshot) -> tuple[list[GoldQuestion], tuple[str, ...]]:
    """One question for each that readers judged passages of, by its text, and notes on what was counted and left out.

    Where judgements meet in one passage, a yes outweighs a no: the passage holds what a reader found to answer.
    """
    grades: dict[str, dict[str, int]] = {}
    lost: dict[str, Counter[str]] = {
        "is no longer in the index": Counter(),
        "has changed at the judged place": Counter(),
    }
    gone, changed = lost.values()
    for judgement in judgements:
        document = snapshot.document_by_id.get(judgement.document_id)
        if document is None:
            gone[judgement.document_id] += 1
        elif not judgement.is_about(document.text):
            changed[judgement.document_id] += 1
        else:
            known = grades.setdefault(judgement.question, {})
            for passage in _passages_at(judgement, snapshot):
                known[passage.id] = max(known.get(passage.id, 0), judgement.grade or 0)
    questions = [
        GoldQuestion(text, text, True if any(known.values()) else None, judged=known)
        for text, known in grades.items()
        if known
    ]
    left_out = [
        f"left out: {count} of {name}, which {reason}"
        for reason, names in lost.items()
        for name, count in names.items()
    ]
    return questions, (_counted(questions), *left_out)


def _counted(questions: list[GoldQuestion]) -> str:
    without = sum(question.answerable is None for question in questions)
    return (
        f"judged by readers: {len(questions)} questions; of {without} they only said which passages do not answer, "
        "which counts for no@1 alone; passages that nobody judged count as not answering"
    )


def _passages_at(judgement: Judgement, snapshot: Snapshot) -> Iterator[Passage]:
    start, end = judgement.start_char_index, judgement.end_char_index
    for row in snapshot.rows_of_document.get(judgement.document_id, ()):
        passage = snapshot.passages[row]
        shared = min(end, passage.end) - max(start, passage.start)
        if shared >= ENOUGH * min(end - start, passage.end - passage.start):
            yield passage
