"""The locks: every package with sums, none with an address, and the versions that were tested together."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest

from places import CHECKOUT

LOCKS = ["requirements.lock", "requirements-dev.lock"]
SCRIPT = CHECKOUT / ".ci" / "supply_chain.py"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_in(name: str) -> dict[str, str]:
    text = (CHECKOUT / name).read_text("utf-8")
    return {normal(package): version for package, version in PINNED.findall(text)}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_its_sums(name):
    """Each is pinned, and followed by at least one SHA-256; nothing tells where from."""
    lock = (CHECKOUT / name).read_text("utf-8")
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        assert PINNED.match(entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert "://" not in lock


@pytest.mark.parametrize("name", LOCKS)
def test_the_versions_are_those_of_the_constraints(name):
    """What is locked is what the tests ran with; `make lock` writes it anew."""
    locked = locked_in(name)
    pinned = {normal(n): v for n, v in PINNED.findall((CHECKOUT / "constraints.txt").read_text("utf-8"))}
    assert {name: version for name, version in locked.items() if pinned.get(name, version) != version} == {}


def test_what_the_project_needs_is_locked():
    """Every dependency, those of the tests too, is in the lock that they are installed from; `make lock` adds it."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {normal(re.split(r"[^\w.-]", each)[0]) for each in project["dependencies"]}
    assert wanted <= locked_in("requirements.lock").keys()
    wanted |= {normal(re.split(r"[^\w.-]", each)[0]) for each in project["optional-dependencies"]["dev"]}
    assert wanted - {"torch"} <= locked_in("requirements-dev.lock").keys()


SOUND = {"name": "a", "version": "1", "vulns": []}
SKIPPED = {"name": "b", "skip_reason": "the service cannot be reached"}
NAMED = SOUND | {"vulns": [{"id": "X-1"}]}


@pytest.mark.parametrize(
    ("printed", "code", "said"),
    [
        (json.dumps({"dependencies": [SOUND] * 10}), 0, "10 of 10 packages audited, 0 named"),
        (json.dumps({"dependencies": [SOUND] * 9 + [NAMED]}), 1, "a 1 X-1"),
        (json.dumps({"dependencies": [SKIPPED] * 10}), 1, "this is no audit"),
        (json.dumps({"dependencies": [SOUND] * 8 + [SKIPPED] * 2}), 1, "the service cannot be reached"),
        (json.dumps({"dependencies": []}), 1, "nothing was audited"),
        ("", 1, "nothing was audited"),
    ],
)
def test_an_audit_that_audited_nothing_fails(tmp_path, printed, code, said):
    """It ends with 0 only where nearly every package was looked up and none is named; and says which, or why not."""
    (tmp_path / "pip_audit.py").write_text(f"print({printed!r})", "utf-8")
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, SCRIPT, "audit"], capture_output=True, text=True, env=env, check=False)
    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout
