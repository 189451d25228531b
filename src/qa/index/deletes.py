"""Which words may be one or two slips away from a typed one, without comparing it with all of them.

Garbe 2012, "1000x faster spelling correction algorithm": two words within ``d`` steps of each other become equal by
deleting at most ``d`` letters of each, and that shows within their first letters already. So for every word the
hashes of what is left of its beginning after up to two deletions are kept, sorted; a typed word looks up its own.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.arrays import mapped

PREFIX = 7  # letters of a word that are looked at; more than deletions
DELETIONS = 2
_BASE = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: spreads what is multiplied with it
_SHIFT = np.uint64(32)

Hashes = NDArray[np.uint32]


class Deletes:
    """The hashes of all words' rests, ascending, ``(rests,)``, and the number of the word that each is of."""

    def __init__(self, hashes: Hashes, words: NDArray[np.int32]) -> None:
        self._hashes = hashes
        self._words = words

    @classmethod
    def build(cls, words: Sequence[str], numbers: Sequence[int]) -> "Deletes":
        """Of some words, with their numbers."""
        own = np.asarray(numbers, dtype=np.int32)
        lengths = np.asarray([min(len(word), PREFIX) for word in words], dtype=np.int64)
        hashes = [np.zeros(0, np.uint32)]
        owners = [np.zeros(0, np.int32)]
        for length in range(1, PREFIX + 1):
            chosen = np.flatnonzero(lengths == length)
            letters = np.asarray([[*map(ord, words[index][:length])] for index in chosen.tolist()], dtype=np.uint64)
            for kept in _kept(length) if len(chosen) else ():
                hashes.append(_hashed(letters[:, kept]))
                owners.append(own[chosen])
        joined, owner = np.concatenate(hashes), np.concatenate(owners)
        order = np.lexsort((owner, joined))
        return cls(joined[order], owner[order])

    def save(self, folder: Path, name: str) -> None:
        np.save(folder / f"{name}.hashes.npy", self._hashes, allow_pickle=False)
        np.save(folder / f"{name}.words.npy", self._words, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str) -> "Deletes":
        return cls(mapped(folder / f"{name}.hashes.npy"), mapped(folder / f"{name}.words.npy"))

    def near(self, word: str) -> NDArray[np.int32]:
        """The numbers of all words within two steps of one, and of some others; ascending."""
        letters = np.asarray([[*map(ord, word[:PREFIX])]], dtype=np.uint64)
        wanted = np.unique(np.concatenate([_hashed(letters[:, kept]) for kept in _kept(letters.shape[1])]))
        first = np.searchsorted(self._hashes, wanted, side="left").tolist()
        last = np.searchsorted(self._hashes, wanted, side="right").tolist()
        return np.unique(np.concatenate([self._words[a:b] for a, b in zip(first, last, strict=True)]))


@cache
def _kept(length: int) -> list[list[int]]:
    """The letters that are left after each way of deleting up to two, or all but one, of so many."""
    return [*_subsets(length)]


def _subsets(length: int) -> Iterator[list[int]]:
    for count in range(length, max(length - DELETIONS, 0) - 1, -1):
        yield from map(list, combinations(range(length), count))


def _hashed(letters: NDArray[np.uint64]) -> Hashes:
    """One hash for each row of letters; for rows of other lengths another one."""
    total = np.full(len(letters), letters.shape[1] + 1, dtype=np.uint64)
    for column in range(letters.shape[1]):
        total = (total ^ letters[:, column]) * _BASE
        total ^= total >> _SHIFT
    return (total >> _SHIFT).astype(np.uint32)
