"""What another sentence says of what is quoted: case by case, with the words that differ."""

import pytest

from qa.answering.agreement import (
    LEAST_COSINE,
    LEAST_SHARED,
    LEAST_SHARED_DIFFERING,
    SAME_COSINE,
    Agreement,
    Comparison,
    Told,
    compare,
    has_date,
    witnesses,
)
from qa.types import Citation, Span


def told(quoted: str, other: str, cosine: float = 0.9):
    """The kind of agreement, what is told otherwise, and the words that differ in each."""
    comparison = compare(quoted, other, cosine)
    if comparison is None or comparison.quoted is None or comparison.other is None:
        return comparison
    first, second = comparison.quoted, comparison.other
    return comparison.told, quoted[first.start : first.end], other[second.start : second.end]


SUPPORTS = Comparison(Agreement.SUPPORTS)


@pytest.mark.parametrize(
    ("quoted", "other", "expected"),
    [
        ("The ferry carried 12 cars.", "The ferry carried 40 cars.", (Told.NUMBER, "12", "40")),
        ("The ferry carried 4,200 cars.", "The ferry carried 4200 cars.", SUPPORTS),
        ("It cost 1.50 crowns.", "It cost 1.5 crowns.", SUPPORTS),
        ("It cost 1.50 crowns.", "It cost 2.25 crowns.", (Told.NUMBER, "1.50", "2.25")),
        ("The ferry carried 12 cars.", "The ferry carried 40 people.", None),
        ("Of the 30 boats 12 sank.", "Of the 30 boats 14 sank.", (Told.NUMBER, "12", "14")),
        ("The ferry sank on 3 May 1921.", "The ferry sank on May 4, 1921.", (Told.DATE, "3 May 1921", "May 4, 1921")),
        ("The ferry sank on 3rd May.", "The ferry sank in May 1921.", SUPPORTS),
        ("The ferry sank in May 1921.", "The ferry sank in June 1921.", (Told.DATE, "May 1921", "June 1921")),
        ("The ferry sank in May.", "The ferry sank in June.", (Told.DATE, "May", "June")),
        ("The ferry sank in 1921.", "The ferry sank in 1922.", (Told.DATE, "1921", "1922")),
        ("The ferry sank on May 3.", "The ferry sank on May 3, 1921.", SUPPORTS),
        ("The old ferry reached Oskerby.", "The old ferry reached Saltrane.", (Told.NAME, "Oskerby", "Saltrane")),
        ("They met Ann Lund there.", "They met Karl Weiss there.", (Told.NAME, "Ann Lund", "Karl Weiss")),
        ("They met Ann Lund there.", "They met Lund there.", None),
        ("They met Lund there.", "They met Ann Lund there.", SUPPORTS),
        ("They met him there.", "They met him again there.", SUPPORTS),
        ("The ferry sank in 1921 with 12 cars.", "The ferry sank in 1922 with 40 cars.", None),
        ("The mill ground oats.", "A storm broke windows.", None),
        ("The ferry carried 12 cars.", "The ferry carried cars.", None),
    ],
)
def test_comparisons(quoted: str, other: str, expected) -> None:
    """A number before the same word, a date that fits none, a name in another's stead; two of them are two events."""
    assert told(quoted, other) == expected


def test_nearness_decides_too() -> None:
    """Below one cosine nothing is compared; support takes more than a difference does."""
    same, other = "The ferry carried 12 cars.", "The ferry carried 40 cars."
    assert compare(same, same, SAME_COSINE) == SUPPORTS
    assert compare(same, same, SAME_COSINE - 0.01) is None
    assert compare(same, other, LEAST_COSINE) is not None
    assert compare(same, other, LEAST_COSINE - 0.01) is None


def test_words_that_are_shared() -> None:
    """Most words of the shorter sentence, and more of them where something is told otherwise."""
    four = "The ferry carried heavy cars daily"
    assert told(f"{four}.", "The ferry carried heavy goods daily.") == SUPPORTS  # 4 of 5
    assert told(f"{four}.", "The ferry carried light goods daily.") is None  # 3 of 5
    assert told(f"{four} since 1921.", "The ferry carried heavy goods daily since 1922.") == (
        Told.DATE, "1921", "1922",
    )  # fmt: skip
    assert LEAST_SHARED <= 0.8 <= LEAST_SHARED_DIFFERING
    assert told("The ferry carried cars since 1921.", "The ferry carried goods since 1922.") is None  # 2 of 3


def test_may_is_a_month_only_beside_a_number() -> None:
    """Or after in or of."""
    assert [has_date(text) for text in ("It may rain.", "May it rain.", "It rained in May.", "the end of May")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert [has_date(text) for text in ("May 3", "3 May", "May 2021", "in 2021", "2,021 boats", "nothing")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


def test_witnesses(snapshot_of) -> None:
    """Of other documents, with the offsets of the words that differ in both; each sentence once."""
    first = "It rained. The old ferry carried 12 heavy cars to Oskerby."
    second = "Nobody came. The old ferry carried 40 heavy cars to Oskerby."
    snapshot = snapshot_of(a=first, b=second, c="The mill ground oats.")
    passage = snapshot.passages[0]
    [_, cited] = passage.sentences
    citations = [
        Citation(number, snapshot.documents[0], passage, cited, "", "", "", "") for number in (1, 2)
    ]  # fmt: skip
    [witness] = witnesses(snapshot, citations)
    assert (witness.citation, witness.agreement, witness.told) == (1, Agreement.DIFFERS, Told.NUMBER)
    assert witness.document.id == "b.txt"
    assert second[witness.span.start : witness.span.end] == "The old ferry carried 40 heavy cars to Oskerby."
    assert witness.differing == (
        Span(first.index("12"), first.index("12") + 2), Span(second.index("40"), second.index("40") + 2),
    )  # fmt: skip


def test_a_witness_that_agrees(snapshot_of) -> None:
    """It differs in nothing."""
    text = "The old ferry carried 12 heavy cars to Oskerby."
    snapshot = snapshot_of(a=text, b=f"It rained. {text}")
    cited = Citation(1, snapshot.documents[0], snapshot.passages[0], snapshot.passages[0].sentences[0], "", "", "", "")
    [witness] = witnesses(snapshot, [cited])
    assert (witness.agreement, witness.told, witness.differing) == (Agreement.SUPPORTS, None, None)
    assert witness.span.start == len("It rained. ")
