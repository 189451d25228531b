"""Asks every question of a data set through the product's own path and records what came back."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from qa.answering.answerer import Answerer
from qa.evaluation.datasets import Dataset, GoldQuestion
from qa.evaluation.measures import holds, ndcg, normalized, recall, reciprocal_rank, span_f1, token_f1
from qa.index import snapshot as snapshots
from qa.index.snapshot import Snapshot
from qa.indexing.indexer import Indexer
from qa.progress import Progress, no_progress
from qa.types import Answer, Band, Passage, Question

logger = logging.getLogger(__name__)

DEPTH = 10
ENOUGH = 0.5  # of a gold span has to be in a passage or a citation that counts as holding it

Ranking = Callable[[Snapshot, str], Sequence[int]]
"""A baseline: the rows of the passages, best first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came back with. Measures that the data set gives no gold for are None.

    ``sentence``: a marked sentence holds the answer, also of a refusal; ``quoted``: the same, refusals left out.
    ``exact_f1``: of the words marked as the exact answer, where they are given. ``words``: how many are quoted.
    ``refuted``: a reader judged that the first passage does not answer; the only measure that is better when lower.
    """

    id: str
    variant: str
    answerable: bool | None
    hit: float | None
    recall: float | None
    reciprocal_rank: float | None
    ndcg: float | None
    answer_in_1: bool | None
    answer_in_5: bool | None
    sentence: bool | None
    span_f1: float | None
    probability: float
    answered: bool
    searched_for: str
    ms: float
    refuted: bool | None = None
    band: str = Band.LOW.value
    quoted: bool | None = None
    exact_f1: float | None = None
    words: int | None = None


def open_dataset(dataset: Dataset, indexer: Indexer, folder: Path, progress: Progress = no_progress) -> Snapshot:
    """The data set's documents, split and indexed as the product does; kept in ``folder`` for the next run."""
    keeping = replace(indexer, index=folder / dataset.name.replace("/", "-"), keep=1)
    keeping.publish(dataset.documents, (), progress)
    return snapshots.open_current(keeping.index)[0]


def ask_all(
    dataset: Dataset, snapshot: Snapshot, answerer: Answerer, progress: Progress = no_progress
) -> list[Outcome]:
    """Ask every question, with its history."""
    outcomes = []
    for done, gold in enumerate(dataset.questions, start=1):
        started = perf_counter()
        answer = answerer.answer(snapshot, Question(gold.text, DEPTH, gold.history))
        outcomes.append(_judge(gold, snapshot, answer, 1000 * (perf_counter() - started)))
        progress(f"asking {dataset.name}", done, len(dataset.questions))
    return outcomes


def rank_all(dataset: Dataset, snapshot: Snapshot, ranking: Ranking) -> list[Outcome]:
    """Rank for every question with a baseline, which neither marks sentences nor refuses."""
    outcomes = []
    for gold in dataset.questions:
        started = perf_counter()
        rows = ranking(snapshot, gold.text)
        elapsed = 1000 * (perf_counter() - started)
        passages = [snapshot.passages[row] for row in rows[:DEPTH]]
        outcomes.append(_outcome(gold, snapshot, passages, elapsed))
    return outcomes


def _judge(gold: GoldQuestion, snapshot: Snapshot, answer: Answer, ms: float) -> Outcome:
    outcome = _outcome(gold, snapshot, [ranked.passage for ranked in answer.passages], ms)
    cited = [(c.document.id, c.span.start, c.span.end, c.cited_text) for c in answer.nearest]
    spans = [(start, end) for document, start, end, _ in cited if document == gold.document_id]
    right = None
    if gold.answerable and (gold.answers or gold.sentences or gold.span):
        right = any(holds_answer(gold, document, start, end, text) for document, start, end, text in cited)
    exact = " ".join(answer_span.text for answer_span in answer.exact)
    return replace(
        outcome,
        sentence=right,
        span_f1=span_f1(spans, (gold.span.start, gold.span.end)) if gold.span and gold.answerable else None,
        probability=answer.confidence.probability,
        answered=answer.answerable,
        searched_for=answer.searched_for,
        band=answer.confidence.band.value,
        quoted=right and answer.answerable,
        exact_f1=token_f1(exact, gold.answers) if exact and gold.span and gold.answerable else None,
        words=len(answer.text.split()) if answer.answerable else None,
    )


def _outcome(gold: GoldQuestion, snapshot: Snapshot, passages: Sequence[Passage], ms: float) -> Outcome:
    names, relevant = list(_names(gold, passages)), _relevant(gold)
    measured = bool(gold.answerable and relevant)
    says = [holds_answer(gold, p.document_id, p.start, p.end, p.text) for p in passages[:5]]
    has_gold = gold.answerable and bool(gold.answers or gold.sentences or gold.span)
    return Outcome(
        id=gold.id,
        variant=gold.variant,
        answerable=gold.answerable,
        hit=float(bool(names) and relevant.get(names[0], 0) > 0) if measured else None,
        recall=recall(names, relevant, 5) if measured else None,
        reciprocal_rank=reciprocal_rank(names, relevant, 10) if measured else None,
        ndcg=ndcg(names, relevant, 10) if measured else None,
        answer_in_1=any(says[:1]) if has_gold else None,
        answer_in_5=any(says) if has_gold else None,
        sentence=None,
        span_f1=None,
        probability=0.0,
        answered=False,
        searched_for=gold.text,
        ms=ms,
        refuted=_refuted(gold, names),
    )


def _refuted(gold: GoldQuestion, names: Sequence[str]) -> bool | None:
    """Whether readers refuted the first passage; None where they refuted none."""
    if 0 not in gold.judged.values():
        return None
    return bool(names) and gold.judged.get(names[0]) == 0


_GOLD = "\0gold"  # stands for the passage with the gold span; no document has this id


def is_relevant(gold: GoldQuestion, passage: Passage) -> bool:
    """Whether a passage holds the gold span of a question, or is of a relevant document where no span is known."""
    if _by_span(gold):
        return _covers(gold, passage.document_id, passage.start, passage.end)
    return gold.relevant.get(passage.document_id, 0) > 0


def _relevant(gold: GoldQuestion) -> dict[str, int]:
    return {_GOLD: 1} if _by_span(gold) else dict(gold.judged or gold.relevant)


def _by_span(gold: GoldQuestion) -> bool:
    return gold.span is not None and gold.whole_article and len(gold.relevant) <= 1


def _names(gold: GoldQuestion, passages: Sequence[Passage]) -> Iterator[str]:
    """The passages by the names that ``_relevant`` grades; further passages of a document count as nothing new."""
    seen = set()
    for passage in passages:
        name = passage.document_id
        if _by_span(gold):
            name = _GOLD if is_relevant(gold, passage) else passage.id
        elif gold.judged:
            name = passage.id
        if name not in seen:
            seen.add(name)
            yield name


def _covers(gold: GoldQuestion, document_id: str, start: int, end: int) -> bool:
    if gold.span is None or document_id != gold.document_id:
        return False
    return min(end, gold.span.end) - max(start, gold.span.start) >= ENOUGH * len(gold.span)


def holds_answer(gold: GoldQuestion, document_id: str, start: int, end: int, text: str) -> bool:
    """Whether a part of a document holds the gold answer: its span, a gold sentence, or its words."""
    if _covers(gold, document_id, start, end):
        return True
    if gold.sentences:
        quoted = normalized(text)
        if any((wanted := normalized(s)) in quoted or quoted in wanted for s in gold.sentences) and bool(quoted):
            return True
    if gold.sentences and gold.span is None:
        return False
    return holds(text, gold.answers)
