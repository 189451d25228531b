"""Texts without a mark of their encoding are read as what they spell."""

import random

import pytest

from qa.readers.decode import decode
from qa.readers.unmarked import latin_encoding, utf16_order

SHORT_TEXTS = [
    ("cp1252", "Elk lid mag één boot per week lenen."),
    ("cp1252", "¿A quién asustó la araña? Al señor Núñez."),
    ("cp1252", "señor"),
    ("cp1252", "Der Müller schloß die Tür."),
    ("cp1252", "L’été, le garçon était à l’hôtel."),
    ("cp1252", "São João não é a única opção."),
    ("cp1252", "Perché la città è così?"),
    ("cp1252", "Ærø og Læsø ligger på øer."),
    ("cp1252", "“A naïve café” – he said."),
    ("mac_roman", "Le garçon était à l’hôtel de la forêt, où il a passé l’été."),
    ("cp1250", "Książę był w mieście, a żona została w domu przez całą zimę."),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
    ("cp1250", "Az erdőben egy őz és két nyúl volt, de az őz elfutott."),
    ("iso-8859-2", "Most w Łodzi został otwarty w 1921 roku, a młyn spłonął później."),
    ("iso-8859-2", "Žádný člen nesmí půjčit více než jednu loď."),
    ("iso-8859-2", "Mlin u Šibeniku izgorio je 1921. godine, a ključ čuva župnik."),
    ("cp1250", "Žádný člen nesmí půjčit více než jednu loď."),
    ("cp1252", "Ponte de São João, aberta às três."),
    ("cp1252", "El señor Núñez compró 5 m² por £20, ± 3 %."),
    ("cp1254", "Bu akşam için güneşli bir gün olarak çağırdığı kışı anlattı."),
    ("cp1257", "Šiandien į miestą atvyko žmonės, kurių nebuvo čia ir iš kur jie."),
]


@pytest.mark.parametrize(("encoding", "text"), SHORT_TEXTS)
def test_short_texts_in_latin_script(encoding, text):
    """A sentence, or a word, is spelt with the letters that its language has."""
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("encoding", "text"), [("cp1251", "Мельница сгорела в 1931 году."), ("cp1253", "Ο μύλος κάηκε.")]
)
def test_other_scripts_are_not_taken_for_latin(encoding, text):
    """What is no Latin script is left to detection."""
    assert latin_encoding(text.encode(encoding)) is None


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        "Where do the paddles hang?\n",
        "磨坊在一九三一年烧毁。\n没有人受伤。",
        "Мельница сгорела, и никто\n",
        "A 水车 B.\n",
    ],
)
def test_utf16_without_a_mark(order, text):
    """Both orders of the bytes are told apart, in any script."""
    assert utf16_order(text.encode(order)) == order
    assert decode(text.encode(order)) == text


def test_binary_files_are_not_utf16():
    """Programs, pictures and texts with a stray zero byte spell nothing."""
    noise = random.Random(7)
    assert all(utf16_order(noise.randbytes(400)) is None for _ in range(200))
    assert utf16_order(b"words\0word") is None
    assert utf16_order(bytes(range(256)) * 40) is None
    assert utf16_order(b"\0" * 100) is None
