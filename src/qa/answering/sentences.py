"""Which sentences of the first passage are the answer."""

import re
from collections.abc import Sequence

import numpy as np

from qa.index.snapshot import Snapshot
from qa.logits import softmax
from qa.types import Candidate, Span

MAX_SENTENCES = 3
ALSO = 0.2  # a further sentence is cited if it is the answer with at least this probability
_PRONOUN_LED = re.compile(r"\W*(he|she|it|they|his|her|its|their|this|that|these|those|both)\b", re.IGNORECASE)


def choose_sentences(snapshot: Snapshot, candidates: Sequence[Candidate]) -> list[tuple[int, Span]]:
    """The answer sentences, as passage rows and spans, in the order of the text; at most three, of the first passage.

    The best one; others that are nearly as probable; and before one that begins with a pronoun, the sentence that the
    pronoun points to.
    """
    if not candidates:
        return []
    best = candidates[0]
    passage = snapshot.passages[best.row]
    probability = probabilities(best.sentence_scores)
    order = sorted(range(len(probability)), key=lambda i: (-probability[i], i))
    chosen = {order[0]} | {i for i in order[1:2] if probability[i] >= ALSO}
    for place in sorted(chosen):
        if place and len(chosen) < MAX_SENTENCES and _is_pronoun_led(passage.document_text(passage.sentences[place])):
            chosen.add(place - 1)
    return [(best.row, passage.sentences[i]) for i in sorted(chosen)]


def probabilities(scores: Sequence[float]) -> list[float]:
    """How probably each sentence is the answer, given that one of them is (softmax of the fitted scores)."""
    return [float(chance) for chance in softmax(np.asarray(scores, dtype=np.float64))]


def _is_pronoun_led(sentence: str) -> bool:
    return bool(_PRONOUN_LED.match(sentence))
