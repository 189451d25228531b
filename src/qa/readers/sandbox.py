"""What a process that parses may do beside computing: read what Python and its libraries need, and write its answers.

Landlock (Linux 5.13 and newer) lets a process give up rights without being root; the kernel holds it to that. Where
there is none, the limits of time and memory and the empty environment remain.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import landlockpy
from landlockpy import AccessFS, AccessNet, Ruleset, Scope

READ = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/dev", "/opt", "/proc/self", "/sys/fs/cgroup")
NETWORK_ABI = 4


def restrict(scratch: Path) -> None:
    """Give up for good all writing outside of ``scratch``, reading elsewhere, and TCP, as far as the kernel can."""
    if not landlockpy.abi_version():
        return
    with Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as rules:
        for path in _read():
            rules.allow_path(path, READ)
        for device in ("/dev/null", "/dev/zero"):
            rules.allow_path(device, AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        rules.allow_path(scratch, rules.handled_fs)
        rules.restrict()


def in_force() -> str:
    """What the kernel holds a process that parses to, in words."""
    abi = landlockpy.abi_version()
    if not abi:
        return "limits of time and memory only: this kernel has no Landlock"
    handled = AccessNet.CONNECT_TCP & landlockpy.net_for_abi(abi)
    network = "no TCP" if handled else "the network is open, since this kernel is older than 6.7"
    return f"limits of time and memory, a read-only view of what Python needs, and {network} (Landlock, ABI {abi})"


def _read() -> Iterator[Path]:
    """Where Python, its libraries and their data are."""
    names = {*SYSTEM, *filter(None, sys.path), sys.prefix, sys.base_prefix, str(Path(__file__).parents[1])}
    for path in sorted({Path(name) for name in names} | {Path(os.path.realpath(name)) for name in names}):
        if path.exists() and path != Path("/"):
            yield path
