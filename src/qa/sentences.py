"""Which sentences of the best passages are the answer."""

import re
from collections.abc import Sequence

from qa.snapshot import Snapshot
from qa.types import Candidate, Span

MAX_SENTENCES = 3
_PRONOUN_LED = re.compile(r"\W*(he|she|it|they|his|her|its|their|this|that|these|those|both|there)\b", re.IGNORECASE)


def choose_sentences(snapshot: Snapshot, candidates: Sequence[Candidate]) -> list[tuple[int, Span]]:
    """The answer sentences, as passage rows and spans, in the order of the text.

    The best sentence of the first passage; where that begins with a pronoun, the sentence before it comes along.
    """
    best = candidates[0]
    passage = snapshot.passages[best.row]
    place = max(range(len(passage.sentences)), key=lambda i: best.sentence_scores[i])
    chosen = [place]
    while (
        len(chosen) < MAX_SENTENCES
        and chosen[0]
        and _is_pronoun_led(passage.document_text(passage.sentences[chosen[0]]))
    ):
        chosen.insert(0, chosen[0] - 1)
    return [(best.row, passage.sentences[i]) for i in chosen]


def _is_pronoun_led(sentence: str) -> bool:
    return bool(_PRONOUN_LED.match(sentence))
