"""Where in many texts a given one occurs, or nearly: hashes of short runs of characters, a quarter of them kept.

Runs are chosen by their hash, as by Manber (Finding similar files in a large file system, USENIX 1994), so that the
same runs are chosen in a quotation and in its source.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

RUN, IDEOGRAPH_RUN = 12, 5  # characters; ideographs tell more each
IDEOGRAPHS = 0x2E80  # and beyond
KEPT = 4  # one hash in so many, but for ideographs, of which all are
SMALL = 4_000_000  # characters, of which all runs are kept
MOST_PLACES = 64  # a run that stands in more places tells little
MOST_RUNS = 48  # of a text, that are looked for
DRIFT = 64  # how far apart runs may be shifted by changes of the text between them

_FACTOR, _MIX = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_HIGH = np.uint64(0xFFFFFFFF00000000)
_LOW = np.uint64(0xFFFFFFFF)


class Fingerprints:
    """The chosen runs of some keys. Positions count through all keys, one after the other."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = keys
        lengths = np.fromiter((len(key) for key in keys), dtype=np.int64, count=len(keys))
        self._starts = np.concatenate(([0], np.cumsum(lengths)))
        if self._starts[-1] > int(_LOW):
            raise ValueError(f"the texts have {self._starts[-1]} characters; {int(_LOW)} can be looked through")
        self._kept = KEPT if self._starts[-1] > SMALL else 1
        parts = [_entries(key, int(start), self._kept) for key, start in zip(keys, self._starts, strict=False)]
        self._entries = np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)

    def exact(self, key: str, most: int = 20) -> list[tuple[int, int]]:
        """Where a key occurs: rows of keys and offsets in them."""
        if not key:
            return []
        offsets, low, high = self._runs(key)
        if not len(offsets):
            return _first(self._search(key), most)
        rarest = int(np.argmin(high - low))
        if high[rarest] - low[rarest] > MOST_PLACES:
            return _first(self._search(key), most)
        starts = (self._entries[low[rarest] : high[rarest]] & _LOW).astype(np.int64) - offsets[rarest]
        places = (self._place(start) for start in starts.tolist() if start >= 0)
        return _first((place for place in places if self.keys[place[0]].startswith(key, place[1])), most)

    def near(self, key: str, most: int = 3) -> list[tuple[int, int]]:
        """Where most of a key's runs occur in about its order: rows of keys and offsets, likeliest first."""
        offsets, low, high = self._runs(key)
        votes: Counter[tuple[int, int]] = Counter()
        for number in range(0, len(offsets), len(offsets) // MOST_RUNS + 1):
            places = self._entries[low[number] : min(high[number], low[number] + MOST_PLACES)] & _LOW
            for start in (places.astype(np.int64) - offsets[number]).tolist():
                row, offset = self._place(max(start, 0))
                votes[row, offset // DRIFT] += 1
        return [(row, slot * DRIFT) for (row, slot), _ in votes.most_common(most)]

    def _runs(self, key: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The offset of each chosen run of a key, and between which entries its occurrences are."""
        runs = _entries(key, 0, self._kept)
        hashes = runs & _HIGH
        low = np.searchsorted(self._entries, hashes, "left")
        high = np.searchsorted(self._entries, hashes | _LOW, "right")
        return (runs & _LOW).astype(np.int64), low, high

    def _place(self, position: int) -> tuple[int, int]:
        row = int(np.searchsorted(self._starts, position, "right")) - 1
        return row, position - int(self._starts[row])

    def _search(self, key: str) -> Iterator[tuple[int, int]]:
        for row, text in enumerate(self.keys):
            offset = text.find(key)
            while offset >= 0:
                yield row, offset
                offset = text.find(key, offset + 1)


def _first(places: Iterable[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    return [place for place, _ in zip(places, range(most), strict=False)]


def _entries(key: str, start: int, kept: int) -> NDArray[np.uint64]:
    """The chosen runs of a key: the hash in the upper half, the position in the lower; in the order of the key."""
    codes = np.frombuffer(key.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    long, short = _hashes(codes, RUN), _hashes(codes, IDEOGRAPH_RUN)
    are_ideographs = codes[: len(short)] >= IDEOGRAPHS
    short[: len(long)] = np.where(are_ideographs[: len(long)], short[: len(long)], long)
    are_chosen = are_ideographs | (short % np.uint64(kept) == 0)
    are_chosen[len(long) :] &= are_ideographs[len(long) :]
    chosen = np.flatnonzero(are_chosen)
    return ((short[chosen] >> np.uint64(2)) << np.uint64(32)) | (chosen + start).astype(np.uint64)


def _hashes(codes: NDArray[np.uint64], run: int) -> NDArray[np.uint64]:
    """A hash of each run of so many characters."""
    count = max(0, len(codes) - run + 1)
    hashes = np.zeros(count, np.uint64)
    for offset in range(run if count else 0):
        hashes = hashes * _FACTOR + codes[offset : offset + count]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX
    return hashes ^ (hashes >> np.uint64(32))
