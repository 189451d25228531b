"""The words of the corpus as they are spelled: what a mistyped or differently spelled word of a question can mean."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from pathlib import Path
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from qa.analysis import Token

SHORTEST = 4  # a shorter word has too many neighbours
LONG = 8  # from this length on, two slips are allowed
SHORTEST_NAME = 6
_ROMAN = re.compile("m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")


@dataclass(frozen=True, slots=True)
class Word:
    """How often a word occurs, and how often with a capital inside a sentence: names are those that mostly do."""

    count: int
    capital: int

    @property
    def is_name(self) -> bool:
        return 2 * self.capital >= self.count


class Lexicon:
    """All words by normalised spelling, and names in two words by their joined spelling (``qiangsheng``).

    ``variants`` gives other spellings of a name: one letter away, both of them names with the same first letter.
    """

    def __init__(
        self, words: Mapping[str, Word], joined: Mapping[str, tuple[str, str]], variants: Mapping[str, Sequence[str]]
    ) -> None:
        self.words = words
        self.joined = joined
        self.variants = variants

    @classmethod
    def build(cls, sentences: Iterable[tuple[str, Sequence[Token]]]) -> Self:
        """Count the words of sentences, given as text and tokens."""
        counts: Counter[str] = Counter()
        capitals: Counter[str] = Counter()
        joined: dict[str, tuple[str, str]] = {}
        for text, tokens in sentences:
            for place, token in enumerate(tokens):
                counts[token.word] += 1
                capital = text[token.start].isupper()
                capitals[token.word] += capital and place > 0
                before = tokens[place - 1] if place else None
                if before and (capital or text[token.start - 1] == "-") and text[before.start].isupper():
                    joined[before.word + token.word] = (before.word, token.word)
        words = {word: Word(count, capitals[word]) for word, count in counts.items()}
        names = [word for word, entry in words.items() if entry.is_name and len(word) >= SHORTEST_NAME]
        return cls(words, {name: pair for name, pair in joined.items() if name not in words}, _one_apart(names))

    def save(self, path: Path) -> None:
        words = {word: (entry.count, entry.capital) for word, entry in sorted(self.words.items())}
        fields = {"words": words, "joined": dict(sorted(self.joined.items())), "variants": self.variants}
        path.write_text(json.dumps(fields, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        fields = json.loads(path.read_text("utf-8"))
        words = {word: Word(*entry) for word, entry in fields["words"].items()}
        return cls(
            words, {name: (first, second) for name, (first, second) in fields["joined"].items()}, fields["variants"]
        )

    def nearest(self, word: str) -> str | None:
        """The word of the corpus that a mistyped one most probably means; None where nothing is near enough.

        Distance is optimal string alignment: a wrong, missing, additional or swapped letter is one step. Among equally
        near words one that has all letters typed, in their order or swapped, wins (letters are left out and swapped
        more often than they are mistaken), then the same first letter, then the most frequent, then the alphabet.
        """
        if len(word) < SHORTEST or not _is_spelled(word):
            return None
        allowed = 1 if len(word) < LONG else 2
        near = self._within(word, allowed)
        ranked = sorted(
            near, key=lambda w: (near[w], not _keeps_letters(word, w), w[0] != word[0], -self.words[w].count, w)
        )
        return ranked[0] if ranked else None

    def _within(self, word: str, distance: int) -> dict[str, int]:
        near: dict[str, int] = {}
        for length in range(len(word) - distance, len(word) + distance + 1):
            choices = self._by_length.get(length, ())
            matches = process.extract(word, choices, scorer=OSA.distance, score_cutoff=distance, limit=None)
            near |= {match: int(steps) for match, steps, _ in matches}
        return near

    @cached_property
    def _by_length(self) -> Mapping[int, Sequence[str]]:
        lengths: dict[int, list[str]] = {}
        for word in self.words:
            if _is_spelled(word):
                lengths.setdefault(len(word), []).append(word)
        return lengths


def _one_apart(names: Sequence[str]) -> dict[str, list[str]]:
    """For each name the others that are one letter away and begin alike, sorted; names without any are left out.

    Two words are one step apart only if they become equal by deleting at most one letter of each (Garbe 2012, "1000x
    faster spelling correction algorithm"), so only words that share such a rest are compared.
    """
    alike: dict[str, list[str]] = {}
    for name in sorted(names):
        for rest in {name, *(name[:place] + name[place + 1 :] for place in range(1, len(name)))}:
            alike.setdefault(rest, []).append(name)
    found: dict[str, set[str]] = {}
    for group in alike.values():
        for one, other in permutations(group, 2):
            if _is_spelled(one) and _is_spelled(other) and OSA.distance(one, other) == 1:
                found.setdefault(one, set()).add(other)
    return {name: sorted(others) for name, others in sorted(found.items())}


def _is_spelled(word: str) -> bool:
    """Whether a word can be misspelled: a number is another number then."""
    return word.isalpha() and not _ROMAN.fullmatch(word)


def _keeps_letters(typed: str, meant: str) -> bool:
    """Whether the typed letters are those of the word, some perhaps left out or swapped."""
    letters = iter(meant)
    return all(letter in letters for letter in typed) or sorted(typed) == sorted(meant)
