"""Names in Latin letters, in syllables of Pinyin, and by their sound."""

import pytest

from qa.index.names import Names
from qa.index.transliteration import pinyin, romanised, sounds


@pytest.mark.parametrize(
    ("text", "latin"), [("Горбачёв", "gorbachev"), ("許家屯", "xujiatun"), ("Łódź", "lodz"), ("Цзятунь", "tszyatun")]
)
def test_a_name_is_romanised(text: str, latin: str) -> None:
    """Every script becomes Latin letters, without marks."""
    assert romanised(text) == latin


@pytest.mark.parametrize("text", ["Jiatun", "家屯", "Цзятунь", "цзятунь"])
def test_a_chinese_name_has_the_same_syllables_in_three_scripts(text: str) -> None:
    """Pinyin, characters and Palladius's Cyrillic are read alike."""
    assert pinyin(text) == ("jia", "tun")


@pytest.mark.parametrize(
    ("cyrillic", "syllables"),
    [("Си", ("xi",)), ("Чжоу", ("zhou",)), ("Эньлай", ("en", "lai")), ("Шанхай", ("shang", "hai")), ("сюи", ("xu",))],
)
def test_palladius_is_put_back_into_pinyin(cyrillic: str, syllables: tuple[str, ...]) -> None:
    """Syllables by his table, also where normalising took the mark off й."""
    assert pinyin(cyrillic) == syllables


@pytest.mark.parametrize("text", ["Luther", "Berlin", "Лютер", "1990", ""])
def test_what_is_no_chinese_name_has_no_syllables(text: str) -> None:
    """One letter that no syllable holds, and there are none."""
    assert pinyin(text) == ()


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("Gorbachev", ["Горбачёв", "Gorbatschow", "戈尔巴乔夫", "غورباتشوف"]),
        ("Clinton", ["Клинтон", "クリントン", "클린턴", "克林顿"]),
        ("Hitler", ["Гитлер"]),
        ("George", ["Джордж"]),
    ],
)
def test_romanisations_of_a_name_share_a_key(name: str, others: list[str]) -> None:
    """Whatever language writes a name, its consonants are of the same classes."""
    assert all(set(sounds(name)) & set(sounds(other)) for other in others)
    assert not set(sounds(name)) & set(sounds("Kaltenbach"))


def test_the_most_similar_names_are_given() -> None:
    """Of names with the same consonants those are kept that are nearly as similar as the best."""
    names = Names({"manning": 3, "meng": 1, "mingo": 1, "panthers": 9})
    assert names.like("мэннингу") == ["manning"]
    assert names.like("пэнтерс") == ["panthers"]
    assert names.like("manning") == []
