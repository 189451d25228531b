"""Text → the language that it is written in, offline, where that can be told; and each language's words.

The identifier is py3langid's: naive Bayes over byte n-grams (Lui and Baldwin 2012, "langid.py: An Off-the-shelf
Language Identification Tool"), with probabilities. It chooses among the languages below alone: of all that it knows,
some are written so much like English that a short English question would pass for them.
"""

import io
import re
from functools import lru_cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from Stemmer import Stemmer

from qa.analysis import analyze, normalize

ENGLISH = "en"
SPOKEN = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")
"""Languages that the multilingual embedder was trained in; Chinese in both of its scripts."""
OTHERS = ("bg", "ca", "cs", "da", "el", "fa", "fi", "he", "hi", "hu", "id", "no", "ro", "sk", "sr", "sv", "uk", "vi")
"""Languages that are told apart beside them, so that text in one of them is not taken for another."""
UNSPACED = ("ja", "ko", "th", "zh")
"""Languages in which a word may stand against the next one, or its endings, without a space."""
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian",
    "id": "indonesian", "it": "italian", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
SURE = 0.9  # probability from which text is believed to be English, or not to be
LIKELY = 0.5  # probability of the likeliest other one: formulas are a little like each of many
LEAST = 3  # letters: fewer tell nothing
SAMPLE = 2000  # characters that are looked at
_LATIN = re.compile("[A-Za-z]")


def language_of(text: str, likely: float = LIKELY) -> str | None:
    """The ISO 639-1 code of the likeliest language; None where it can't be told from English, or nothing can.

    A name in Latin letters looks like many languages, so that one other than English needs a common word of it, and at
    least the probability ``likely``.

    >>> language_of("Wann wurde die Brücke über den Fluss gebaut?")
    'de'
    >>> language_of("Xu Jiatun") is None
    True
    """
    return _language_of(text[:SAMPLE], likely)


@lru_cache(1 << 10)  # a question's language, and a document's, is asked for by several parts
def _language_of(sample: str, likely: float) -> str | None:
    letters = sum(character.isalpha() for character in sample)
    if letters < LEAST:
        return None
    ranked = dict(_identifier().rank(sample))
    english = float(ranked.pop(ENGLISH))
    if english >= SURE:
        return ENGLISH
    likeliest = str(max(ranked, key=ranked.__getitem__))
    if 2 * len(_LATIN.findall(sample)) > letters:
        words = {token.word for token in analyze(sample)}
        english = 1.0 if words.isdisjoint(common_words(likeliest)) else english
    return likeliest if 1 - english >= SURE and ranked[likeliest] >= likely else None


@lru_cache(64)
def common_words(language: str) -> frozenset[str]:
    """The words of a language that carry no topic, normalised; empty for a language without a list."""
    library = import_module("stopwordsiso")
    return frozenset(map(normalize, library.stopwords(language))) if library.has_lang(language) else frozenset()


def stem(word: str, language: str) -> str:
    """What a normalised word has in common with its inflected forms, by Snowball; the word where it has no rules."""
    return str(Stemmer(STEMMERS[language]).stemWord(word)) if language in STEMMERS else word


@lru_cache(1)
def _identifier() -> Any:  # py3langid has no types
    langid: Any = import_module("py3langid.langid")
    modelio: Any = import_module("py3langid.modelio")
    # it unpacks its model into a temporary file, for which a full disk has no room
    modelio.tempfile = SimpleNamespace(TemporaryFile=lambda **_: io.BytesIO())
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted({*SPOKEN, *OTHERS}))
    return identifier
