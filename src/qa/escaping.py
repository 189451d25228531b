"""Names and messages for a terminal or a log, in which nothing moves the cursor or turns the direction of text."""

import unicodedata

_ESCAPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def escaped(text: str, kept: str = "") -> str:
    """The text with control, direction and private characters as Python escapes them; those in ``kept`` stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in kept or unicodedata.category(c) not in _ESCAPED else _code(c) for c in text)


def _code(character: str) -> str:
    return ascii(character)[1:-1]
