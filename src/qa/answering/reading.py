"""What an extractor reads in the first passages, and which of their sentences answers.

Ranking finds passages about what is asked; the extractor tells whether one says it. The order of the passages stays as
it is: only what is quoted, and how sure it is, is decided here. The weights of the sentences' features in
``choice.json`` are a conditional logit (McFadden 1974) over the sentences of each question, fitted by
``training/answers.py``.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np

from qa.analysis import terms
from qa.answering.asked_form import has_type
from qa.answering.contrast import Contrast, contrast
from qa.answering.corrections import correcting, correction
from qa.answering.labels import named_sentence
from qa.answering.other_names import lacks_name
from qa.answering.pool import FEATURES, MOST, Pool, gather
from qa.answering.windows import Sentences, asks_for_several, choose, is_named_list
from qa.index.snapshot import Snapshot
from qa.logits import logit, sigmoid, softmax
from qa.protocols import ExactSpan, Extraction, Extractor, Scores
from qa.retrieval.query import Query
from qa.retrieval.retriever import Retrieval
from qa.types import Candidate, Span

READ = 3  # passages at most; each costs some 30 ms
BEHIND = 2.5  # of ranking scores, which are log-odds: a passage that is further behind the first hardly ever answers
OTHERS = (
    0.05  # of its probability keeps a sentence about others than whom the question names, where a document has them
)
ROW = 0.9  # of the probability goes to the sentence that the question names
SURE = 0.005  # probabilities nearer to 0 or 1 are no better than this
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
        is_structured: what is quoted is a row of a table, a clause, or a list that the question names, what follows the
            same question in a document, or the correction of what would be quoted.
        complete: of a question for several things, whether all sentences that say them are quoted; None for others.
        taken_back: the terms of the answer that what is quoted corrects.
        tells_of_others: the document that is quoted does not have a name that the question has.
    """

    candidates: tuple[Candidate, ...]
    pool: Pool
    probabilities: Scores
    sentences: Sentences
    extractions: tuple[Extraction, ...]
    contrast: Contrast
    is_structured: bool = False
    complete: bool | None = None
    taken_back: frozenset[str] = frozenset()
    tells_of_others: bool = False

    @property
    def candidate(self) -> Candidate:
        """The passage of the best sentence."""
        return self.candidates[int(self.pool.rank[self.sentences.best])]

    @property
    def ordinal(self) -> int:
        """Which sentence of that passage is the best."""
        return int(self.pool.ordinals[self.sentences.best])

    @property
    def share(self) -> float:
        """How probably the answer is a sentence of that passage, given that one of those that were read is."""
        return float(self.probabilities[self.pool.rank == self.pool.rank[self.sentences.best]].sum())

    @property
    def exact(self) -> ExactSpan | None:
        """The words of the best sentence that answer; None where that is unsure."""
        best = _best_span(self.pool, self.extractions, self.sentences.best)
        if best is None or np.exp(best.score) < EXACT:
            return None
        words = self.words(best, int(self.pool.rank[self.sentences.best]))
        return None if self.taken_back.issuperset(terms(words)) else best

    def features(self, query: Query) -> dict[str, float]:
        """What the reading says for and against an answer, by name, for ``confidence``."""
        best = self.sentences.best
        rank = int(self.pool.rank[best])
        extraction = self.extractions[rank]
        holds = np.asarray([sigmoid(-other.no_answer) for other in self.extractions])
        span = _best_span(self.pool, self.extractions, best)
        words = self.words(span, rank) if span else ""
        also = float(np.delete(holds, rank).max(initial=0.0))
        return {
            "says": float(np.clip(-extraction.no_answer, -10, 10)) / 10,  # log-odds that the passage says the answer
            "sentence_odds": _odds(np.exp(extraction.sentence_scores[self.ordinal])),  # and that this sentence does
            "says_also": also,  # whether another passage says it too
            "also_odds": _odds(also),
            "same_odds": _odds(self._says_the_same(rank, set(terms(words)))),  # and in the same words
            "answer_words": math.log1p(len(set(terms(words)))),  # a short answer is surer
            "typed": float(has_type(words, query.answer_type)),  # a number, date or name, where that is asked for
            "quoted": float(self.probabilities[list(self.sentences.chosen)].sum()),  # of all that is quoted
            "chosen_odds": _odds(self.probabilities[best]),  # and of the best
            "later": float(rank > 0),  # it is not of the first passage
        } | self.contrast.features

    def words(self, answer: ExactSpan, rank: int) -> str:
        """The words of an exact answer in the passage of that rank."""
        index = next(
            i for i in range(len(self.pool)) if self.pool.rank[i] == rank and _covers(self.pool.spans[i], answer)
        )
        start = self.pool.spans[index].start
        return self.pool.texts[index][answer.span.start - start : answer.span.end - start]

    def _says_the_same(self, rank: int, words: set[str]) -> float:
        """The probability of the best answer of another passage that shares half of its words with this one's."""
        same = 0.0
        for other, extraction in enumerate(self.extractions):
            if other != rank and extraction.spans and words:
                first = extraction.spans[0]
                told = set(terms(self.words(first, other)))
                if told and len(words & told) >= min(len(words), len(told)) / 2:
                    same = max(same, sigmoid(-extraction.no_answer) * math.exp(first.score))
        return same


def _odds(probability: float) -> float:
    """Log-odds of a probability, held within what ten questions in a thousand can tell."""
    return logit(min(max(probability, SURE), 1 - SURE))


