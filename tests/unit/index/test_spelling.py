"""What the words of a corpus tell about the words of a question."""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from qa.analysis import analyze
from qa.index.spelling import LONG, SHORTEST_NAME, Lexicon

TEXT = """In 1990 Xu Jiatun left Hong Kong. They met Xu Jiatun, and later
Yu Qiang-sheng and Yu Qiansheng, at the harbour.
It was the harbour of Super Bowl XXXVII and of Louis XVIII. We saw XXVIII boats, XXXVII flags and the year of MDCCLXX.
The officials became head of the agency. An official may become known. The Chinese Communist Party (CCP) ruled."""


def lexicon_of(text: str) -> Lexicon:
    sentences = text.split(". ")
    return Lexicon.build((sentence, analyze(sentence)) for sentence in sentences)


CORPUS = lexicon_of(TEXT)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("harbor", "harbour"),
        ("hrabour", "harbour"),
        ("becom", "become"),
        ("oficials", "officials"),
        ("jiatn", "jiatun"),
        ("offficals", "officials"),
        ("zebra", None),
        ("hed", None),
        ("1991", None),
        ("b2came", None),
        ("xviii", None),
        ("xxxviii", None),
        ("mdcclxxi", None),
    ],
)
def test_a_mistyped_word(typed: str, meant: str | None) -> None:
    """The nearest word is meant; short words, words far from all and numbers, Roman ones too, are what they are."""
    assert CORPUS.nearest(typed) == meant


def test_spellings_of_a_name() -> None:
    """Names a letter apart are variants of each other, two words are joined; a numeral is no variant of another."""
    names = lexicon_of(
        "We met Qiansheng and saw Qiangsheng there. They knew Yu Qiang-sheng. See XXVIII and XXXIII here."
    )
    assert names.variants == {"qiansheng": ["qiangsheng"], "qiangsheng": ["qiansheng"]}
    assert CORPUS.joined["qiangsheng"] == ("qiang", "sheng")
    assert CORPUS.variants == {}


@given(st.lists(st.text("abXY", min_size=SHORTEST_NAME, max_size=LONG), max_size=12))
def test_variants_are_all_pairs_of_names_a_step_apart(names: list[str]) -> None:
    """The short cut over words with a letter left out finds what comparing every two would find."""
    found = lexicon_of(". ".join(f"the {name.capitalize()}" for name in names)).variants
    words = sorted({name.lower() for name in names})
    expected: dict[str, list[str]] = {}
    for one, other in permutations(words, 2):
        if one[0] == other[0] and OSA.distance(one, other) == 1:
            expected.setdefault(one, []).append(other)
    assert found == expected


@given(st.text("abcdehiorsuxv", max_size=10))
def test_what_is_meant_is_a_near_word_of_the_corpus(typed: str) -> None:
    """No correction invents a word, and none is further away than two letters, of a short word one."""
    meant = CORPUS.nearest(typed)
    assert meant is None or (meant in CORPUS.words and OSA.distance(typed, meant) <= (1 if len(typed) < LONG else 2))


def test_the_disk_changes_nothing(tmp_path: Path) -> None:
    """What is loaded is what was saved."""
    CORPUS.save(tmp_path)
    loaded = Lexicon.load(tmp_path)
    assert (loaded.words, loaded.joined, loaded.variants) == (CORPUS.words, CORPUS.joined, CORPUS.variants)
    assert loaded.abbreviations == CORPUS.abbreviations == {"ccp": ("chinese", "communist", "party")}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("emigrants", "The immigrants came."),
        ("proscribed", "It was prescribed."),
        ("unofficiall", "an officiall note"),
        ("informel", "a formel note"),
    ],
)
def test_no_word_is_corrected_into_another(typed: str, text: str) -> None:
    """A word of English is what it is, and no word becomes its opposite."""
    assert lexicon_of(text).nearest(typed) is None


def test_a_name_is_corrected_into_a_name() -> None:
    """A word with a capital means a name of the corpus, not a word that is near it."""
    words = lexicon_of("the harbourr, and Harbouro there. A harbourr. the harbourr")
    assert words.nearest("harbourx") == "harbourr"
    assert words.nearest("harbourx", name=True) == "harbouro"
