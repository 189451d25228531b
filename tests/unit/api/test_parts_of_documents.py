"""A long document in parts: together they are the document, and what a page costs does not grow with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.api.page.marking import blocks
from qa.api.page.parts import NEAR, PART, WHOLE, numbered_part, part_at
from qa.types import Document, Span

pieces = st.sampled_from(["word ", "line\n", "paragraph\n\n", "x" * 3000, "中文。", "a" * 50])


def document_of(text: str) -> Document:
    return Document("a.txt", "A", text)


@given(st.lists(st.tuples(pieces, st.integers(1, 9000)), min_size=1, max_size=6), st.integers(0, 10**6))
def test_parts_are_the_document(runs, offset):
    """Joined they are the text; each code point lies in the part that is found for it, and no part is much longer."""
    document = document_of("".join(piece * times for piece, times in runs)[:500_000])
    count = numbered_part(document, 1).count
    parts = [numbered_part(document, number) for number in range(1, count + 1)]
    assert "".join(document.text[part.span.start : part.span.end] for part in parts) == document.text
    assert all(len(part.span) <= max(WHOLE, PART + NEAR + 2) for part in parts)
    if offset < len(document.text):
        assert part_at(document, offset).holds(offset)
    assert part_at(document, offset).number <= count


@pytest.mark.parametrize(("length", "count"), [(1, 1), (WHOLE, 1), (WHOLE + 1, 2), (2_000_000, 50)])
def test_how_many_parts(length, count):
    """A short document is one part, a long one has as many as it takes."""
    assert numbered_part(document_of("a" * length), 1).count == count
    assert numbered_part(document_of("a" * length), 10**9).number == count


def test_a_part_begins_with_a_paragraph():
    """Where an empty line is near, the cut is there, and nowhere else."""
    text = ("Some words here. " * 30 + "\n\n") * 300
    document = document_of(text)
    second = numbered_part(document, 2)
    assert text[second.span.start - 2 : second.span.start] == "\n\n"
    assert PART <= second.span.start <= PART + NEAR


def test_blocks_within_a_part_are_those_of_the_whole():
    """What a part shows is what the whole document shows there."""
    document = document_of("\n\n".join(f"Paragraph {n} has some words in it." for n in range(4000)))
    sentences = [Span(at, at + 10) for at in range(0, 100_000, 40)]
    whole = blocks(document, sentences)
    count = numbered_part(document, 1).count
    shown = [
        block
        for number in range(1, count + 1)
        for block in blocks(document, sentences, within=numbered_part(document, number).span)
    ]
    assert [text_of(block) for block in shown] == [text_of(block) for block in whole]


def text_of(block) -> str:
    return "".join(run.text for stretch in block.stretches for run in stretch.runs)
