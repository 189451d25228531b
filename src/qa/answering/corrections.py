"""Reports that correct others: what they take back, and what they say in its stead.

Whoever is asked for a number that a later report calls wrong has to read that report. It is told by its words: they
speak of something written or said before, and of an error; and it is about what is asked if it repeats the answer that
it takes back, or answers by itself.
"""

import re
from collections.abc import Sequence

from qa.answering.pool import Pool
from qa.index.snapshot import Snapshot
from qa.retrieval.evidence import Evidence
from qa.types import Candidate, Passage

DEPTH = 8  # passages that may correct what is answered
ON_TOPIC = 0.45  # of the question's rarity that a correction says, at least
LONGEST = 4  # sentences of a correction
SHORT = 8  # words: "That was an error." says nothing by itself
_STATEMENT = (
    r"(?:report|article|account|version|edition|statement|story|count|figure|number|estimate|issue|notice|list)s?"
)
_BEFORE = r"(?:earlier|previous|first|last|original|initial|former)"
_TOLD = r"(?:wrote|written|said|reported|printed|published|stated|gave|given|named|announced)"
_EARLIER = re.compile(
    rf"\b(?:(?:our|their|its|his|her|this|an?|the) (?:{_BEFORE} )?{_STATEMENT}|{_BEFORE} {_STATEMENT}"
    rf"|(?:we|i|they|he|she|police|officials|this (?:news)?paper) (?:had )?(?:\w+ly )?{_TOLD}"
    rf"|(?:has|have|had|was|were|been) (?:\w+ly |first )?(?:been )?{_TOLD}"
    rf"|as (?:first |\w+ly |earlier )?{_TOLD})\b",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"\b(?:correction|corrects?|corrected|clarification|errat(?:um|a)|retract\w*|withdraws?|withdrew|withdrawn|recount"
    r"|revised|mis(?:stated|reported|spelled|spelt|identified|quoted|printed|named)|errors?|mistakes?|mistakenly|wrong"
    r"|wrongly|incorrect(?:ly)?|inaccurate|untrue|false|erroneous(?:ly)?|in fact|should have (?:been|read|said))\b",
    re.IGNORECASE,
)


def may_correct(passage: Passage) -> bool:
    """Whether a passage, with its title, speaks of something said before and of an error."""
    return bool(_EARLIER.search(passage.text) and _WRONG.search(f"{passage.context}\n{passage.text}"))


def correcting(snapshot: Snapshot, evidence: Evidence, candidates: Sequence[Candidate]) -> list[int]:
    """The indexes of the candidates that may correct others and say enough of the question."""
    rows = evidence.rows.tolist()
    found = []
    for index, candidate in enumerate(candidates[:DEPTH]):
        if may_correct(snapshot.passages[candidate.row]):
            first = int(evidence.first[rows.index(candidate.row)])
            says = evidence.has_term[first : first + len(candidate.sentence_scores)].any(axis=0)
            found += [index] if says @ evidence.rarity >= ON_TOPIC * evidence.rarity.sum() else []
    return found


def correction(pool: Pool, rank: int, context: str) -> list[int]:
    """The sentences of a passage, by their index in the pool, that correct: from the first that speaks of an error, or
    of what was said before, to the one that says what is right; none where they do not.
    """
    is_heading = pool.is_heading
    sentences = [index for index in range(len(pool)) if pool.rank[index] == rank and not is_heading[index]]
    cues = [index for index in sentences if _EARLIER.search(pool.texts[index]) or _WRONG.search(pool.texts[index])]
    if not cues:
        return []
    block = [cue for step, cue in enumerate(cues) if cue == cues[0] + step]
    text = "\n".join((context, *(pool.texts[index] for index in block)))
    if not (_EARLIER.search(text) and _WRONG.search(text)):
        return []
    after = block[-1] + 1
    if (len(block) == 1 or len(pool.texts[block[-1]].split()) <= SHORT) and after <= sentences[-1]:
        block.append(after)
    return block[:LONGEST]
