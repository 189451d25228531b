"""Whether a page's text is what it shows: a font's map may lead to wrong letters, and OCR may have read noise.

Only what is nonsense in every language that is written in Latin letters counts: hardly a common word of any, and far
fewer vowels than any has. Lists of names have vowels; formulas and tables have few letters, and are let be.
"""

import re
import unicodedata
from collections import Counter

from qa.languages import OTHERS, SPOKEN, common_words

ENOUGH = 40  # letters: less tells nothing
LATIN = 0.7  # of the letters
FEWEST_VOWELS = 0.25  # of the letters: English has 0.40, Polish and Czech 0.40, German 0.38; letters put for others 0.2
FEWEST_COMMON = 0.08  # of the words are common ones of a language: prose has 0.3 and more
MOST_MARKS = 0.25  # of the characters of recognised text: what is no letter or digit
_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = frozenset("aeiouyäöüæøœıаеиоуы")


def is_nonsense(text: str) -> bool:
    """Whether a text in Latin letters is in no language.

    >>> is_nonsense("Esp qpccj Xlcpyvl wpqe Vpwgtv ty esp xzcytyr zq 4 Xlj 1931 htes dtiej alddpyrpcd.")
    True
    >>> is_nonsense("The ferry Marenka left Kelvik in the morning of 4 May 1931 with sixty passengers.")
    False
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    letters = [character for character in plain if character.isalpha()]
    latin = [character for character in letters if "a" <= character <= "z"]
    if len(latin) < ENOUGH or len(latin) < LATIN * len(letters):
        return False
    words = Counter(_WORD.findall(plain))
    common = max(sum(words[word] for word in words.keys() & common_words(code)) for code in (*SPOKEN, *OTHERS))
    vowels = sum(character in _VOWELS for character in letters)
    return common < FEWEST_COMMON * words.total() and vowels < FEWEST_VOWELS * len(letters)


def is_noise(text: str) -> bool:
    """Whether what was recognised in a picture is no text: in no language, or full of marks."""
    characters = [character for character in text if not character.isspace()]
    marks = sum(not character.isalnum() for character in characters)
    return is_nonsense(text) or marks > MOST_MARKS * len(characters)
