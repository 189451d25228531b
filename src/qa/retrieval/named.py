"""What was named stays in sight: a quoted phrase or a rare name of the question cannot fall out of the first three.

Fused scores can bury the one passage that has the very words under several that mean something similar. So the best
passage that says verbatim what the question quotes, or names and the corpus hardly ever says, is lifted to the third
place where it stands below; what ranks first and second is left to the fused score.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from qa.analysis import analyze
from qa.index.maxscore import LexicalScores, together
from qa.index.snapshot import Snapshot
from qa.index.spelling import Words
from qa.protocols import Rows
from qa.retrieval.query import Query
from qa.types import Candidate

PLACE = 3
DEPTH = 10  # passages that are looked at for each quotation or name


def holders(snapshot: Snapshot, query: Query, lexical: LexicalScores, rows: Rows | None = None) -> Rows:
    """The rows that say what the question names, best BM25 score first; of ``rows`` only, where they are given."""
    found = [np.zeros(0, dtype=np.int64)]
    for words in query.named:
        some = _rows_with(snapshot, words)
        some = some if rows is None else np.intersect1d(some, rows, assume_unique=True)
        some = some[np.lexsort((some, -lexical.at(some)))]
        found.append(np.asarray([row for row in some[:DEPTH] if _says(snapshot, row, words)], dtype=np.int64))
    return np.concatenate(found)


def lift(snapshot: Snapshot, query: Query, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Bring the best candidate that says the most of what is named to the third place, unless one stands there."""
    said = np.zeros(len(candidates), dtype=np.int64)
    for words in query.named:
        rows = set(_rows_with(snapshot, words).tolist())
        said += np.asarray([c.row in rows and _says(snapshot, c.row, words) for c in candidates], dtype=np.int64)
    lifted = list(candidates)
    place = int(np.argmax(said)) if len(said) else 0
    if place >= PLACE:
        moved = replace(lifted.pop(place), score=lifted[PLACE - 1].score)
        lifted.insert(PLACE - 1, moved)
    return lifted


def _rows_with(snapshot: Snapshot, words: Words) -> Rows:
    """The passages that say all of some words or others of the same stems, in any order; ascending."""
    rows = [snapshot.lexical.rows_with(token.term) for word in words for token in analyze(word)]
    return together(rows) if rows else np.zeros(0, dtype=np.int64)


def _says(snapshot: Snapshot, row: int, words: Words) -> bool:
    """Whether a passage says some words one after the other; case, accents and punctuation apart."""
    return f" {' '.join(words)} " in _words(snapshot.passages[row].text)


@lru_cache(64)  # what was looked at to search is looked at again to rank
def _words(text: str) -> str:
    """The normalised words of a text, with a space before and after each."""
    return f" {' '.join(token.word for token in analyze(text))} "
