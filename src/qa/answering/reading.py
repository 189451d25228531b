"""Which of the first passages says the answer, and in which sentence, as an extractor reads them with the question.

Ranking finds passages about what is asked; the extractor tells whether one says it. The order of the passages stays as
it is: only what is quoted, and how sure it is, is decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, log_expit, log_softmax

from qa.index.snapshot import Snapshot
from qa.protocols import Extraction, Extractor
from qa.types import Candidate

READ = 3  # passages; each costs some 20 ms
RANK_WEIGHT = 0.4  # of the log-probability that ranking gives a passage, beside the extractor's that it answers
SENTENCE_WEIGHT = 0.2  # of the fitted log-probability of a sentence, beside the extractor's


@dataclass(frozen=True, slots=True)
class Reading:
    """The passage that most probably says the answer among those that were read.

    Attributes:
        candidate: that passage; its ``sentence_scores`` are log-probabilities from both scorers together.
        features: what the reading says for and against an answer, by name, for ``confidence``.
    """

    candidate: Candidate
    features: dict[str, float]

    def first_of(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with this one before the others."""
        return [self.candidate, *(other for other in candidates if other.row != self.candidate.row)]


def read(snapshot: Snapshot, question: str, candidates: Sequence[Candidate], extractor: Extractor) -> Reading:
    """Read the first passages; at least one candidate is given."""
    head = candidates[:READ]
    extractions = extractor(question, [snapshot.passages[candidate.row] for candidate in head])
    return choose(head, extractions)


def choose(candidates: Sequence[Candidate], extractions: Sequence[Extraction]) -> Reading:
    """The passage with the best sum of both scores, ties by rank."""
    rank = log_softmax([candidate.score for candidate in candidates])
    holds = log_expit([-extraction.no_answer for extraction in extractions])
    best = int(np.argmax(RANK_WEIGHT * rank + holds))
    extraction = extractions[best]
    fitted = log_softmax(candidates[best].sentence_scores)
    mixed = SENTENCE_WEIGHT * fitted + np.asarray(extraction.sentence_scores)
    others = np.delete(expit([-other.no_answer for other in extractions]), best)
    features = {
        "says": float(np.clip(-extraction.no_answer, -10, 10)) / 10,  # log-odds that the passage says the answer
        "says_sentence": float(np.exp(max(extraction.sentence_scores))),  # how sure its sentence is, if it does
        "says_span": float(np.exp(extraction.spans[0].score)) if extraction.spans else 0.0,  # and its words
        "says_also": float(others.max(initial=0.0)),  # whether another passage says it too
        "says_later": float(best > 0),  # it is not the first passage
    }
    return Reading(replace(candidates[best], sentence_scores=tuple(mixed.tolist())), features)
