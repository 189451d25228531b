"""What speaks for each sentence of the first passages, column by column against plain loops."""

import math

import numpy as np
import pytest
from extractions import Saying

from qa.answering.pool import FEATURES, FLOOR, MOST, gather
from qa.protocols import ExactSpan, Extraction
from qa.retrieval.evidence import standardised
from qa.retrieval.retriever import Retriever
from qa.types import Span

TEXTS = {
    "boats": 'OSKERBY, Tarn (N) - The Puffin sailed with "12" cars. She was built in 1921. It rained! Who made it?"',
    "mill": "OSKERBY – The old mill ground oats. Nobody saw the Puffin there in 1921.",
    "storm": "A storm broke forty windows. Oskerby said so.",
}
QUESTION = "When was the Puffin built?"


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


def gathered(snapshot, words, question=QUESTION, extractions=None):
    retrieval = Retriever(words).retrieve(snapshot, question)
    candidates = retrieval.candidates[:3]
    passages = [snapshot.passages[candidate.row] for candidate in candidates]
    given = extractions(passages) if extractions else Saying()("", passages)
    return retrieval, candidates, gather(snapshot, retrieval.query, retrieval.evidence, candidates, given)


def sentences_of(evidence, pool) -> list[int]:
    """Where each sentence of the pool stands in the evidence."""
    first = dict(zip(evidence.rows.tolist(), evidence.first.tolist(), strict=True))
    return [first[row] + ordinal for row, ordinal in zip(pool.rows.tolist(), pool.ordinals.tolist(), strict=True)]


def column(pool, name: str) -> np.ndarray:
    return pool.features[:, FEATURES.index(name)]


def test_rows_of_the_table(snapshot, words) -> None:
    """The sentences of the candidates, by rank and in the order of the text."""
    _, candidates, pool = gathered(snapshot, words)
    passages = [snapshot.passages[candidate.row] for candidate in candidates]
    sentences = [(rank, i, p, span) for rank, p in enumerate(passages) for i, span in enumerate(p.sentences)]
    assert len(pool) == len(sentences)
    assert pool.texts == tuple(p.document_text(span) for _, _, p, span in sentences)
    assert pool.spans == tuple(span for *_, span in sentences)
    assert pool.rank.tolist() == [rank for rank, *_ in sentences]
    assert pool.ordinals.tolist() == [ordinal for _, ordinal, *_ in sentences]
    assert pool.rows.tolist() == [candidates[rank].row for rank, *_ in sentences]
    assert pool.features.dtype == np.float32


def test_nearness(snapshot, words) -> None:
    """Standardised over all candidates of the question; once more for a document's first sentence."""
    retrieval, _, pool = gathered(snapshot, words)
    evidence = retrieval.evidence
    match = evidence.interaction
    scaled = standardised(
        np.stack([evidence.sentence_dense, evidence.sentence_lexical, match.sentences @ match.weights], axis=1)
    )
    index = [
        int(evidence.first[evidence.rows.tolist().index(row)]) + i
        for row, i in zip(pool.rows, pool.ordinals, strict=False)
    ]
    for number, name in enumerate(("dense", "lexical", "token_match")):
        assert column(pool, name) == pytest.approx(scaled[index, number], abs=1e-5)
    opens = np.asarray([span.start == 0 for span in pool.spans])
    assert column(pool, "dense_first") == pytest.approx(scaled[index, 0] * opens, abs=1e-5)
    assert column(pool, "lexical_first") == pytest.approx(scaled[index, 1] * opens, abs=1e-5)
    covered = evidence.has_term[index] @ evidence.rarity
    assert column(pool, "coverage") == pytest.approx(covered)
    assert pool.has_term.tolist() == evidence.has_term[index].tolist()
    is_question = np.asarray([text.rstrip('"').endswith("?") for text in pool.texts])
    assert pool.covers_most.tolist() == ((covered >= MOST * evidence.rarity.sum()) & ~is_question).tolist()


def test_what_stands_beside(snapshot, words) -> None:
    """What the sentence before and the context add, and how well the neighbours match, inside the passage alone."""
    retrieval, _, pool = gathered(snapshot, words)
    evidence = retrieval.evidence
    match = evidence.interaction
    for i in range(len(pool)):
        position = evidence.rows.tolist().index(pool.rows[i])
        here = int(evidence.first[position]) + int(pool.ordinals[i])
        has_before = bool(pool.ordinals[i])
        has_after = i + 1 < len(pool) and pool.rank[i + 1] == pool.rank[i]
        covered, total = evidence.has_term[here], match.sentences @ match.weights
        with_before = covered | evidence.has_term[here - 1] if has_before else covered
        assert column(pool, "added_before")[i] == pytest.approx((with_before & ~covered) @ evidence.rarity, abs=1e-5)
        with_context = np.maximum(match.sentences[here], match.contexts[position])
        assert column(pool, "added_context")[i] == pytest.approx(
            (with_context - match.sentences[here]) @ match.weights, abs=1e-5
        )
        assert column(pool, "match_before")[i] == pytest.approx(total[here - 1] if has_before else 0.0, abs=1e-5)
        assert column(pool, "match_after")[i] == pytest.approx(total[here + 1] if has_after else 0.0, abs=1e-5)


