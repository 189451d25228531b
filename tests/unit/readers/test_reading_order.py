"""The order in which the lines of a picture are read."""

import pytest

from qa.readers.recognition import in_reading_order


def line(text: str, left: float, top: float, right: float) -> tuple[float, float, float, float, str, float]:
    return (left, top, right, top + 0.02, text, 1.0)


LEFT = [line(f"l{number}", 0.1, 0.2 + 0.03 * number, 0.45) for number in range(4)]
RIGHT = [line(f"r{number}", 0.55, 0.2 + 0.03 * number, 0.9) for number in range(4)]
TITLE = line("title", 0.1, 0.1, 0.9)
MIDDLE = line("middle", 0.1, 0.5, 0.9)
BELOW = [line(f"b{number}", 0.1, 0.6 + 0.03 * number, 0.45) for number in range(3)]
BESIDE = [line(f"s{number}", 0.55, 0.6 + 0.03 * number, 0.9) for number in range(3)]


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ([*RIGHT, *LEFT], "l0 l1 l2 l3 r0 r1 r2 r3"),
        ([*RIGHT, TITLE, *LEFT], "title l0 l1 l2 l3 r0 r1 r2 r3"),
        ([*LEFT, *RIGHT, MIDDLE, *BELOW, *BESIDE], "l0 l1 l2 l3 r0 r1 r2 r3 middle b0 b1 b2 s0 s1 s2"),
        ([RIGHT[0], LEFT[1], LEFT[0]], "l0 r0 l1"),
        ([], ""),
    ],
)
def test_columns_are_read_one_after_the_other(words, order) -> None:
    """A heading over both columns divides them; without a strip between blocks of lines, rows are read."""
    assert " ".join(word[4] for word in in_reading_order(words)) == order
