"""What a question and a quotation do not share."""

import numpy as np
import pytest

from qa.analysis import analyze, token_shapes
from qa.answering.contrast import antonyms, contrast
from qa.protocols import Encoded
from qa.retrieval.query import Query

NOTHING = Encoded(
    np.ones(1, np.float32), np.ones((1, 1), np.float32), np.zeros(1, np.int64), np.zeros((1, 2), np.int64)
)


def query(text: str) -> Query:
    tokens = tuple(analyze(text))
    return Query(text, NOTHING, tokens, tuple(token_shapes(text, tokens)), {token.term: () for token in tokens})


@pytest.mark.parametrize(
    ("question", "quotation", "opposites"),
    [
        ("How many emigrants does it list?", "It lists 212 immigrants.", (("emigrants", "immigrants"),)),
        ("Which books were proscribed?", "The board prescribed three books.", (("proscribed", "prescribed"),)),
        ("When was the informal agreement made?", "The formal agreement was signed in May.", (("informal", "formal"),)),
        ("Who was unpaid?", "The clerk was paid.", (("unpaid", "paid"),)),
        ("Who lost the race?", "Marrack won the race.", (("lost", "won"),)),
        ("When did it open?", "It opened in May and closed in June.", ()),
        ("Who painted the international office?", "The national office is blue.", ()),
        ("Who was informed?", "The form was sent.", ()),
        ("Who discovered the lake?", "Ann Lund found it, covered with ice.", ()),
        ("Which songs improved?", "His claims were proved.", ()),
        ("How many immigrants came?", "212 migrants came.", ()),
        ("Who will inform the crew?", "The form is for the crew.", ()),
        ("What is improper?", "A proper hat.", (("improper", "proper"),)),
        ("Were they overestimated?", "They were underestimated.", (("overestimated", "underestimated"),)),
        ("What is the location of Brenna Bay?", "Brenna Bay is a vacation resort.", ()),
        ("When did the fighting end?", "The lighting of beacons ended the battle.", ()),
        ("Which national daily is printed in Marl?", "It is a rational daily, printed in Marl.", ()),
        ("When was it established?", "It was reestablished in 1870.", ()),
    ],
)
def test_opposites(question: str, quotation: str, opposites: tuple[tuple[str, str], ...]) -> None:
    """A word of the question that the quotation lacks, while it has its opposite or a look-alike."""
    assert contrast(query(question), quotation, quotation).opposites == opposites


@pytest.mark.parametrize(
    ("question", "quotation", "contradicts"),
    [
        ("Why did Emil Hollin arrest Oskar Brandt?", "Oskar Brandt arrested Emil Hollin for theft.", True),
        ("Why did Emil Hollin arrest Oskar Brandt?", "Emil Hollin arrested Oskar Brandt for theft.", False),
        ("Why did Emil Hollin arrest Oskar Brandt?", "Oskar Brandt was arrested by Emil Hollin.", False),
        ("How many emigrants does it list?", "It lists 212 immigrants.", True),
        ("Who lost the race?", "Marrack won the race.", False),
    ],
)
def test_contradictions(question: str, quotation: str, contradicts: bool) -> None:
    """Names on the other sides of a verb and words with the opposite prefix contradict; listed antonyms may not."""
    assert contrast(query(question), quotation, quotation).contradicts is contradicts


def test_numbers_and_names_that_are_missing() -> None:
    """They are looked for in the whole passage, and told as they are typed."""
    differs = contrast(
        query("Did Grey Heron sail in 1995 from Saltrane?"), "It sailed.", "Saltrane. It sailed in 1990."
    )
    assert differs.numbers == ("1995",)
    assert differs.names == ("Grey", "Heron")
    assert [d.asked for d in differs.differences] == ["1995", "Grey", "Heron"]
    assert differs.features["number_missing"] == differs.features["name_missing"] == 1.0


@pytest.mark.parametrize(
    ("question", "quotation", "negation"),
    [
        ("Why did he not leave?", "He left at noon.", -1),
        ("Why did he leave?", "He didn't leave.", 1),
        ("Why did he never leave?", "He has not left.", 0),
        ("Why did he leave?", "He left.", 0),
    ],
)
def test_negation(question: str, quotation: str, negation: int) -> None:
    """One of the two is negated and the other is not."""
    assert contrast(query(question), quotation, quotation).negation == negation


def test_antonyms_are_mutual() -> None:
    """Each word is an opposite of its opposites, and no word is its own."""
    for word, others in antonyms().items():
        assert word not in others
        assert all(word in antonyms()[other] for other in others)


@pytest.mark.parametrize(
    ("question", "quotation", "is_swapped"),
    [
        ("When did Paavo Rinne succeed Greta Salmi?", "Greta Salmi followed Paavo Rinne as mayor in 1968.", True),
        ("When did Greta Salmi succeed Paavo Rinne?", "Greta Salmi followed Paavo Rinne as mayor in 1968.", False),
        ("When did Erik Dahl succeed Jens Holt?", "In 1711 Erik Dahl was succeeded by Jens Holt.", True),
        ("When did Jens Holt succeed Erik Dahl?", "In 1711 Erik Dahl was succeeded by Jens Holt.", False),
        ("Who followed Hanna Krog?", "Hanna Krog followed Per Aune in 1999.", True),
        ("Whom did Hanna Krog follow?", "Hanna Krog followed Per Aune in 1999.", False),
        ("By whom was Hanna Krog succeeded?", "Hanna Krog followed Per Aune in 1999.", True),
        ("Who lost to Arne Falk?", "Arne Falk beat Boris Lind.", False),
        ("When did Boris Lind defeat Arne Falk?", "In 1972 Arne Falk beat Boris Lind.", True),
        (
            "When did Tom Reik succeed Vera Blom?",
            "Vera Blom was succeeded as mayor of Tarn by Tom Reik in 1999.",
            False,
        ),
        ("When did Vera Blom succeed Tom Reik?", "Vera Blom was succeeded as mayor of Tarn by Tom Reik in 1999.", True),
        ("Who was the father of Jon Sand?", "The captain Jon Sand was the father of the poet Maria Sand.", True),
        ("Who was Maria Sand's father?", "The captain Jon Sand was the father of the poet Maria Sand.", False),
        ("Who was Jon Sand's father?", "The captain Jon Sand was the father of the poet Maria Sand.", True),
        ("Who taught Max Orlo?", "Ida Lund was a pupil of Max Orlo.", True),
        ("Whom did Ida Lund teach?", "Ida Lund was a pupil of Max Orlo. She later taught Eva Holt.", False),
    ],
)
def test_roles(question: str, quotation: str, is_swapped: bool) -> None:
    """Verbs that say the same, or the same the other way round, are compared by who does it to whom."""
    assert bool(contrast(query(question), quotation, quotation).swapped) is is_swapped
