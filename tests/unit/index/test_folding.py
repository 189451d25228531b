"""One spelling for what a script writes in several ways."""

import pytest

from qa.index.folding import folded, simplified


@pytest.mark.parametrize(
    ("words", "spelling"),
    [
        (("許家", "许家"), "许家"),
        (("沢", "澤", "泽"), "泽"),
        (("١٩٩٠", "۱۹۹۰", "1990", "1990년"), "1990"),
        (("05", "5", "٠٥", "5일"), "5"),
        (("كتابة", "كتابه"), "كتابه"),
        (("ايران", "ایران"), "ايران"),
        (("mayıs", "mayis"), "mayis"),
        (("łodz", "lodz"), "lodz"),
    ],
)
def test_spellings_of_a_word_are_one(words: tuple[str, ...], spelling: str) -> None:
    """Characters, digits and letters that stand for each other become one."""
    assert {folded(word) for word in words} == {spelling}


@pytest.mark.parametrize("word", ["house", "0", "00", "2000", "105", "x05", "мир", "mühle"])
def test_other_words_stay_apart(word: str) -> None:
    """No zero is lost that is the whole number or a part of a name, and no other script is touched."""
    assert folded(word) in {word, "0" if word == "00" else word, "muhle" if word == "mühle" else word}


def test_simplifying_keeps_every_character_in_its_place() -> None:
    """Offsets in the one text are those in the other."""
    text = "Xu 許家屯😀說"
    assert simplified(text) == "Xu 许家屯😀说"
    assert len(simplified(text)) == len(text)
