"""Which language a text is in, and what its words have in common."""

import pytest

from qa.languages import SPOKEN, common_words, language_of, stem


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The fox and the hound went to the river with a friend.", "en"),
        ("Who was the first captain of the icebreaker?", "en"),
        ("Der Fuchs und die Gans sind nicht mit dem Boot gefahren.", "de"),
        ("¿Quién fue la primera farera de la costa?", "es"),
        ("Quand la bibliothèque a-t-elle été fondée ?", "fr"),
        ("Кто был первым капитаном ледокола?", "ru"),
        ("長城是古代中國的軍事防禦工程。", "zh"),
        ("これは日本語の文章です。東京", "ja"),
        ("تأسست المدينة", "ar"),
        ("다리는 언제 지어졌습니까?", "ko"),
        ("สะพานนี้สร้างเมื่อใด", "th"),
        ("Αθήνα", "el"),
    ],
)
def test_a_language_is_told(text: str, language: str) -> None:
    """A text that tells its language gets its code."""
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "12 34", "1923", "a1"])
def test_what_no_language_is_told_of(text: str) -> None:
    """Figures, and texts of hardly any letters, tell none."""
    assert language_of(text) is None


@pytest.mark.parametrize("text", ["Xu Jiatun?", "Kinmen 1949", "Puffin", "Super Bowl 50"])
def test_names_are_of_no_other_language(text: str) -> None:
    """A name is of many languages: alone it tells none."""
    assert language_of(text) in {None, "en"}


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de", ("brucke", "brucken")), ("es", ("libro", "libros")), ("ru", ("ледокол", "ледоколом")),
        ("fr", ("apprenti", "apprentis")), ("xx", ("word", "word")),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_a_stem(language: str, forms: tuple[str, str]) -> None:
    """Snowball takes endings off; a language without rules keeps the word."""
    assert stem(forms[0], language) == stem(forms[1], language)
    assert stem("words", "xx") == "words"


def test_common_words_are_known_for_all_spoken_languages() -> None:
    """Each language that is spoken has its list; an unknown one has none."""
    assert all(common_words(language) for language in SPOKEN)
    assert {"der", "und"} <= common_words("de")
    assert common_words("xx") == frozenset()
