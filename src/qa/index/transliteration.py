"""A name → how it is written in Latin letters, and how it sounds, so that names of different scripts can be compared.

Scripts are romanised by anyascii. Romanisations of a name differ between languages: Горбачёв is Gorbachev in English,
Gorbatschow in German, and 戈尔巴乔夫 reads "ge er ba qiao fu". What they share are classes of consonants, as in Soundex
and its kin (Odell and Russell 1918): those are the keys here. Where a letter is read in several ways, each is a key.

Chinese names are read as Pinyin; those in Cyrillic follow Palladius (1888), whose syllables are put back into Pinyin.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product

from anyascii import anyascii

MOST_KEYS = 8  # of a name
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_CYRILLIC = re.compile("[\u0400-\u052f]+")
_VOWELLESS = re.compile("[\u0590-\u06ff]")  # Hebrew and Arabic leave vowels out
_SYLLABLE = re.compile("[A-Z][a-z]*|[a-z]+")
_REPEATED = re.compile(r"([a-z])\1+")

_SIBILANT, _NONE = "s", ""
_READINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("tsch", "shch", "dsch", "tch", "tsz", "dzh", "zh", "sh", "sz", "cz", "dz", "dj", "s", "z"),
        (_SIBILANT,),
    ),
    "ts": (_SIBILANT, "ts"), "tz": (_SIBILANT, "ts"), "nb": ("mp",), "np": ("mp",),
    "sch": (_SIBILANT, "sk"), "ch": (_SIBILANT, "k"), "kh": ("k",), "gh": ("k", _NONE), "ph": ("f",), "th": ("t",),
    "ck": ("k",), "qu": ("k",), "ng": ("n", "nk"), "x": ("ks", _SIBILANT), "q": ("k", _SIBILANT),
    "ce": (_SIBILANT, "k"), "ci": (_SIBILANT, "k"), "cy": (_SIBILANT,), "c": ("k",),
    "ge": ("k", _SIBILANT), "gi": ("k", _SIBILANT), "g": ("k",), "k": ("k",), "j": (_SIBILANT, _NONE),
    "b": ("p",), "p": ("p",), "d": ("t",), "t": ("t",), "v": ("f",), "f": ("f",), "w": ("f", _NONE),
    "l": ("r",), "r": ("r",), "m": ("m",), "n": ("n",),
}  # fmt: skip
_SOUND = re.compile("|".join([*sorted(_READINGS, key=len, reverse=True), "[a-z]"]))

_INITIALS = {
    "б": "b", "п": "p", "м": "m", "ф": "f", "д": "d", "т": "t", "н": "n", "л": "l", "г": "g", "к": "k", "х": "h",
    "ч": "ch", "ш": "sh", "ж": "r", "чж": "zh", "ц": "c", "цз": "z", "с": "s",
}  # fmt: skip
_PALATAL = {"цз": "j", "ц": "q", "с": "x"}
_FINALS = {
    "а": "a", "о": "o", "э": "e", "ы": "i", "ай": "ai", "эй": "ei", "ао": "ao", "оу": "ou", "ань": "an", "энь": "en",
    "ан": "ang", "эн": "eng", "ун": "ong", "у": "u", "уа": "ua", "уо": "uo", "уай": "uai", "уй": "ui", "уань": "uan",
    "унь": "un", "уан": "uang", "и": "i", "я": "ia", "е": "ie", "яо": "iao", "ю": "iu", "янь": "ian", "инь": "in",
    "ян": "iang", "ин": "ing", "юн": "iong", "юй": "u", "юэ": "ue", "юань": "uan", "юнь": "un",
}  # fmt: skip
_ALONE = {
    "а": "a", "э": "e", "ай": "ai", "ао": "ao", "оу": "ou", "ань": "an", "энь": "en", "ан": "ang", "эр": "er",
    "и": "yi", "я": "ya", "е": "ye", "яо": "yao", "ю": "you", "янь": "yan", "инь": "yin", "ян": "yang", "ин": "ying",
    "юн": "yong", "юй": "yu", "юэ": "yue", "юань": "yuan", "юнь": "yun", "у": "wu", "ва": "wa", "во": "wo",
    "вай": "wai", "вэй": "wei", "вань": "wan", "вэнь": "wen", "ван": "wang", "вэн": "weng",
}  # fmt: skip
_ONLY_PALATAL = frozenset("и я е яо ю янь инь ян ин юн юй юэ юань юнь".split())


def romanised(text: str) -> str:
    """Latin letters alone, lower case: what anyascii makes of each character.

    >>> romanised("Горбачёв"), romanised("許家屯")
    ('gorbachev', 'xujiatun')
    """
    return re.sub("[^a-z]", "", anyascii(text).lower())


def pinyin(text: str) -> tuple[str, ...]:
    """The syllables of Chinese characters, of Pinyin in Latin letters, or of Palladius's Cyrillic; empty for others.

    >>> pinyin("Цзятунь"), pinyin("Jiatun"), pinyin("家屯"), pinyin("Luther")
    (('jia', 'tun'), ('jia', 'tun'), ('jia', 'tun'), ())
    """
    if HAN.fullmatch(text):
        return tuple(syllable.lower() for syllable in _SYLLABLE.findall(anyascii(text)))
    lower = text.lower()
    if _CYRILLIC.fullmatch(lower):
        return tuple(_palladius()[syllable] for syllable in _divided(lower, frozenset(_palladius())))
    return _divided(lower, _syllables())


@lru_cache(1 << 14)
def sounds(name: str) -> tuple[str, ...]:
    """The keys of a name, by what its consonants sound like; names that share one may be the same.

    >>> set(sounds("Gorbatschow")) & set(sounds("Горбачёв")) & set(sounds("戈尔巴乔夫"))
    {'krpsf'}
    """
    letters = _REPEATED.sub(r"\1", romanised(name))
    readings = [_READINGS.get(sound, (_NONE,)) for sound in _SOUND.findall(letters)]
    if letters.startswith("h"):
        readings[0] = (_NONE, "k")  # Russian writes the sound as Г
    keys: dict[str, None] = {}
    for reading in product(*readings):
        keys[_REPEATED.sub(r"\1", "".join(reading))] = None
        if len(keys) == MOST_KEYS:
            break
    return tuple(keys)


def has_vowels(name: str) -> bool:
    """Whether a name is in a script that writes its vowels."""
    return not _VOWELLESS.search(name)


def _divided(text: str, syllables: frozenset[str]) -> tuple[str, ...]:
    """A text as syllables, the longest first; empty where it can't be divided."""
    return next(_divisions(text, syllables), ())


def _divisions(text: str, syllables: frozenset[str]) -> Iterator[tuple[str, ...]]:
    if not text:
        yield ()
    for length in range(min(6, len(text)), 0, -1):
        if text[:length] in syllables:
            yield from ((text[:length], *rest) for rest in _divisions(text[length:], syllables))


@cache
def _palladius() -> dict[str, str]:
    """Pinyin by syllable of Palladius, and by what is left of one where accents are off."""
    table = dict(_ALONE)
    for initial, latin in _INITIALS.items():
        for final, vowel in _FINALS.items():
            if final in _ONLY_PALATAL:
                table[initial + final] = _PALATAL.get(initial, latin) + vowel
            else:
                table[initial + final] = latin + vowel
    return table | {syllable.replace("й", "и"): latin for syllable, latin in table.items()}


@cache
def _syllables() -> frozenset[str]:
    return frozenset(_palladius().values()) | {"lv", "nv", "lve", "nve"}
