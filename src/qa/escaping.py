"""Names and messages for a terminal or a log, in which nothing moves the cursor or turns the direction of text."""

import logging
import sys
import unicodedata

_ESCAPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def escaped(text: str, kept: str = "") -> str:
    """The text with control, direction and private characters as Python escapes them; those in ``kept`` stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in kept or unicodedata.category(c) not in _ESCAPED else _code(c) for c in text)


def _code(character: str) -> str:
    return ascii(character)[1:-1]


class EscapingFormatter(logging.Formatter):
    """Formats records with their messages escaped; the lines of a traceback stay lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        record.message = escaped(record.message)
        return super().formatMessage(record)


def log_to_stderr(level: str) -> None:
    """Log from a level on, one line a message; libraries that have much to say say only their errors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EscapingFormatter("%(levelname)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name in ("httpx", "sentence_transformers", "transformers", "faiss"):
        logging.getLogger(name).setLevel(logging.ERROR)
