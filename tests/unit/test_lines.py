"""Which line ends are ends of sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.indexing.lines import line_blocks, widest_line
from qa.types import Span

PROSE = "The ship left Kelvik on 9 May with a crew of\nforty and provisions for two winters. The ice\nheld her for eleven weeks off Cape Ansel, and\nthe captain let the boilers go\nout."  # noqa: E501
POEM = (
    "The captain slept in the northern cold\nThe mate took up the wheel\nThe cook had hidden the gold\nUnder the keel"
)
HANDBOOK = "Ferry handbook\nOpening hours\nThe office at the northern pier is open from seven to four.\nAnimals\nDogs travel free"  # noqa: E501
CUES = "00:00:06.000\nThe new boat arrives on the\nninth of October and needs trials."
HEADED = "Lost property\nUmbrellas and bags are kept for six weeks in the\nshed behind the ticket office, which is open on\nevery day of the week from nine to four, and on\nSundays."  # noqa: E501


def blocks(text: str) -> list[str]:
    whole = Span(0, len(text))
    return [text[span.start : span.end] for span in line_blocks(text, whole, widest_line(text, whole))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROSE, [PROSE]),
        (POEM, POEM.split("\n")),
        (HANDBOOK, HANDBOOK.split("\n")),
        (CUES, ["00:00:06.000", "The new boat arrives on the\nninth of October and needs trials."]),
        (HEADED, ["Lost property", HEADED.partition("\n")[2]]),
        ("One line", ["One line"]),
        (" \n ", []),
    ],
)
def test_lines(text: str, expected: list[str]) -> None:
    """Wrapped prose is one piece; verses, headings and entries are one each, unless a line ends within a sentence."""
    assert blocks(text) == expected


@given(st.text(alphabet="aB .,\n-\r", max_size=80))
def test_nothing_is_lost(text: str) -> None:
    """The pieces are in order, apart, and hold every character that is not blank."""
    spans = list(line_blocks(text, Span(0, len(text)), 40))
    assert all(before.end <= after.start for before, after in pairwise(spans))
    covered = {index for span in spans for index in range(span.start, span.end)}
    assert all(index in covered or text[index].isspace() for index in range(len(text)))
