"""One form of a word or number, whatever its notation, and offsets of the text as it stands."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.analysis import TokenShape, analyze, normalize, terms, token_shapes


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("1,250,000", "1250000"),
        ("1.250.000", "1250000"),
        ("1 250 000", "1250000"),
        ("1\u202f250\u202f000", "1250000"),
        ("1'250'000", "1250000"),
        ("1250000", "1250000"),
        ("1,250,000.50", "1250000.50"),
        ("1.250.000,50", "1250000.50"),
        ("38.5", "38.5"),
        ("38,5", "38.5"),
    ],
)
def test_notations_of_a_number(text: str, term: str) -> None:
    """A number is one term, however its digits are grouped and whatever sign stands before its decimals."""
    assert terms(f"It holds {text}, they say.") == ["it", "hold", term, "they", "say"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.5.1990", ["12", "5", "1990"]),
        ("192.168.1.1", ["192", "168", "1", "1"]),
        ("1990,1991", ["1990", "1991"]),
        ("2015 250", ["2015", "250"]),
        ("v3.12", ["v3", "12"]),
        ("3.1.", ["3.1"]),
    ],
)
def test_digits_that_are_no_single_number(text: str, expected: list[str]) -> None:
    """Dates and addresses keep their parts apart; a full stop after a number ends the sentence."""
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Donau\u00addampf\u00adschiff", "donaudampfschiff"),
        ("Nord\u200bhavn", "Nordhavn"),
        (unicodedata.normalize("NFD", "résumé"), "résumé"),
        (unicodedata.normalize("NFD", "Đặng"), "Đặng"),
        ("Ｔｏｋｙｏ", "tokyo"),
        ("مُحَمَّد", "محمد"),
        ("हिन्दी", "हिन्दी"),
        ("Jiatun’s", "Jiatun"),
    ],
)
def test_spellings_of_a_word(written: str, typed: str) -> None:
    """Accents, their combining forms, width, invisible characters and possessive do not tell words apart."""
    assert terms(written) == terms(typed)
    assert len(terms(written)) == 1


def test_a_word_divided_at_the_end_of_a_line() -> None:
    """It is found whole and by its halves, and the whole stands next to what follows."""
    text = "the inter-\n national office, well-\r\nknown Jia-\nTun"
    found = [(token.word, text[token.start : token.end]) for token in analyze(text)]
    assert found == [
        ("the", "the"),
        ("inter", "inter"),
        ("national", "national"),
        ("international", "inter-\n national"),
        ("office", "office"),
        ("well", "well"),
        ("known", "known"),
        ("wellknown", "well-\r\nknown"),
        ("jia", "Jia"),
        ("tun", "Tun"),
    ]


def test_unspaced_scripts_give_pairs() -> None:
    """Han characters overlap in pairs; one by itself is a term."""
    text = "許家屯 a 港"
    assert [(token.term, token.start, token.end) for token in analyze(text)] == [
        ("許家", 0, 2),
        ("家屯", 1, 3),
        ("a", 4, 5),
        ("港", 6, 7),
    ]


@given(st.text(alphabet=st.sampled_from("aZé\u0301\u00ad1,. -\n'’家م\u200b\ufe0f❤")))
def test_tokens_are_slices_in_order(text: str) -> None:
    """Every token is a non-empty slice of the text with a letter or digit first, and ends never go back."""
    tokens = analyze(text)
    assert all(0 <= token.start < token.end <= len(text) and text[token.start].isalnum() for token in tokens)
    assert all(before.end <= after.end for before, after in pairwise(tokens))


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("In May 1990", [TokenShape.INITIAL | TokenShape.CAPITAL, TokenShape.CAPITAL | TokenShape.MONTH, 6]),
        ("twelve may", [TokenShape.INITIAL | TokenShape.NUMBER_WORD, 0]),
        ("the 19th century", [TokenShape.INITIAL, TokenShape.DIGIT, TokenShape.MONTH]),
        ("about 1,990", [TokenShape.INITIAL, TokenShape.DIGIT]),
    ],
)
def test_shapes(text: str, shapes: list[int]) -> None:
    """A month has a capital, a year four digits in a row, and the first word of a sentence says so."""
    assert token_shapes(text, analyze(text)) == [int(shape) for shape in shapes]


def test_normalize_keeps_what_is_nothing_but_marks() -> None:
    """A word of nothing that counts stays as it is, so that no term is empty."""
    assert normalize("\u0301") == "\u0301"
    assert normalize("ÉCOLE’s") == "ecole"
