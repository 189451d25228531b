"""Outcomes → the table, its file, and the comparison with an earlier run, on made-up outcomes."""

import json
import math

import pytest

from qa.evaluation.report import Cell, Row, by_variant, compare, render_table, summarize, to_json
from qa.evaluation.run import Outcome


def outcome(name: str, **changes) -> Outcome:
    fields = {
        "id": name, "variant": "", "answerable": True, "hit": 1.0, "recall": 1.0, "reciprocal_rank": 1.0, "ndcg": 1.0,
        "answer_in_1": True, "answer_in_5": True, "sentence": True, "span_f1": 0.5, "probability": 0.9,
        "answered": True, "searched_for": name, "ms": 10.0, "band": "high", "quoted": True, "words": 8,
    }  # fmt: skip
    return Outcome(**(fields | changes))


OUTCOMES = (
    outcome("a", exact_f1=1.0, ms=30.0),
    outcome("b", hit=0.0, sentence=False, quoted=False, probability=0.6, band="medium", words=12),
    outcome("c", probability=0.7, band="medium"),
    outcome("d", answered=False, quoted=False, probability=0.1, band="low", words=None),
    outcome("e", answerable=False, hit=None, sentence=None, span_f1=None, quoted=None, probability=0.3, band="low"),
    outcome(
        "f", answerable=False, hit=None, sentence=None, span_f1=None, quoted=None, probability=0.05, answered=False,
        band="low", words=None,
    ),
)  # fmt: skip


def test_every_measure() -> None:
    """Means over what has a gold for them; certainty over answerable and unanswerable; bands over what was answered."""
    cells = {title: cell.value for title, cell in summarize(Row("set", "qa", OUTCOMES)).items()}
    expected = {
        "Hit@1": 3 / 4, "sent": 3 / 4, "quoted": 2 / 4, "span-F1": 0.5, "exact-F1": 1.0, "AUROC": 7 / 8,
        "answered": 3 / 4, "refused": 1 / 2, "high": 1 / 2, "medium+": 1.0, "p-high": 1.0, "p-medium": 1 / 2,
        "words": 8.0, "exact": 1 / 2, "ms p50": 10.0, "ms p95": 25.0,
    }  # fmt: skip
    assert {title: cells[title] for title in expected} == pytest.approx(expected)
    assert math.isnan(cells["no@1"])


def test_a_baseline_has_no_certainty() -> None:
    """What refuses nothing is not measured for it."""
    assert "AUROC" not in summarize(Row("set", "bm25", OUTCOMES))


def test_cells() -> None:
    """Three digits, the interval in two; a dash for what has no gold."""
    assert [str(cell) for cell in (Cell(0.5), Cell(0.5, 0.25, 0.75), Cell(math.nan))] == [
        "0.500", "0.500 [0.25–0.75]", "–",
    ]  # fmt: skip


def test_variants_have_rows() -> None:
    """In the order in which they come; plain questions under the set's name."""
    rows = by_variant("set", "qa", [outcome("a", variant="typed"), outcome("b"), outcome("c", variant="typed")])
    assert [(row.name, [o.id for o in row.outcomes]) for row in rows] == [("set:typed", ["a", "c"]), ("set", ["b"])]


def test_the_table() -> None:
    """A line a row, a column a measure that some row has; notes below."""
    table = render_table([Row("set", "qa", OUTCOMES, ("one note",)), Row("set", "bm25", OUTCOMES[:4])])
    head, _, first, second, empty, note = table.splitlines()[:6]
    assert head.startswith("| set | system | n | Hit@1 | R@5 |")
    assert "no@1" not in head
    assert first.startswith("| set | qa | 6 | 0.750 [")
    assert second.startswith("| set | bm25 | 4 | 0.750 [")
    assert second.count("–") > first.count("–")
    assert head.count("|") == first.count("|") == second.count("|")
    assert (empty, note) == ("", "one note")
    assert first.endswith("| 10.0 | 25.0 |")


def test_a_comparison(tmp_path) -> None:
    """Questions that were lost since an earlier run, and those that were won; others are not told."""
    earlier = tmp_path / "earlier.json"
    earlier.write_text(to_json([Row("set", "qa", OUTCOMES)]), "utf-8")
    measures = json.loads(earlier.read_text("utf-8"))["rows"][0]["measures"]
    assert measures["Hit@1"]["value"] == 0.75
    assert measures["no@1"] == {"value": None, "low": None, "high": None}
    later = [outcome("a", hit=0.0, sentence=False, refuted=True), outcome("b"), outcome("c"), outcome("new")]
    assert compare([Row("set", "qa", tuple(later))], earlier).splitlines() == [
        "set qa, first passage: 1 won, 1 lost", "  won  b", "  lost a",
        "set qa, sentence: 1 won, 1 lost", "  won  b", "  lost a",
        "set qa, no at first: 0 won, 0 lost",
    ]  # fmt: skip


def test_refuted_passages_are_won_when_they_go(tmp_path) -> None:
    """The one measure that is better when lower."""
    earlier = tmp_path / "earlier.json"
    earlier.write_text(to_json([Row("s", "qa", (outcome("a", refuted=True), outcome("b", refuted=False)))]), "utf-8")
    now = Row("s", "qa", (outcome("a", refuted=False), outcome("b", refuted=True)))
    assert compare([now], earlier).splitlines()[-3:] == ["s qa, no at first: 1 won, 1 lost", "  won  a", "  lost b"]
