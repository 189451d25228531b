"""``qa diff``: what two snapshots have in them, and how they answer the same questions."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from qa import compose
from qa.answering.answerer import Answerer
from qa.config import Settings
from qa.errors import QuestionError
from qa.evaluation.datasets import GoldQuestion, read_questions
from qa.evaluation.run import holds_answer
from qa.index import folder as index_folder
from qa.index.snapshot import Snapshot, open_snapshot
from qa.serving.feedback import holds_judgements, read_judgements
from qa.types import Answer, Question, Span

DEPTH = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """A question whose first passage or quotation is another; ``verdict`` is ``won`` or ``lost`` by the known answer,
    and ``moved`` where none is known or both are as right.
    """

    question: str
    verdict: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """From one snapshot to another, by document id; ``asked`` is how many questions were put to both."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    asked: int
    moved: tuple[Moved, ...]


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Compare; a difference is an answer and exits with 0."""
    before, after = (
        open_snapshot(settings.index, index_folder.find(settings.index, name)) for name in (options.a, options.b)
    )
    questions = load_questions(options.questions) if options.questions else []
    answerer = compose.build_answerer(settings, (before, after)) if questions else None
    difference = compare(before, after, questions, answerer)
    print(json.dumps(asdict(difference), indent=2, ensure_ascii=False) if options.json else render(difference))
    return 0


def load_questions(path: Path) -> list[GoldQuestion]:
    """Questions with known answers: of a data set, or judged by readers on the page.

    Raises:
        QuestionError: the file is not there, or holds no question.
    """
    if not path.is_file():
        raise QuestionError(f"{path} does not exist; give a queries.jsonl, or the judgements.jsonl of an index")
    questions = list(_judged(path)) if holds_judgements(path) else read_questions(path)
    if not questions:
        raise QuestionError(f"{path} holds no question; every line needs id and question")
    return questions


def _judged(path: Path) -> Iterator[GoldQuestion]:
    """Each question that a reader judged to be answered by a passage."""
    for number, judgement in enumerate(read_judgements(path)):
        if judgement.grade:
            span = Span(judgement.start_char_index, judgement.end_char_index)
            yield GoldQuestion(
                str(number), judgement.question, True, document_id=judgement.document_id, span=span, whole_article=True
            )


def compare(before: Snapshot, after: Snapshot, questions: list[GoldQuestion], answerer: Answerer | None) -> Difference:
    """What changed in the documents, and, where there is who answers, in the answers."""
    old, new = before.document_by_id, after.document_by_id
    moved = []
    for gold in questions:
        assert answerer is not None  # where there are questions
        asked = Question(gold.text, DEPTH, gold.history)
        if (change := _moved(gold, answerer.answer(before, asked), answerer.answer(after, asked))) is not None:
            moved.append(change)
    return Difference(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(name for name in new if name in old and new[name] != old[name]),
        asked=len(questions),
        moved=tuple(moved),
    )


def _moved(gold: GoldQuestion, before: Answer, after: Answer) -> Moved | None:
    shown = _shown(before), _shown(after)
    if shown[0] == shown[1]:
        return None
    verdict = "moved"
    if gold.answers or gold.sentences or gold.span:
        right = [_is_right(gold, answer) for answer in (before, after)]
        verdict = {(False, True): "won", (True, False): "lost"}.get((right[0], right[1]), "moved")
    return Moved(gold.text, verdict, *shown)


def _is_right(gold: GoldQuestion, answer: Answer) -> bool:
    """Whether the first passage says the known answer; of a question without one, whether it is refused."""
    if not gold.answerable:
        return not answer.answerable
    first = [ranked.passage for ranked in answer.passages[:1]]
    return any(holds_answer(gold, p.document_id, p.start, p.end, p.text) for p in first)


def _shown(answer: Answer) -> str:
    """What a reader sees: the quotation with its document, or, of a refusal, the first passage."""
    if answer.answerable:
        return f"“{answer.text}” ({', '.join(dict.fromkeys(c.document.id for c in answer.citations))})"
    first = answer.passages[0].passage if answer.passages else None
    return f"refused; nearest {first.document_id}: {first.text[:80]!r}" if first else "refused"


def render(difference: Difference) -> str:
    """The difference for a terminal."""
    counts = ", ".join(f"{len(getattr(difference, change))} {change}" for change in ("added", "removed", "changed"))
    lines = [f"documents: {counts}"]
    lines += [
        f"  {change}: {name}" for change in ("added", "removed", "changed") for name in getattr(difference, change)
    ]
    if difference.asked:
        verdicts = [moved.verdict for moved in difference.moved]
        lines.append(
            f"of {difference.asked} questions {verdicts.count('won')} won, {verdicts.count('lost')} lost, "
            f"{verdicts.count('moved')} otherwise moved"
        )
    for moved in difference.moved:
        lines += [f"  {moved.verdict}: {moved.question}", f"    – {moved.before}", f"    + {moved.after}"]
    return "\n".join(lines)
