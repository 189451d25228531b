"""docs/security.md says what holds: its numbers are those of the source, and its settings exist."""

import re

import pytest

from places import CHECKOUT
from qa.api import access, admission, app, clients, connections
from qa.config import Settings
from qa.serving import feedback

PAGE = (CHECKOUT / "docs" / "security.md").read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        f"{connections.HEADER_S:g} seconds for the head", f"{connections.BODY_S:g} seconds for the body",
        f"{connections.BODY_RATE:,} bytes a second", f"{connections.MOST:,} connections",
        f"{connections.MOST_OF_ADDRESS} waiting connections an address", f"{app.REQUESTS_PER_MINUTE} requests a minute",
        f"{clients.JUDGEMENTS} judgements a minute", f"{clients.WRONG_TOKENS} wrong tokens a minute",
        f"{feedback.MOST_BYTES // 2**20} MB of judgements", f"{access.COOKIE_DAYS} days",
        f"{admission.LONGEST_WAIT_S:g} seconds",
    ],
)  # fmt: skip
def test_the_limits_are_those_of_the_source(words):
    """Each limit stands in the page as it is in force."""
    assert words in PAGE


def test_the_settings_exist():
    """Whatever setting the page names, there is."""
    named = set(re.findall(r"QA_[A-Z_]+", PAGE))
    assert named
    assert named <= {f"QA_{name.upper()}" for name in Settings.model_fields}
