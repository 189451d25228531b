"""The names of a corpus by how they sound: what a name of a question can be in another script."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from qa.analysis import is_unspaced
from qa.index.transliteration import HAN, has_vowels, pinyin, romanised, sounds
from qa.languages import stem

MOST_NAMES = 200_000  # that are kept, the most frequent first
SHORTEST = 2  # letters
LONGEST = 32
CLEAR = 3  # consonants from which a key tells names apart
ALIKE, SHORT_ALIKE = 62.0, 80.0  # per cent of letters that agree, at least, of names with a clear key, and of others
NEARLY = 12.0  # per cent less than the most similar one: names that are as good
MOST = 4  # names that one may be
LATIN = "LATIN"
_CASED = frozenset({LATIN, "CYRILLIC", "GREEK"})
_ARTICLES = ("وال", "ال", "و", "ب", "ل")  # what Arabic writes before a name, as a part of it
_ALIKE_LETTERS = (("dzh", "j"), ("tsch", "ch"), ("zh", "j"), ("sch", "sh"), ("kh", "h"), ("ph", "f"), ("y", "i"))
_VOICED = str.maketrans("bdgcqvw", "ptkkkff")  # as the keys have them: what is left to compare is mostly vowels

Words = tuple[str, ...]


class Names:
    """Names by their sound.

    Attributes:
        by_sound: names by each of their keys.
        by_pinyin: the words of Chinese names by their syllables; of Chinese text, every pair of characters.
    """

    def __init__(self, words: Mapping[str, int], joined: Iterable[Words] = ()) -> None:
        """Read words with their counts, and names of two words."""
        self.by_sound: dict[str, list[str]] = {}
        self.by_pinyin: dict[str, list[Words]] = {}
        for word in sorted(filter(_is_readable, words), key=lambda word: (-words[word], word))[:MOST_NAMES]:
            self._add_pinyin((word,))
            if not is_unspaced(word):
                for key in _keys(word):
                    self.by_sound.setdefault(key, []).append(word)
        for words_of_name in joined:
            self._add_pinyin(words_of_name)

    def _add_pinyin(self, words: Words) -> None:
        syllables = [pinyin(word) for word in words]
        if all(syllables):
            self.by_pinyin.setdefault("".join(s for part in syllables for s in part), []).append(words)

    def __bool__(self) -> bool:
        return bool(self.by_sound or self.by_pinyin)

    def like(self, name: str) -> list[str]:
        """The names in other scripts that sound like one, the most similar first."""
        script = script_of(name)
        similar: dict[str, float] = {}
        for form in forms(name):
            for key in sounds(form):
                for other in self.by_sound.get(key, ()):
                    if script_of(other) != script:
                        similar[other] = max(similar.get(other, 0.0), _similarity(form, other, key))
        least = max(similar.values(), default=0.0) - NEARLY
        near = sorted((word for word, s in similar.items() if s and s >= least), key=lambda w: (-similar[w], w))
        return near[:MOST]


@lru_cache(1 << 12)
def script_of(word: str) -> str:
    """The script of a word's first letter, by Unicode's names: LATIN, CYRILLIC, CJK, HANGUL …"""
    return unicodedata.name(word[0], "").split(" ")[0]


def is_cased(word: str) -> bool:
    """Whether names are written with a capital in a word's script."""
    return script_of(word) in _CASED


def _is_readable(word: str) -> bool:
    return word.isalpha() and len(word) <= LONGEST and (len(word) >= SHORTEST or bool(HAN.fullmatch(word)))


def _keys(word: str) -> Iterator[str]:
    yield from dict.fromkeys(key for form in forms(word) for key in sounds(form) if len(key) > 1)


def forms(word: str) -> Sequence[str]:
    """A name as it stands, and without what its language may add to it."""
    match script_of(word):
        case "CYRILLIC":
            return list(dict.fromkeys((word, stem(word, "ru"))))
        case "HANGUL":
            whole = unicodedata.normalize("NFC", word)  # normalised words are in single letters
            parts = [whole[: len(whole) - cut] for cut in range(3) if len(whole) - cut > 1]
            return [unicodedata.normalize("NFD", part) for part in parts or [whole]]
        case "ARABIC":
            return [word, *(word[len(a) :] for a in _ARTICLES if word.startswith(a) and len(word) > len(a) + 2)]
        case _:
            return [word]


def _similarity(name: str, other: str, key: str) -> float:
    """How much of two names agrees, in per cent; 0 where it is too little."""
    if not (has_vowels(name) and has_vowels(other)):
        return 100.0 if len(key) >= CLEAR else 0.0
    alike = max(fuzz.ratio(_letters(name), _letters(form)) for form in forms(other))
    return alike if alike >= (ALIKE if len(key) >= CLEAR else SHORT_ALIKE) else 0.0


@lru_cache(1 << 12)
def _letters(name: str) -> str:
    """A name in Latin letters, with one letter for what languages write with several."""
    letters = romanised(name)
    for several, letter in _ALIKE_LETTERS:
        letters = letters.replace(several, letter)
    return letters.translate(_VOICED)
