"""What an extractor reads in the first passages, and which of their sentences answers.

Ranking finds passages about what is asked; the extractor tells whether one says it. The order of the passages stays as
it is: only what is quoted, and how sure it is, is decided here. The weights of the sentences' features in
``choice.json`` are a conditional logit (McFadden 1974) over the sentences of each question, fitted by
``training/answers.py``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
from scipy.special import expit, softmax

from qa.answering.contrast import Contrast, contrast
from qa.answering.labels import named_sentence
from qa.answering.pool import FEATURES, MOST, Pool, gather
from qa.answering.windows import Sentences, asks_for_several, choose, is_named_list
from qa.index.snapshot import Snapshot
from qa.protocols import ExactSpan, Extraction, Extractor, Scores
from qa.retrieval.query import Query
from qa.retrieval.retriever import Retrieval
from qa.types import Candidate

READ = 3  # passages; each costs some 20 ms
ROW = 0.8  # of the probability goes to the sentence that the question names
EXACT = 0.5  # the least probability of an exact answer that is marked, given that its sentence answers
WEIGHTS: Mapping[str, float] = json.loads(files("qa.answering").joinpath("choice.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Reading:
    """Which sentences of the first passages answer.

    Attributes:
        candidates: the passages that were read, by rank.
        pool: their sentences.
        probabilities: ``(sentences,)`` that each of them is the answer, given that one is.
        sentences: what is quoted.
        extractions: one for each passage.
        contrast: what the question and the quotation do not share.
        is_structured: what is quoted is a row of a table, a clause, or a list that the question names.
        complete: of a question for several things, whether all sentences that say them are quoted; None for others.
    """

    candidates: tuple[Candidate, ...]
    pool: Pool
    probabilities: Scores
    sentences: Sentences
    extractions: tuple[Extraction, ...]
    contrast: Contrast
    is_structured: bool = False
    complete: bool | None = None

    @property
    def candidate(self) -> Candidate:
        """The passage of the best sentence."""
        return self.candidates[int(self.pool.rank[self.sentences.best])]

    @property
    def ordinal(self) -> int:
        """Which sentence of that passage is the best."""
        return int(self.pool.ordinals[self.sentences.best])

    @property
    def exact(self) -> ExactSpan | None:
        """The words of the best sentence that answer; None where that is unsure."""
        best = _best_span(self.pool, self.extractions, self.sentences.best)
        return best if best is not None and np.exp(best.score) >= EXACT else None

    @property
    def features(self) -> dict[str, float]:
        """What the reading says for and against an answer, by name, for ``confidence``."""
        best = self.sentences.best
        rank = int(self.pool.rank[best])
        extraction = self.extractions[rank]
        holds = expit([-other.no_answer for other in self.extractions])
        span = _best_span(self.pool, self.extractions, best)
        return {
            "says": float(np.clip(-extraction.no_answer, -10, 10)) / 10,  # log-odds that the passage says the answer
            "says_sentence": float(np.exp(extraction.sentence_scores[self.ordinal])),  # and that this sentence does
            "says_span": float(np.exp(span.score)) if span else 0.0,  # how sure its words are
            "says_also": float(np.delete(holds, rank).max(initial=0.0)),  # whether another passage says it too
            "chosen": float(self.probabilities[best]),  # how far the sentence is above all that were read
            "quoted": float(self.probabilities[list(self.sentences.chosen)].sum()),  # and all that is quoted
            "later": float(rank > 0),  # it is not of the first passage
        } | self.contrast.features


def read(snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate], extractor: Extractor) -> Reading:
    """Read the first passages; at least one candidate is given, with the evidence for it."""
    assert retrieval.evidence is not None
    row = named_sentence(snapshot, retrieval.query, candidates)
    head = tuple(candidates[:READ])
    if row is not None and row[0] >= READ:
        head = (candidates[row[0]], *head[:-1])
    passages = [snapshot.passages[candidate.row] for candidate in head]
    extractions = tuple(extractor(retrieval.query.as_said_in(p.text), [p])[0] for p in passages)
    pool = gather(snapshot, retrieval.query, retrieval.evidence, head, extractions)
    chances = probabilities(pool)
    if row is not None:
        is_it = (pool.rows == candidates[row[0]].row) & (pool.ordinals == row[1])
        chances = np.where(is_it, 1.0, chances * (1 - ROW))
        chances /= chances.sum()
    reading = decide(snapshot, retrieval.query, head, extractions, pool, chances)
    structured = row is not None or is_named_list(pool, reading.sentences)
    return replace(reading, is_structured=structured, complete=_is_complete(retrieval, reading))


def _is_complete(retrieval: Retrieval, reading: Reading) -> bool | None:
    """Whether no sentence of a candidate that was not read says as much of the question as those that are quoted."""
    evidence, chosen = retrieval.evidence, reading.sentences.chosen
    if evidence is None or len(chosen) <= 1 or not asks_for_several(retrieval.query.text):
        return None
    shared = reading.pool.has_term[reading.sentences.best]
    statements = ~evidence.is_heading & (evidence.has_term @ evidence.rarity >= MOST * evidence.rarity.sum())
    alike = int((evidence.has_term[:, shared].all(axis=1) & statements).sum())
    return alike <= len(chosen) if reading.pool.covers_most[reading.sentences.best] else None


def probabilities(pool: Pool) -> Scores:
    """How probably each sentence of a pool is the answer, given that one of them is."""
    chances: Scores = softmax(pool.features @ np.asarray([WEIGHTS[name] for name in FEATURES], dtype=np.float32))
    return chances


def decide(
    snapshot: Snapshot,
    query: Query,
    candidates: tuple[Candidate, ...],
    extractions: tuple[Extraction, ...],
    pool: Pool,
    chances: Scores,
) -> Reading:
    """Choose what is quoted, and compare it with the question."""
    sentences = choose(pool, chances, several=asks_for_several(query.text))
    quoted = sorted({int(pool.rank[index]) for index in sentences.chosen})
    passages = [snapshot.passages[candidates[rank].row] for rank in quoted]
    quotation = " ".join(pool.texts[index] for index in sentences.chosen)
    told = "\n".join(f"{passage.context}\n{passage.text}" for passage in passages)
    return Reading(candidates, pool, chances, sentences, extractions, contrast(query, quotation, told))


def _best_span(pool: Pool, extractions: Sequence[Extraction], sentence: int) -> ExactSpan | None:
    span = pool.spans[sentence]
    inside = (
        exact
        for exact in extractions[int(pool.rank[sentence])].spans
        if span.start <= exact.span.start and exact.span.end <= span.end
    )
    return max(inside, key=lambda exact: exact.score, default=None)
