"""The order of candidates, and what stays in sight because it was named."""

from dataclasses import replace

import numpy as np
import pytest

from qa.retrieval import ranking
from qa.retrieval.evidence import gather
from qa.retrieval.named import PLACE, holders, lift
from qa.retrieval.query import make_query
from qa.retrieval.ranking import PASSAGE_FEATURES, SENTENCE_FEATURES, passage_features, rank, sentence_features
from qa.types import Candidate

TEXTS = {
    "boats": "The Puffin was built in 1921. Ann Lund sailed the Puffin to Oskerby.",
    "mill": "The old mill ground oats. Nobody sailed there.",
    "storm": "A storm broke forty windows in Oskerby.",
    "code": "The word was northern light, she said.",
}


@pytest.fixture(scope="module")
def found(snapshot_of, words):
    snapshot = snapshot_of(**TEXTS)
    query = make_query("Who sailed the Puffin?", snapshot.lexical, words)
    lexical = snapshot.lexical.scores(query.weights)
    return snapshot, gather(snapshot, query, np.arange(len(snapshot.passages)), lexical)


def test_scores_are_weighted_sums(found) -> None:
    """Both sets of weights, mixed by fluency, times the named features; better ones first."""
    _, evidence = found
    features = passage_features(evidence)
    fluent, foreign = (
        features @ np.asarray([ranking.WEIGHTS[kind][name] for name in PASSAGE_FEATURES])
        for kind in ("fluent", "foreign")
    )
    expected = evidence.fluency * fluent + (1 - evidence.fluency) * foreign
    candidates = rank(evidence)
    assert [candidate.row for candidate in candidates] == np.argsort(-expected).tolist()
    assert [candidate.score for candidate in candidates] == pytest.approx(sorted(expected, reverse=True), rel=1e-4)
    assert candidates[0].row == 0
    assert candidates[0].scores == pytest.approx(dict(zip(PASSAGE_FEATURES, features[0].tolist(), strict=True)))


def test_sentences_keep_their_order(found) -> None:
    """A candidate's sentence scores are those of its sentences, in the order of the text."""
    _, evidence = found
    weights = np.asarray([ranking.WEIGHTS["sentence"][name] for name in SENTENCE_FEATURES])
    expected = sentence_features(evidence) @ weights
    first = next(candidate for candidate in rank(evidence) if candidate.row == 0)
    assert first.sentence_scores == pytest.approx(expected[:2].tolist(), rel=1e-4)
    assert first.sentence_scores[1] > first.sentence_scores[0]


def test_a_heading_is_no_answer(found) -> None:
    """A heading loses more than any evidence gives."""
    _, evidence = found
    headed = replace(evidence, is_heading=np.asarray([False, True, *[False] * (len(evidence.is_heading) - 2)]))
    first = next(candidate for candidate in rank(headed) if candidate.row == 0)
    assert first.sentence_scores[1] < first.sentence_scores[0]


def test_ties_are_broken_by_row(found) -> None:
    """Equal passages come in their order."""
    _, evidence = found
    same = replace(
        evidence, fluency=0.0, rows=np.asarray([3, 1, 2, 0]), dense=np.zeros(4, np.float32),
        lexical=np.zeros(4, np.float32), phrase=np.zeros(4, np.float32), of_type=np.zeros_like(evidence.of_type),
        sentence_dense=np.zeros_like(evidence.sentence_dense),
        sentence_lexical=np.zeros_like(evidence.sentence_lexical),
        interaction=replace(
            evidence.interaction, sentences=np.zeros_like(evidence.interaction.sentences),
            contexts=np.zeros_like(evidence.interaction.contexts),
        ),
    )  # fmt: skip
    assert [candidate.row for candidate in rank(same)] == [0, 1, 2, 3]


def test_a_weight_without_a_feature_fails(monkeypatch, found) -> None:
    """A misspelled name does not weigh nothing in silence."""
    _, evidence = found
    wrong = {kind: dict(weights) for kind, weights in ranking.WEIGHTS.items()}
    wrong["sentence"]["dence"] = wrong["sentence"].pop("dense")
    monkeypatch.setattr(ranking, "WEIGHTS", wrong)
    with pytest.raises(KeyError, match="dence"):
        rank(evidence)


def candidates(*rows: int) -> list[Candidate]:
    return [Candidate(row, float(10 - index), {}, (0.0,)) for index, row in enumerate(rows)]


def test_holders(found, words) -> None:
    """Passages with quoted words in their order; rows that are not asked for are left out."""
    snapshot, _ = found
    query = make_query('Who said "northern light"?', snapshot.lexical, words)
    lexical = snapshot.lexical.weighted(query.weights)
    assert holders(snapshot, query, lexical).tolist() == [3]
    assert holders(snapshot, query, lexical, np.asarray([0, 1])).tolist() == []
    turned = make_query('Who said "light northern"?', snapshot.lexical, words)
    assert holders(snapshot, turned, lexical).tolist() == []


def test_what_is_named_is_lifted(found, words) -> None:
    """It comes third, with the score of the one that it displaces; where it stands better, nothing moves."""
    snapshot, _ = found
    query = make_query('Who said "northern light"?', snapshot.lexical, words)
    lifted = lift(snapshot, query, candidates(0, 1, 2, 3))
    assert [candidate.row for candidate in lifted] == [0, 1, 3, 2]
    assert lifted[PLACE - 1].score == lifted[PLACE].score == 8.0
    assert [c.row for c in lift(snapshot, query, candidates(0, 3, 1, 2))] == [0, 3, 1, 2]
    assert lift(snapshot, query, []) == []
