"""What the extractor reads of a text that is broken by hyphens."""

import pytest

from qa.extractors.onnx_span import as_read


@pytest.mark.parametrize(
    "text", ["an engi-\nneer of the inter-\r\n national office", "Licht\u00adhaus\u00adwart Nils", "a-b -\nc"]
)
def test_every_character_keeps_its_offset(text: str) -> None:
    """Each character that is read stands at its offset in the text; only hyphens and line ends are left out."""
    read = as_read(text)
    assert all(text[read.offset(position)] == character for position, character in enumerate(read.text))


def test_divided_words_are_read_as_one() -> None:
    """A hyphen at a line's end and a soft hyphen are left out, one between words is not."""
    assert (
        as_read("an engi-\nneer, a well-\u00adknown North-\nSouth line").text
        == "an engineer, a well-known North-\nSouth line"
    )
