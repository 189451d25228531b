"""Which language a text is in, as far as its script and its commonest words say: what ``lang`` tells a screen reader.

A wrong ``lang`` reads a text with the wrong voice, so a text that does not say is marked as unknown (an empty ``lang``,
HTML standard, section 3.2.6.2).
"""

import re

SAMPLE = 2000  # characters that are looked at
SHARE = 0.08  # of words, below which common words say nothing
_LATIN_WORDS = {
    "en": "the of and to in was is that for with",
    "de": "der die und den von zu das mit sich des ist nicht",
    "fr": "le la les et des du une est dans que qui",
    "es": "el la los las de y en que una del por",
    "it": "il di che la e un della per non sono",
    "nl": "de het een van en dat niet op te zijn",
    "pt": "o a os de e que do da em um uma não",
}
_COMMON = {language: frozenset(words.split()) for language, words in _LATIN_WORDS.items()}
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
_SCRIPT_SHARE = 0.2  # of letters; Japanese has kana among its Han, hence the order above
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str:
    """The BCP 47 tag of the language, or an empty text where it cannot be told."""
    sample = text[:SAMPLE]
    letters = sum(character.isalpha() for character in sample)
    for language, pattern in _SCRIPTS:
        if letters and len(pattern.findall(sample)) / letters > _SCRIPT_SHARE:
            return language
    words = [word.lower() for word in _WORD.findall(sample)]
    shares = {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    best = max(shares, key=lambda language: shares[language])
    return best if words and shares[best] / len(words) >= SHARE else ""
