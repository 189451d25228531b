"""Korean is written with spaces, and many programs break its lines inside of words all the same: which ends do."""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

_HANGUL = "\uac00-\ud7a3"
_LAST = re.compile(rf"[{_HANGUL}]+$")
_FIRST = re.compile(rf"^[{_HANGUL}]+")
_WORD = re.compile(rf"[{_HANGUL}]+")
_HABIT = 0.2  # of the ends that can be told: lines broken anywhere end inside of a word more often than not
# fmt: off
_PARTICLES = frozenset({  # they follow a word without a space, so that none begins one
    "은", "는", "을", "를", "에", "의", "로", "으로", "와", "과", "에서",
    "에게", "에는", "에도", "부터", "까지", "처럼", "보다", "이다", "이며", "이고", "이라",
    "이라고", "라고", "였다", "이었다", "했다", "하였다", "한다", "된다", "되었다",
})
# fmt: on


class KoreanWords:
    """Whether a word goes on over a line's end, by the words inside of a document's lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def divides(self, before: str, after: str) -> bool:
        """Whether the last word of one line and the first of the next are one."""
        left, right = _LAST.search(before), _FIRST.search(after)
        if left is None or right is None:
            return False
        evidence = self._evidence(left.group(), right.group())
        if evidence is not None:
            return evidence
        return self._breaks_words and left.group() not in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        """The words that stand between spaces inside of lines."""
        return frozenset(word for line in self._lines for part in line.split()[1:-1] for word in _WORD.findall(part))

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(word[:length] for word in self._words for length in range(2, len(word) + 1))

    @cached_property
    def _breaks_words(self) -> bool:
        """Whether the document's lines end inside of words."""
        ends = [(_LAST.search(before), _FIRST.search(after)) for before, after in pairwise(self._lines)]
        told = [self._evidence(left.group(), right.group()) for left, right in ends if left and right]
        sure = [evidence for evidence in told if evidence is not None]
        return sum(sure) > _HABIT * len(sure)

    def _evidence(self, left: str, right: str) -> bool | None:
        """Whether two parts are one word by the other words of the document; None where these do not tell."""
        if left + right in self._words or right in _PARTICLES:
            return True
        if left in self._words and (right in self._words or right[:2] in self._beginnings):
            return False
        return True if left + right[:1] in self._beginnings else None
