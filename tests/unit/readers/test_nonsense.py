"""Texts that fonts with wrong maps give are told from texts that only look so."""

import pytest

from qa.readers.nonsense import is_noise, is_nonsense

ENGLISH = "The ferry Marenka left Kelvik in the morning of 4 May 1931 with sixty passengers and a cargo of salt."


def shifted(text: str, by: int) -> str:
    """Each letter replaced by the one that stands so many places after it."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return text.lower().translate(str.maketrans(alphabet, alphabet[by:] + alphabet[:by]))


@pytest.mark.parametrize(
    "text",
    [
        shifted(ENGLISH, 11),
        shifted(ENGLISH, 3),
        "7KHUHVHUYRLUDERYHWKHYLOODJHZDVGUDLQHGLQ ,WVVOXLFHLVRSHQHGE\\KDQGWZLFHD\\HDU",
    ],
)
def test_letters_for_others_are_nonsense(text: str) -> None:
    """Text whose letters stand for others is in no language."""
    assert is_nonsense(text)


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "Die steinerne Brücke wurde nach Plänen der Ingenieurin gebaut und verbindet die Altstadt mit dem Bahnhof.",
        "Krzysztof Brzęczyszczykiewicz, Jan Smrt, Grzegorz Szczypczyk, Zbyszek Trznadl, Helene Brandt",
        "Rodrigues, Almeida, Ferreira, Carvalho, Oliveira, Teixeira, Nogueira, Figueiredo, Albuquerque",
        "Ледокол спустили на воду в Архангельске в тысяча девятьсот тридцать седьмом году.",
        "清河茶厂成立于1958年，第一任厂长是林秀英。",
        "1910 212 1,870\n1920 164 1,310\n1930 301 2,456",
        "",
    ],
)
def test_what_is_written_somewhere_is_none(text: str) -> None:
    """Prose, names, other scripts and figures are let be."""
    assert not is_nonsense(text)
    assert not is_noise(text)


def test_marks_are_noise() -> None:
    """What is recognised of spots and scratches is mostly marks."""
    assert is_noise("«POAH «3E*»CM ~.·' |]`U[ &$%")