def read(snapshot: Snapshot, retrieval: Retrieval, candidates: Sequence[Candidate], extractor: Extractor) -> Reading:
    """Read the first passages; at least one candidate is given, with the evidence for it."""
    assert retrieval.evidence is not None
    row = named_sentence(snapshot, retrieval.query, candidates)
    corrections = [] if row else correcting(snapshot, retrieval.evidence, candidates)
    head = _head(retrieval.query, candidates, first=row and row[0], last=corrections[0] if corrections else None)
    passages = [snapshot.passages[candidate.row] for candidate in head]
    extractions = tuple(extractor(retrieval.query.as_said_in(p.text), [p])[0] for p in passages)
    pool = gather(snapshot, retrieval.query, retrieval.evidence, head, extractions)
    strangers = np.asarray([lacks_name(snapshot, retrieval.query, candidate.row) for candidate in head])
    chances = probabilities(pool)
    if strangers.any() and not strangers.all():
        chances = np.where(strangers[pool.rank], OTHERS * chances, chances)
        chances /= chances.sum()
    if row is not None:
        is_it = (pool.rows == candidates[row[0]].row) & (pool.ordinals == row[1])
        chances = np.where(is_it, 1.0, chances * (1 - ROW))
        chances /= chances.sum()
    reading = decide(snapshot, retrieval.query, head, extractions, pool, chances)
    for candidate in (candidates[index] for index in corrections if candidates[index] in head):
        if corrected := _correction(snapshot, retrieval.query, reading, head.index(candidate)):
            reading = corrected
            break
    structured = row is not None or reading.is_structured or is_named_list(pool, reading.sentences)
    tells_of_others = bool(strangers[reading.pool.rank[reading.sentences.best]])
    return replace(
        reading,
        is_structured=structured,
        complete=_is_complete(retrieval, reading),
        tells_of_others=tells_of_others,
    )


def worth_reading(query: Query, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The first passages, but for those whose score is far behind that of the first.

    Where a question has an abbreviation or what one stands for, a passage with the other form ranks low and is read.
    """
    least = -math.inf if query.bridges else candidates[0].score - BEHIND
    return tuple(candidate for candidate in candidates[:READ] if candidate.score >= least)


def _head(query: Query, candidates: Sequence[Candidate], first: int | None, last: int | None) -> tuple[Candidate, ...]:
    """What is read: the first candidates, and two that are wanted, by index, in the stead of the last."""
    head = worth_reading(query, candidates)
    if last is not None and candidates[last] not in head:
        head = (*head[: READ - 1], candidates[last])
    if first is not None and candidates[first] not in head:
        head = (candidates[first], *head[: READ - 1])
    return head


def _correction(snapshot: Snapshot, query: Query, reading: Reading, rank: int) -> Reading | None:
    """What the passage of that rank says in the stead of what would be quoted; None where it corrects something else.

    It repeats the words that answer, or the extractor finds others in it.
    """
    pool, best = reading.pool, reading.sentences.best
    passage = snapshot.passages[reading.candidates[rank].row]
    block = correction(pool, rank, passage.context)
    if not block:
        return None
    if best in block:
        return _quoting(snapshot, query, reading, Sentences(block[-1], tuple(block)))
    taken_back = _answer_terms(reading)
    told = {term for index in block for term in terms(pool.texts[index])}
    extraction = reading.extractions[rank]
    stead = [index for index in block if extraction.spans[:1] == (_best_span(pool, reading.extractions, index),)]
    if (taken_back and taken_back <= told) or (extraction.no_answer < 0 and stead):
        corrected = _quoting(snapshot, query, reading, Sentences(block[-1], tuple(block)))
        return replace(corrected, taken_back=frozenset(taken_back))
    return None


def _answer_terms(reading: Reading) -> set[str]:
    """The terms of the words that may answer, in the best sentence."""
    answer = _best_span(reading.pool, reading.extractions, reading.sentences.best)
    return set(terms(reading.words(answer, int(reading.pool.rank[reading.sentences.best])))) if answer else set()


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
    return softmax(pool.features @ np.asarray([WEIGHTS[name] for name in FEATURES], dtype=np.float32))


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
    compared = _contrast(snapshot, query, candidates, pool, sentences)
    return Reading(candidates, pool, chances, sentences, extractions, compared)


def _quoting(snapshot: Snapshot, query: Query, reading: Reading, sentences: Sentences) -> Reading:
    compared = _contrast(snapshot, query, reading.candidates, reading.pool, sentences)
    return replace(reading, sentences=sentences, contrast=compared, is_structured=True)


def _contrast(
    snapshot: Snapshot, query: Query, candidates: Sequence[Candidate], pool: Pool, sentences: Sentences
) -> Contrast:
    quoted = sorted({int(pool.rank[index]) for index in sentences.chosen})
    passages = [snapshot.passages[candidates[rank].row] for rank in quoted]
    quotation = " ".join(pool.texts[index] for index in sentences.chosen)
    told = "\n".join(f"{passage.context}\n{passage.text}" for passage in passages)
    return contrast(query, quotation, told)


def _best_span(pool: Pool, extractions: Sequence[Extraction], sentence: int) -> ExactSpan | None:
    span = pool.spans[sentence]
    inside = (exact for exact in extractions[int(pool.rank[sentence])].spans if _covers(span, exact))
    return max(inside, key=lambda exact: exact.score, default=None)


def _covers(sentence: Span, answer: ExactSpan) -> bool:
    return sentence.start <= answer.span.start and answer.span.end <= sentence.end
