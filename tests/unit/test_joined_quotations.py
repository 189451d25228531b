"""Quotations as one text."""

from qa.types import joined


def test_what_has_no_full_stop_is_not_glued_to_what_follows() -> None:
    """A heading, a row or an item ends its line; a sentence goes on after a space."""
    assert joined(["Dogs travel free", "Bicycles cost two crowns."]) == "Dogs travel free\nBicycles cost two crowns."
    assert joined(["“He left.”", "She stayed."]) == "“He left.” She stayed."
    assert joined([]) == ""
