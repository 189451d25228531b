"""What a terminal would obey is shown and not obeyed."""

import pytest

from qa.escaping import escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain name.txt", "plain name.txt"), ("Malmö 中文 ünïcode.txt", "Malmö 中文 ünïcode.txt"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"), ("a\nERROR b", "a\\nERROR b"), ("gnp.\u202etxt", "gnp.\\u202etxt"),
        ("a\u2066b\u200f", "a\\u2066b\\u200f"), ("\u2028", "\\u2028"), ("\udcff", "\\udcff"), ("", ""),
    ],
)  # fmt: skip
def test_names_are_shown_as_they_are(text, shown):
    """Letters of every script stay; control, direction and line characters are escaped."""
    assert escaped(text) == shown
