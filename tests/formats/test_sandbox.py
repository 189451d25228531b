"""A parser that a file has taken over: it reads nothing of yours, writes nothing, and reaches nobody."""

import subprocess
import sys

import landlockpy
import pytest

from places import CHECKOUT
from qa.readers.sandbox import in_force
from servers import environment

TRY = """
import socket, sys, tempfile
from pathlib import Path
from qa.readers.sandbox import restrict
restrict(Path(sys.argv[1]))
tempfile.tempdir = sys.argv[1]
def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"
secret, own = Path(sys.argv[2]), Path(sys.argv[1])
print(tried(lambda: secret.read_text()))
print(tried(lambda: secret.write_text("x")))
print(tried(lambda: Path("/tmp/qa-sandbox-probe").write_text("x")))
print(tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[3])), timeout=5)))
print(tried(lambda: (own / "draft").write_text("x")))
print(tried(lambda: tempfile.NamedTemporaryFile().close()))
import decimal, lxml.etree, docx
print("imported")
"""


def attempts(tmp_path, port):
    """What each attempt of a restricted process ended with."""
    own = tmp_path / "own"
    own.mkdir()
    secret = tmp_path / "secret"
    secret.write_text("c4nary", "utf-8")
    command = [sys.executable, "-c", TRY, str(own), str(secret), str(port)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True, timeout=60)
    assert secret.read_text("utf-8") == "c4nary"
    return done.stdout.split()


@pytest.mark.skipif(landlockpy.abi_version() < 4, reason="this kernel has no Landlock with network rules")
def test_what_a_parser_may_do(tmp_path):
    """Reading and writing elsewhere, and connections, are refused by the kernel; its own folder and libraries work."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen = attempts(tmp_path, listener.getsockname()[1])
    assert seen == ["PermissionError"] * 4 + ["done", "done", "imported"]


def test_it_is_said_what_is_in_force():
    """The words are those of this kernel."""
    has = bool(landlockpy.abi_version())
    assert ("Landlock, ABI" in in_force()) is has
    assert ("no Landlock" in in_force()) is not has
    assert (CHECKOUT / "src").is_dir()
