"""The answers to our own questions about the shipped articles stay as good as they are."""

from pathlib import Path

import pytest

from qa import compose
from qa.config import Settings
from qa.evaluation.report import summarize
from qa.indexing.indexer import no_progress

FLOORS = {"ans@1": 0.87, "ans@5": 0.95, "sent": 0.8, "answered": 0.8, "refused": 0.85, "AUROC": 0.95}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    bench = compose.build_bench(Settings(), tmp_path_factory.mktemp("quality"))
    (row,) = bench.run([Path(__file__).parent], (), "", no_progress)
    return summarize(row)


@pytest.mark.parametrize(("measure", "floor"), FLOORS.items())
def test_quality_stays_above_its_floor(measured, measure, floor):
    """No change makes first passages, marked sentences or refusals worse than the floor."""
    assert measured[measure].value >= floor
