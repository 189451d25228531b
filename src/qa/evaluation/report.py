"""Outcomes → one table, a file for the next run to be compared with, and that comparison."""

import json
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qa.evaluation.measures import (
    auroc,
    calibration_error,
    coverage_at_precision,
    interval,
    kept_at_refusals,
)
from qa.evaluation.run import Outcome
from qa.types import Band

MEANS = {
    "Hit@1": "hit",
    "R@5": "recall",
    "MRR@10": "reciprocal_rank",
    "nDCG@10": "ndcg",
    "ans@1": "answer_in_1",
    "ans@5": "answer_in_5",
    "sent": "sentence",
    "quoted": "quoted",
    "span-F1": "span_f1",
    "exact-F1": "exact_f1",
    "no@1": "refuted",
}
COMPARED = (
    ("first passage", "hit", operator.gt, operator.lt),
    ("sentence", "sentence", operator.gt, operator.lt),
    ("no at first", "refuted", operator.lt, operator.gt),
)
NOTE = """\
ans@k: a passage among the first k says the gold answer · sent: a marked sentence says it (also where it was refused)
quoted: the answer that was given holds it · exact-F1: of the words marked as exact answer · exact: share that has them
words: median of what is quoted · high, medium+: share of the right answers with that band · p-high, p-medium: precision
no@1: the first passage is one that a reader said does not answer, of the questions that have such a one (best when 0)
AUROC, kept (answers kept at 80 % refusals), cov95 (coverage at 95 % precision), ECE: of the stated probability
[low–high]: 95 % bootstrap interval · ms: one client, in this process"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a data set (and variant of its questions) under one system."""

    name: str
    system: str
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A measured value with its 95 % interval; NaN where the data set has no gold for it."""

    value: float
    low: float = math.nan
    high: float = math.nan

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "–"
        return f"{self.value:.3f}" if math.isnan(self.low) else f"{self.value:.3f} [{self.low:.2f}–{self.high:.2f}]"


def by_variant(name: str, system: str, outcomes: Sequence[Outcome]) -> list[Row]:
    """One row for each variant of the questions, in the order in which they first appear."""
    variants = dict.fromkeys(outcome.variant for outcome in outcomes)
    return [Row(f"{name}:{v}" if v else name, system, tuple(o for o in outcomes if o.variant == v)) for v in variants]


def summarize(row: Row) -> dict[str, Cell]:
    """All measures of one row."""
    cells = {title: _mean(getattr(outcome, field) for outcome in row.outcomes) for title, field in MEANS.items()}
    if row.system == "qa":
        cells |= _certainty(row.outcomes) | _bands(row.outcomes)
    times = [outcome.ms for outcome in row.outcomes]
    return cells | {"ms p50": Cell(float(np.median(times))), "ms p95": Cell(float(np.quantile(times, 0.95)))}


def _mean(values: Iterable[float | bool | None]) -> Cell:
    known = [float(value) for value in values if value is not None]
    return Cell(float(np.mean(known)), *interval(known)) if known else Cell(math.nan)


def _certainty(outcomes: Sequence[Outcome]) -> dict[str, Cell]:
    answerable = [o.probability for o in outcomes if o.answerable]
    unanswerable = [o.probability for o in outcomes if o.answerable is False]
    judged = [o for o in outcomes if o.answerable is False or o.sentence is not None]
    probabilities, right = [o.probability for o in judged], [bool(o.sentence) for o in judged]
    return {
        "AUROC": Cell(auroc(answerable, unanswerable)),
        "kept": Cell(kept_at_refusals(answerable, unanswerable)),
        "cov95": Cell(coverage_at_precision(probabilities, right)) if judged else Cell(math.nan),
        "ECE": Cell(calibration_error(probabilities, right)),
        "answered": _mean(o.answered for o in outcomes if o.answerable),
        "refused": _mean(not o.answered for o in outcomes if o.answerable is False),
    }


def _bands(outcomes: Sequence[Outcome]) -> dict[str, Cell]:
    """How many of the right answers reach a band, and how many of a band are right; how much is quoted and marked."""
    given = [o for o in outcomes if o.answered and (o.answerable is False or o.sentence is not None)]
    right = [o for o in given if o.sentence]
    high, medium = Band.HIGH.value, Band.MEDIUM.value
    words = [o.words for o in outcomes if o.words is not None]
    return {
        "high": _mean(o.band == high for o in right),
        "medium+": _mean(o.band in {high, medium} for o in right),
        "p-high": _mean(bool(o.sentence) for o in given if o.band == high) if right else Cell(math.nan),
        "p-medium": _mean(bool(o.sentence) for o in given if o.band == medium) if right else Cell(math.nan),
        "words": Cell(float(np.median(words))) if words else Cell(math.nan),
        "exact": _mean(o.exact_f1 is not None for o in right if o.span_f1 is not None),
    }


def render_table(rows: Sequence[Row]) -> str:
    """All rows as Markdown; columns that no row has a value for are left out."""
    summaries = [summarize(row) for row in rows]
    titles = list(dict.fromkeys(title for summary in summaries for title in summary))
    titles = [t for t in titles if any(not math.isnan(s.get(t, Cell(math.nan)).value) for s in summaries)]
    lines = [f"| set | system | n | {' | '.join(titles)} |", f"|---|---|---|{'---|' * len(titles)}"]
    for row, summary in zip(rows, summaries, strict=True):
        cells = " | ".join(_shown(title, summary.get(title, Cell(math.nan))) for title in titles)
        lines.append(f"| {row.name} | {row.system} | {len(row.outcomes)} | {cells} |")
    notes = [note for row in rows for note in row.notes]
    return "\n".join([*lines, "", *notes, NOTE])


def _shown(title: str, cell: Cell) -> str:
    return f"{cell.value:.1f}" if title.startswith("ms") else str(cell)


def to_json(rows: Sequence[Row]) -> str:
    """Summaries and every outcome, for machines and for ``--against``."""
    entries = [
        {
            "name": row.name,
            "system": row.system,
            "notes": row.notes,
            "measures": {title: _plain(cell) for title, cell in summarize(row).items()},
            "outcomes": [asdict(outcome) for outcome in row.outcomes],
        }
        for row in rows
    ]
    return json.dumps({"rows": entries}, ensure_ascii=False)


def _plain(cell: Cell) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else round(value, 5) for name, value in asdict(cell).items()}


def compare(rows: Sequence[Row], earlier: Path) -> str:
    """Question by question against a saved run: which right first passages and sentences were won, which lost.

    A first passage that readers refuted is lost when it comes, won when it goes.
    """
    saved = {(r["name"], r["system"]): r["outcomes"] for r in json.loads(earlier.read_text("utf-8"))["rows"]}
    lines = []
    for row in rows:
        before = {outcome["id"]: outcome for outcome in saved.get((row.name, row.system), [])}
        for title, field, better, worse in COMPARED:
            if all(getattr(outcome, field) is None for outcome in row.outcomes):
                continue
            won = _moved(row.outcomes, before, field, better)
            lost = _moved(row.outcomes, before, field, worse)
            lines.append(f"{row.name} {row.system}, {title}: {len(won)} won, {len(lost)} lost")
            lines += [f"  won  {name}" for name in won] + [f"  lost {name}" for name in lost]
    return "\n".join(lines)


def _moved(
    outcomes: Sequence[Outcome],
    before: Mapping[str, Mapping[str, float | None]],
    field: str,
    moved: Callable[[Any, Any], bool],
) -> list[str]:
    pairs = ((o.id, before.get(o.id, {}).get(field), getattr(o, field)) for o in outcomes)
    return [name for name, old, new in pairs if old is not None and new is not None and moved(new, old)]
