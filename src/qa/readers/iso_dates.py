"""Dates as the product keeps them: ISO 8601, reduced precision allowed."""

import re
from datetime import date

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def is_date(value: str) -> bool:
    """Whether a text is an ISO 8601 date, reduced precision allowed."""
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value + "-01-01"[len(value) - len("YYYY") :])
    except ValueError:
        return False
    return True
