"""What a question names, in passages whose sentences are given line by line."""

from types import SimpleNamespace

import pytest

from qa.answering.labels import named_sentence
from qa.retrieval.query import plain_query
from qa.types import Candidate, Passage, Span


def passage(text: str, context: str = "") -> Passage:
    """One sentence a line."""
    spans, start = [], 0
    for line in text.split("\n"):
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    return Passage("a.txt", 0, 0, len(text), text, tuple(spans), context)


@pytest.fixture
def named(words):
    """Which passage and line a question names."""

    def find(question: str, *passages: Passage | str) -> tuple[int, int] | None:
        texts = [passage(given) if isinstance(given, str) else given for given in passages]
        candidates = [Candidate(row, 1.0, {}, ()) for row in range(len(texts))]
        return named_sentence(SimpleNamespace(passages=texts), plain_query(question, words), candidates)

    return find


LEASE = "3 Rent\n3.1 Either side may end it.\n3.11 Dogs are allowed.\n§ 4 Cats are not."
WOOD = "Wood | Weeks | Price\nAsh | 13 | 32\nRed willow | 46 | 98\nOak | soft | dear"
STAFF = "Name | Post | Since\nAnna Petri | director | 1998\nKarl Weiss | librarian | 2003"
PAIRS = "Feature | Value\nColour | red\nHeight | low"


@pytest.mark.parametrize(
    ("question", "passages", "expected"),
    [
        ("What does clause 3.1 say?", ["Nothing.", LEASE], (1, 1)),
        ("What does item 3.11 say?", [LEASE], (0, 2)),
        ("What does § 4 say?", [LEASE], None),
        ("What does section 4 say?", [LEASE], (0, 3)),
        ("What does clause 3 say?", [LEASE], (0, 0)),
        ("What does clause 1 say?", [LEASE], None),
        ("What does 3.1 say?", [LEASE], None),
    ],
)
def test_clauses(named, question: str, passages: list[str], expected) -> None:
    """The sentence that begins with that very number, in the first passage that has one."""
    assert named(question, *passages) == expected


@pytest.mark.parametrize(
    ("question", "passages", "expected"),
    [
        ("How many weeks for red willow?", ["Nothing.", WOOD], (1, 2)),
        ("weeks ash?", [WOOD], (0, 1)),
        ("How many weeks for willow?", [WOOD], None),  # the label is "Red willow"; it is described, but not alone
        ("What colour is ash?", [WOOD], None),
        ("What does ash cost?", [WOOD], None),  # two numbers
        ("What does ash cost?", [WOOD.replace("13", "some")], (0, 1)),
        ("What does ash cost?", [WOOD.replace("32", "some")], (0, 1)),
        ("How much is ash?", [WOOD.replace("13", "some")], (0, 1)),
        ("Why is ash sold?", [WOOD.replace("13", "some")], None),
        ("What does oak cost?", [WOOD], None),
        ("Which colour?", [PAIRS], (0, 1)),
        ("Height?", [PAIRS], (0, 2)),
        ("wood price?", [WOOD], None),  # the head is no row
    ],
)
def test_rows(named, question: str, passages: list[str], expected) -> None:
    """Its whole label is asked for, with a column or for its one number; a pair answers whatever is asked of it."""
    assert named(question, *passages) == expected


def test_the_head_of_a_table(named) -> None:
    """It stands in the context, or is the first of several rows, where that has no number."""
    rows = "Ash | 13 | 32\nOak | 40 | 99"
    assert named("weeks oak?", passage(rows, "Table – Wood | Weeks | Price")) == (0, 1)
    assert named("weeks ash?", passage(rows, "Table – Wood | Weeks | Price")) == (0, 0)
    assert named("weeks ash?", passage(rows, "Weeks – Wood | Days")) is None
    assert named("weeks ash?", passage(rows)) is None
    words_alone = "Ash | hard | grey\nOak | soft | brown"
    assert named("hard oak?", passage(words_alone)) == (0, 1)  # the first row is taken for the head
    assert named("hard ash?", passage(words_alone)) is None
    assert named("look of ash?", passage("Ash | hard | grey", "Wood | Touch | Look")) == (0, 0)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who is the librarian?", STAFF, 2),
        ("Who is the director since 1998?", STAFF, 1),
        ("Who is the cook?", STAFF, None),
        ("Who is the librarian?", f"{STAFF}\nEva Holt | librarian | 2004", None),
        ("Who is Anna?", STAFF, None),  # the label alone does not describe the row
        ("What is the name of the librarian?", STAFF, 2),
    ],
)
def test_described_rows(named, question: str, text: str, expected: int | None) -> None:
    """The only row that has all that is asked, columns and the label's name apart, and not in its label."""
    assert named(question, "Nothing.", text) == (None if expected is None else (1, expected))


FIGURES = "Parish   Births   Deaths\nOskerby   12   7\nSaltrane   40   31\nIt rained."


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("births in Saltrane?", FIGURES, 2),
        ("births in Oskerby?", FIGURES, 1),
        ("weather in Saltrane?", FIGURES, None),
        ("births?", FIGURES, None),
        ("births in Oskerby?", "Parish   Births   Deaths\nOskerby   12   7\nIt rained.\nTarn   3   4", None),
        ("births in Oskerby?", "Births were counted.\nOskerby   12   7\nSaltrane   40   31", None),
        ("births in Tarn?", "Births\nOskerby   1   2\nSaltrane   3   4\nTarn   -5   6%", 3),
    ],
)
def test_rows_of_figures(named, question: str, text: str, expected: int | None) -> None:
    """A label with figures, beside another such row, below a head that is no sentence and names what is asked."""
    assert named(question, "Nothing.", text) == (None if expected is None else (1, expected))


MINUTES = "Petri: Who will paint the fence?\nHolm: The scouts will.\nWhen?\nIn August.\nWhy so late?"


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who will paint the fence?", MINUTES, 1),
        ("Who will paint the whole fence?", MINUTES, None),
        ("When will they paint the fence?", MINUTES, None),
        ("Why so late?", MINUTES, None),  # nothing follows
        ("Who came?", "Kindly warn Petri: who came?\nNobody.", None),  # three words aside
        ("Who came?", "Warn Petri: who came?\nNobody.", 1),
        ("Who came?", "00:12 Warn Petri: who came?\nNobody.", 1),  # the time of a cue is no word
        ("Who came?", "Who came?\nWho went?\nNobody.", None),
        ("Who came?", "It rained.\nWho came?\nNobody.", 2),
        ("Who?", MINUTES, None),
    ],
)
def test_questions_of_a_document(named, question: str, text: str, expected: int | None) -> None:
    """The sentence after a question of the same words and the same question word, unless that is one too."""
    assert named(question, "Nothing.", text) == (None if expected is None else (1, expected))


def test_only_the_first_passages_are_looked_at(named) -> None:
    """For what is not named by its label or number."""
    beyond = ["Nothing."] * 3
    assert named("Who will paint the fence?", *beyond, MINUTES) is None
    assert named("births in Saltrane?", *beyond, FIGURES) is None
    assert named("Who is the librarian?", *beyond, STAFF) is None
    assert named("How many weeks for red willow?", *beyond, WOOD) == (3, 2)
