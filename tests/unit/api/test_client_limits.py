"""What one client may ask for in a minute, alone and where several processes share the clients."""

import pytest

from qa.api.clients import JUDGEMENTS, WRONG_TOKENS, ClientLimits
from qa.errors import TooBusy


@pytest.mark.parametrize("processes", [1, 4])
def test_processes_share_what_a_client_may(processes):
    """Of N processes each lets an Nth pass: requests, judgements and wrong tokens; another client has its own."""
    limits = ClientLimits(40, processes)
    for _ in range(40 // processes):
        limits.check_request("a")
    with pytest.raises(TooBusy, match="requests a minute"):
        limits.check_request("a")
    limits.check_request("b")
    for _ in range(JUDGEMENTS // processes):
        limits.check_judgement("a")
    with pytest.raises(TooBusy, match="judgements a minute"):
        limits.check_judgement("a")
    for _ in range(-(-WRONG_TOKENS // processes)):
        limits.check_wrong_tokens("a")
        limits.note_wrong_token("a")
    with pytest.raises(TooBusy, match="too many wrong tokens"):
        limits.check_wrong_tokens("a")
    limits.check_wrong_tokens("b")


def test_any_number():
    """Where nothing is set, requests are not counted."""
    limits = ClientLimits(0)
    for _ in range(2000):
        limits.check_request("a")
