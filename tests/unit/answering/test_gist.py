"""The names that a document says most."""

from qa.answering.gist import _counted, _names, _whole

TEXTS = (
    "Xu Jiatun was born in Rugao. Nobody knew that Xu was in Hong Kong.",
    "The party met. However, Jia's Shanxi Province sent Xu Jiatun in May.",
)


def test_names_are_runs_of_words_with_a_capital():
    """First words that are said without a capital, months and function words are none; short names count for whole."""
    found = []
    for text in TEXTS:
        for sentence in text.split(". "):
            found += _names(sentence, 0, {"nobody", "party", "the"})
    counted = _whole(_counted(iter(found)))
    counts = {name.text: name.count for name in counted}
    assert counts == {"Xu Jiatun": 3, "Rugao": 1, "Hong Kong": 1, "Jia": 1, "Shanxi Province": 1}


def test_places_are_exact():
    """Where a name is said first, its very characters stand."""
    text = "In 2006 the 🦊 met Dr. Gao Dawei’s friend Ada."
    for name, span in _names(text, 0, frozenset()):
        assert text[span.start : span.end] == name
