"""Hundreds of questions of a set: every engine answers each of them as the snapshot does.

Runs where QATEST_ENGINE_SETS names folders of articles with questions; ``make engines`` does.
"""

import os
from pathlib import Path

import pytest

from qa.answering.answerer import Answerer
from qa.evaluation.datasets import load_datasets
from qa.index import snapshot as snapshots
from qa.index.engines.publication import publish_snapshot
from qa.index.engines.remote import open_remote
from qa.retrieval.retriever import Retriever
from qa.types import Question

SETS = os.environ.get("QATEST_ENGINE_SETS", "").split()
QUESTIONS = int(os.environ.get("QATEST_ENGINE_QUESTIONS", "300"))

pytestmark = pytest.mark.skipif(not SETS, reason="QATEST_ENGINE_SETS names no set of questions")


@pytest.mark.parametrize("folder", SETS)
def test_every_answer_is_the_same(folder, empty, indexer_for, embedder, multilingual, tmp_path):
    """First passage, all five, citations, refusals and probabilities, over questions evenly spaced in the set."""
    dataset = load_datasets(Path(folder))[-1]
    indexer_for(tmp_path, tmp_path / "index").publish(dataset.documents)
    snapshot, _ = snapshots.open_current(tmp_path / "index")
    publish_snapshot(empty, snapshot, keep=1)
    remote = open_remote(empty, tmp_path / "copy")
    answerer = Answerer(Retriever(embedder, multilingual))
    step = max(1, len(dataset.questions) // QUESTIONS)
    asked = [gold.text for gold in dataset.questions[::step]][:QUESTIONS]
    assert len(asked) >= 200
    differing = []
    for text in asked:
        ours, theirs = (answerer.answer(where, Question(text)) for where in (snapshot, remote))
        told = [(a.passages, a.citations, a.reasons, a.confidence, a.unmatched_terms) for a in (ours, theirs)]
        if told[0] != told[1]:
            differing.append(text)
    assert differing == []
    print(f"{len(asked)} questions over {len(snapshot.passages)} passages: all the same")
