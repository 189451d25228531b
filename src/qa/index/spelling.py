"""The words of the corpus as they are spelled: what a mistyped or differently spelled word of a question can mean."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA
from symspellpy import SymSpell, Verbosity

from qa.analysis import Token, analyze
from qa.arrays import mapped
from qa.index.abbreviations import abbreviations
from qa.index.deletes import Deletes
from qa.index.folding import folded
from qa.index.names import LATIN, Names, is_cased, script_of
from qa.index.strings import Keys, Strings, Table

SHORTEST = 4  # a shorter word has too many neighbours
LONG = 8  # from this length on, two slips are allowed
SHORTEST_NAME = 6
SHORTEST_REST = 4  # letters, at least, that a negating prefix stands before
_NEGATING = re.compile(rf"^(?:un|in|im|il|ir|dis|non)(?=\w{{{SHORTEST_REST}}})")
_ROMAN = re.compile("m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")

_SEPARATOR = "\n"  # no word holds one

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """How often a word occurs, and how often with a capital inside a sentence: names are those that mostly do."""

    count: int
    capital: int

    @property
    def is_name(self) -> bool:
        return 2 * self.capital >= self.count


class Lexicon:
    """All words by normalised spelling, with what else can be typed for them.

    Attributes:
        words: every word.
        joined: names in two words by their joined spelling (``qiangsheng``).
        variants: other spellings of a name: one letter away, both of them names with the same first letter.
        abbreviations: the words of the long form of each abbreviation that the corpus defines.
    """

    def __init__(
        self,
        words: Mapping[str, Word],
        joined: Mapping[str, tuple[str, str]],
        variants: Mapping[str, Sequence[str]],
        abbreviations: Mapping[str, Words],
    ) -> None:
        self.words = words
        self.joined = joined
        self.variants = variants
        self.abbreviations = abbreviations

    @classmethod
    def build(cls, sentences: Iterable[tuple[str, Sequence[Token]]]) -> Self:
        """Count the words of sentences, given as text and tokens."""
        counts: Counter[str] = Counter()
        capitals: Counter[str] = Counter()
        joined: dict[str, tuple[str, str]] = {}
        long_forms: dict[str, Words] = {}
        for text, tokens in sentences:
            for index, token in enumerate(tokens):
                counts[token.word] += 1
                capital = text[token.start].isupper()
                capitals[token.word] += capital and index > 0
                before = tokens[index - 1] if index else None
                if before and (capital or text[token.start - 1] == "-") and text[before.start].isupper():
                    joined[before.word + token.word] = (before.word, token.word)
            for short, long in abbreviations(text):
                long_forms.setdefault(_word(short), tuple(token.word for token in analyze(long)))
        words = {word: Word(count, capitals[word]) for word, count in counts.items()}
        names = [word for word, entry in words.items() if entry.is_name and len(word) >= SHORTEST_NAME]
        return cls(
            words, {name: pair for name, pair in joined.items() if name not in words}, _one_apart(names), long_forms
        )

    def save(self, folder: Path) -> None:
        """Write files that are mapped, not read, when they are loaded."""
        words = sorted(self.words)
        counts = [(self.words[word].count, self.words[word].capital) for word in words]
        Strings.of(words).save(folder, "words")
        np.save(folder / "counts.npy", np.asarray(counts, dtype=np.uint32).reshape(-1, 2), allow_pickle=False)
        tables: tuple[tuple[str, Mapping[str, Sequence[str]]], ...] = (
            ("joined", self.joined),
            ("variants", self.variants),
            ("abbreviations", self.abbreviations),
        )
        for name, table in tables:
            keys = sorted(table)
            Strings.of(keys).save(folder, name)
            Strings.of([_SEPARATOR.join(table[key]) for key in keys]).save(folder, f"{name}.values")
        self._deletes.save(folder, "rests")

    @classmethod
    def load(cls, folder: Path) -> Self:
        counts = mapped(folder / "counts.npy")
        keys = Keys(Strings.load(folder, "words"))
        words = Table(keys, lambda number: Word(*counts[number].tolist()))
        joined, variants, abbreviations = (_loaded(folder, name) for name in ("joined", "variants", "abbreviations"))
        loaded = cls(words, joined, variants, abbreviations)
        loaded.__dict__["_deletes"] = Deletes.load(folder, "rests")
        loaded.__dict__["_sorted"] = keys.strings
        return loaded

    @cached_property
    def abbreviation_of(self) -> Mapping[Words, str]:
        """Abbreviations by the words of their long form."""
        return {long: short for short, long in self.abbreviations.items()}

    @cached_property
    def by_folding(self) -> Mapping[str, Sequence[str]]:
        """The words that are written in other characters, or with other digits, by the spelling that they share."""
        by_folding: dict[str, list[str]] = {}
        for word in self.words:
            if (not word.isascii() or word.startswith("0")) and (spelling := folded(word)) != word:
                by_folding.setdefault(spelling, []).append(word)
        return by_folding

    @cached_property
    def latin_names(self) -> Names:
        """The names in Latin letters, by their sound: what those of other scripts may mean."""
        names = {w: entry.count for w, entry in self.words.items() if entry.is_name and script_of(w) == LATIN}
        return Names(names, (pair for _, pair in self.joined.items() if script_of(pair[0]) == LATIN))

    @cached_property
    def other_names(self) -> Names:
        """The names in other letters; in scripts without capitals, all words."""
        words = {w: self.words[w] for w in self.words if not w.isascii() and script_of(w) != LATIN}
        names = {word: entry.count for word, entry in words.items() if entry.is_name or not is_cased(word)}
        return Names(names, (pair for _, pair in self.joined.items() if script_of(pair[0]) != LATIN))

    def nearest(self, word: str, *, name: bool = False) -> str | None:
        """The word of the corpus that a mistyped one most probably means; None where nothing is near enough.

        Distance is optimal string alignment: a wrong, missing, additional or swapped letter is one step. Among equally
        near words one that has all letters typed, in their order or swapped, wins (letters are left out and swapped
        more often than they are mistaken), then the same first letter, then the most frequent, then the alphabet.
        A word of English is never another one, a name (``name``) means a name, and no word means its opposite.
        """
        if len(word) < SHORTEST or not _is_spelled(word) or word in english_words():
            return None
        allowed = 1 if len(word) < LONG else 2
        near = {
            meant: steps
            for meant, steps in self._within(word, allowed).items()
            if not is_opposite(word, meant) and (self.words[meant].is_name or not name)
        }
        ranked = sorted(
            near, key=lambda w: (near[w], not _keeps_letters(word, w), w[0] != word[0], -self.words[w].count, w)
        )
        return ranked[0] if ranked else None

    def _within(self, word: str, distance: int) -> dict[str, int]:
        choices = [self._sorted[number] for number in self._deletes.near(word).tolist()]
        matches = process.extract(word, choices, scorer=OSA.distance, score_cutoff=distance, limit=None)
        return {match: int(steps) for match, steps, _ in matches}

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self.words)

    @cached_property
    def _deletes(self) -> Deletes:
        spelled = [i for i, word in enumerate(self._sorted) if len(word) >= SHORTEST - 1 and _is_spelled(word)]
        return Deletes.build([self._sorted[number] for number in spelled], spelled)


def _loaded(folder: Path, name: str) -> Table[Any]:
    """A table of words by a word."""
    values = Strings.load(folder, f"{name}.values")
    return Table(Keys(Strings.load(folder, name)), lambda number: tuple(values[number].split(_SEPARATOR)))


@cache
def english_words() -> frozenset[str]:
    """Some 80,000 words of English, as a frequency list spells them (that of SymSpell, MIT licence)."""
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines()
    return frozenset(line.split()[0] for line in lines if line)


def _word(text: str) -> str:
    """An abbreviation as one normalised word, whatever stands between its letters."""
    return "".join(token.word for token in analyze(text))


def _one_apart(names: Sequence[str]) -> dict[str, list[str]]:
    """For each name the others that are one letter away and begin alike, sorted; names without any are left out."""
    speller = SymSpell(max_dictionary_edit_distance=1, prefix_length=max(map(len, names), default=0) + 2)
    spelled = sorted(filter(_is_spelled, set(names)))
    for name in spelled:
        speller.create_dictionary_entry(name, 1)
    near = {name: _others(name, speller) for name in spelled}
    return {name: others for name, others in near.items() if others}


def _others(name: str, speller: SymSpell) -> list[str]:
    suggestions = speller.lookup(name, Verbosity.ALL, max_edit_distance=1)
    return sorted(other.term for other in suggestions if other.distance == 1 and other.term[0] == name[0])


def _is_spelled(word: str) -> bool:
    """Whether a word can be misspelled: a number is another number then."""
    return word.isalpha() and not _ROMAN.fullmatch(word)


def is_opposite(word: str, other: str) -> bool:
    """Whether two words differ by nothing but a prefix that negates."""
    return word != other and _NEGATING.sub("", word, count=1) == _NEGATING.sub("", other, count=1)


def _keeps_letters(typed: str, meant: str) -> bool:
    """Whether the typed letters are those of the word, some perhaps left out or swapped."""
    letters = iter(meant)
    return all(letter in letters for letter in typed) or sorted(typed) == sorted(meant)
