"""The lock: every package with sums, none with an address, and the versions that were tested together."""

import re

from places import CHECKOUT

LOCK = (CHECKOUT / "requirements.lock").read_text("utf-8")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_has_its_sums():
    """Each is pinned, and followed by at least one SHA-256; nothing tells where from."""
    for entry in re.split(r"\n(?=\S)", LOCK.strip()):
        assert PINNED.match(entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert "://" not in LOCK


def test_the_versions_are_those_of_the_constraints():
    """What is locked is what the tests ran with; `make lock` writes it anew."""
    locked = {normal(name): version for name, version in PINNED.findall(LOCK)}
    pinned = {normal(n): v for n, v in PINNED.findall((CHECKOUT / "constraints.txt").read_text("utf-8"))}
    assert {name: version for name, version in locked.items() if pinned.get(name, version) != version} == {}
