"""What the packages of the lock are licensed under, and whether an advisory names one: fails where neither can be told.

``python .ci/supply_chain.py licences`` or ``… audit``, from an environment that has pip-licenses and pip-audit.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
# Of several licences one may choose; these leave no choice.
COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
CHOICE = re.compile(r"\bOR\b|;|MIT|BSD|Apache|MPL|PSF", re.IGNORECASE)
AUDITED_SHARE = 0.9


def licences(python: str) -> int:
    """Print packages without a licence or with the GPL alone; returns how many there are."""
    command = [sys.executable, "-m", "piplicenses", "--python", python, "--format", "json"]
    packages = json.loads(_run(command, check=True).stdout)
    wrong = [package for package in packages if not _is_permissive(package["License"])]
    for package in wrong:
        print(f"{package['Name']} {package['Version']}: {package['License']}")
    print(f"{len(packages)} packages, {len(wrong)} with a licence that is unknown or the GPL alone")
    return len(wrong)


def _is_permissive(licence: str) -> bool:
    if licence == "UNKNOWN":
        return False
    return not COPYLEFT.search(licence) or bool(CHOICE.search(COPYLEFT.sub("", licence)))


def audit() -> int:
    """Print what advisories say; fails also where most packages could not be looked up."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--no-deps", "--disable-pip", "-f", "json"]
    done = _run(command)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"nothing was audited: {done.stderr.strip()[-500:]}")
        return 1
    if not packages:
        print("nothing was audited: the lock is empty")
        return 1
    audited = [package for package in packages if "skip_reason" not in package]
    named = [package for package in audited if package["vulns"]]
    for package in named:
        print(package["name"], package["version"], ", ".join(entry["id"] for entry in package["vulns"]))
    print(f"{len(audited)} of {len(packages)} packages audited, {len(named)} named by an advisory")
    if len(audited) < AUDITED_SHARE * len(packages):
        reason = next((package["skip_reason"] for package in packages if "skip_reason" in package), "nothing is locked")
        print(f"this is no audit, since most packages could not be looked up: {reason}")
        return 1
    return len(named)


def _run(command: list[str], check: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=check, capture_output=True, text=True)  # noqa: S603  tools of this environment


if __name__ == "__main__":
    sys.exit(bool(licences(sys.argv[2]) if sys.argv[1] == "licences" else audit()))
