"""When to ask again: the service was busy or had no index yet, and did nothing with the request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY = {429, 503}
FIRST_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a refused request is sent again, and how many seconds are waited for it at the most each time."""

    times: int = 4
    longest_s: float = 30.0

    def wait_s(self, status: int, headers: Mapping[str, str], tried: int) -> float | None:
        """How long to wait before the next try, after ``tried`` of them; None where there is to be none."""
        if status not in BUSY or tried > self.times:
            return None
        asked = _seconds(headers.get("retry-after", ""))
        wait = FIRST_WAIT_S * 2 ** (tried - 1) if asked is None else asked
        return None if asked is not None and asked > self.longest_s else min(wait, self.longest_s)


def _seconds(value: str) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3): a number, or a date; None where it is neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
