"""Real processes: the command line, and a server that is stopped by its process id."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from places import CHECKOUT

PATIENCE_S = 120


def environment(**more: str) -> dict[str, str]:
    """This environment without the product's settings, and with this checkout's sources first."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("QA_")}
    return kept | {"PYTHONPATH": str(CHECKOUT / "src")} | more


def run_qa(*arguments: object, cwd: Path | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "qa.cli", *map(str, arguments)]
    env = environment(**options.pop("env", {}))
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE_S, **options
    )


@dataclass
class Served:
    """A server in its own process; ``log`` is what it printed on both streams."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def log(self) -> str:
        return self.output.read_text("utf-8")

    @property
    def address(self) -> str:
        return self._wait_for(lambda: next((w for w in self.log.split() if w.startswith("http://")), None)).rstrip("/")

    def wait_until_ready(self) -> None:
        self._wait_for(lambda: self._status("/readyz") == 200)

    def wait_until_listening(self) -> None:
        self._wait_for(lambda: self._status("/healthz") == 200)

    def wait_for_log(self, words: str) -> None:
        self._wait_for(lambda: words in self.log)

    def connect(self) -> socket.socket:
        where = urlsplit(self.address)
        return socket.create_connection((where.hostname, where.port), timeout=20)

    def stop(self, how: int = signal.SIGTERM, within_s: float = 20) -> int:
        """Signal the process and wait; returns its exit code."""
        self.process.send_signal(how)
        return self.process.wait(within_s)

    def _status(self, path: str) -> int:
        try:
            return httpx2.get(self.address + path, timeout=20).status_code
        except httpx2.TransportError:
            return 0

    def _wait_for(self, condition):
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            if (found := condition()) not in (None, False):
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"exit code {self.process.poll()}, log:\n{self.log}")


@contextmanager
def serve(*arguments: object, limit_files: int | None = None, **env: str) -> Iterator[Served]:
    """``qa serve`` on a free port; killed at the end if it still runs."""
    command = [sys.executable, "-m", "qa.cli", "serve", "--port", "0", *map(str, arguments)]
    if limit_files is not None:
        command = ["sh", "-c", f'ulimit -n {limit_files}; exec "$@"', "sh", *command]
    with start(command, environment(**env)) as it:
        yield it


@contextmanager
def start(command: list[str], env: dict[str, str], cwd: Path | None = None) -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "log"
        with output.open("wb") as file:
            process = subprocess.Popen(command, cwd=cwd, env=env, stdout=file, stderr=subprocess.STDOUT)
        try:
            yield Served(process, output)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