@pytest.mark.parametrize(
    ("question", "asks_form", "asks_words"),
    [
        (QUESTION, True, False),
        ("Why was the Puffin built?", False, False),
        ("What did they say of the Puffin?", False, True),
    ],
)
def test_form(snapshot, words, question: str, asks_form: bool, asks_words: bool) -> None:
    """The form that is asked for, quotation marks where words are asked for, and what sentence it is."""
    retrieval, _, pool = gathered(snapshot, words, question)
    evidence = retrieval.evidence
    index = [
        int(evidence.first[evidence.rows.tolist().index(row)]) + i
        for row, i in zip(pool.rows, pool.ordinals, strict=False)
    ]
    found = evidence.of_type[index] if asks_form else np.zeros(len(pool))
    assert column(pool, "type_found").tolist() == found.tolist()
    assert column(pool, "type_absent").tolist() == ((1 - found) if asks_form else found).tolist()
    assert column(pool, "quotation").tolist() == [float(asks_words and '"' in text) for text in pool.texts]
    counts = [len(text.split()) for text in pool.texts]
    assert column(pool, "length") == pytest.approx([math.log(1 + count) for count in counts])
    assert column(pool, "short").tolist() == [float(count < 4) for count in counts]
    assert column(pool, "first").tolist() == [float(span.start == 0) for span in pool.spans]
    assert column(pool, "dateline").tolist() == [float(text.startswith("OSKERBY")) for text in pool.texts]
    assert column(pool, "question").tolist() == [float("?" in text) for text in pool.texts]
    assert not column(pool, "heading").any()
    assert not pool.is_heading.any()


def test_rank(snapshot, words) -> None:
    """How far the passage is behind the first, five at most, and whether it is the second or third."""
    _, candidates, pool = gathered(snapshot, words)
    behind = [min(candidates[0].score - candidates[rank].score, 5.0) for rank in pool.rank]
    assert column(pool, "behind") == pytest.approx(behind, rel=1e-4)
    assert column(pool, "second").tolist() == (pool.rank == 1).tolist()
    assert column(pool, "third").tolist() == (pool.rank == 2).tolist()


def test_what_is_read(snapshot, words) -> None:
    """Log-probabilities of the sentence, of its best span, of the passage, and of sentence and passage together."""
    scores = {0: 2.0, 1: -1.0, 2: 60.0}  # of no answer, by rank

    def extractions(passages):
        made = []
        for rank, passage in enumerate(passages):
            spans = [ExactSpan(Span(s.start + 1, s.end - 1), -0.5 - i) for i, s in enumerate(passage.sentences)]
            first = passage.sentences[0]
            across = ExactSpan(Span(first.start, first.end + 1), -0.1) if len(passage.sentences) > 1 else spans[0]
            worse = ExactSpan(first, -3.0)
            logs = tuple(-1.0 - 4 * i for i in range(len(passage.sentences)))
            made.append(Extraction((*spans[:2], across, worse), logs, scores[rank]))
        return made

    _, _, pool = gathered(snapshot, words, extractions=extractions)
    for i, (rank, ordinal) in enumerate(zip(pool.rank.tolist(), pool.ordinals.tolist(), strict=True)):
        reads = -1.0 - 4 * ordinal
        says = -math.log(1 + math.exp(min(scores[rank], 50.0)))
        assert column(pool, "reads")[i] == pytest.approx(max(reads, FLOOR))
        assert column(pool, "reads_span")[i] == pytest.approx(-0.5 - ordinal if ordinal < 2 else FLOOR)
        assert column(pool, "reads_answer")[i] == pytest.approx(max(says, FLOOR))
        assert column(pool, "reads_joint")[i] == pytest.approx(max(reads + says, FLOOR))


def test_sentences_that_fill_their_lines(snapshot_of, words) -> None:
    """Nothing but blanks stands beside them, at either end of the passage too."""
    snapshot = snapshot_of(a="The Puffin sailed.\n\nThe Puffin sank. The Puffin rose. \t\n\n  The Puffin left.")
    _, _, pool = gathered(snapshot, words, "Puffin")
    filled = dict(zip(pool.texts, pool.fills_lines.tolist(), strict=True))
    assert filled == {
        "The Puffin sailed.": True, "The Puffin sank.": False, "The Puffin rose.": False, "The Puffin left.": True,
    }  # fmt: skip
