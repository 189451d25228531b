"""What a terminal would obey is shown and not obeyed."""

import logging

import pytest

from qa.escaping import EscapingFormatter, escaped


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


def test_a_log_line_is_one_line():
    """A name with a line end makes no second record; the traceback of a failure keeps its lines."""
    formatter = EscapingFormatter("%(levelname)s %(message)s")
    record = logging.LogRecord("qa", logging.ERROR, "x", 1, "%s cannot be read", ("a\nINFO all is well\u202e",), None)
    assert formatter.format(record) == "ERROR a\\nINFO all is well\\u202e cannot be read"
