"""Abbreviations that sentences define."""

import pytest

from qa.index.abbreviations import abbreviations


@pytest.mark.parametrize(
    ("sentence", "defined"),
    [
        ("The Coastal Rescue Association (CRA) keeps two boats.", [("CRA", "Coastal Rescue Association")]),
        ("A PlayStation 3 (PS3) came first.", [("PS3", "PlayStation 3")]),
        ("The WHO (World Health Organization) met.", [("WHO", "World Health Organization")]),
        ("He led the Ministry of State Security (MSS).", [("MSS", "Ministry of State Security")]),
        (
            "Of chronic obstructive pulmonary disease (COPD) and heart failure (HF).",
            [("COPD", "chronic obstructive pulmonary disease"), ("HF", "heart failure")],
        ),
        ("It closed in the year (1990).", []),
        ("He (Jia) left, as did they (see above).", []),
        ("Nobody knew the sender (XYZ).", []),
        ("The Hongkong (HK) office.", []),
        ("A bank opened there, and so did the Royal Bank of Canada (RBC).", [("RBC", "Royal Bank of Canada")]),
    ],
)
def test_definitions(sentence: str, defined: list[tuple[str, str]]) -> None:
    """The letters of an abbreviation stand in its long form in order, its first at a word's start; nothing else is."""
    assert list(abbreviations(sentence)) == defined
