"""Servers in processes of their own: started, timed until they answer, weighed, and stopped."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from load import Ask, Client, Side

from places import CHECKOUT

PATIENCE_S = 180
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def environment() -> dict[str, str]:
    """One thread for every library, this checkout's sources, none of the product's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("QA_")}
    # The engine is measured, not the memory of its answers; peers have no extractor.
    own = {"QA_ANSWER_CACHE_MB": "0", "QA_EXTRACTOR": "off"}
    return kept | ONE_THREAD | own | {"PYTHONPATH": str(CHECKOUT / "src"), "TOKENIZERS_PARALLELISM": "false"}


def qa_serve(index: Path, port: int) -> list[str]:
    """The command that serves an index."""
    return [sys.executable, "-m", "qa.cli", "serve", "--port", str(port), "--index", str(index)]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Server:
    """A running server. ``first_answer_s`` is from the start of its process."""

    side: Side
    process: psutil.Process
    first_answer_s: float

    def rss_mb(self) -> float:
        """Resident memory of the process and its children."""
        return self._memory_mb("rss")

    def mapped_mb(self) -> float:
        """How much of it are pages of files, which the kernel takes back when memory is short."""
        return self._memory_mb("shared")

    def _memory_mb(self, kind: str) -> float:
        family = [self.process, *self.process.children(recursive=True)]
        return round(sum(getattr(process.memory_info(), kind) for process in family) / 2**20, 1)


@contextmanager
def running(name: str, command: Callable[[int], list[str]], ask: Ask, cwd: Path | None = None) -> Iterator[Server]:
    """Start a server, wait for its first answer, and stop it by its process id."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(command(port), cwd=cwd, env=environment(), stdout=log, stderr=subprocess.STDOUT)
        try:
            side = Side(name, f"http://127.0.0.1:{port}", ask)
            wait_for(lambda: bool(Client(side).ask("What is this?")), process, log)
            yield Server(side, psutil.Process(process.pid), time.perf_counter() - started)
        finally:
            with suppress(psutil.NoSuchProcess):  # some peers start their server as a child, which would outlive them
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.terminate()
            process.terminate()
            process.wait(30)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], log) -> None:
    """Try until it comes true.

    Raises:
        RuntimeError: the process has ended, or took too long; with the end of what it printed.
    """
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends and process.poll() is None:
        try:
            if condition():
                return
        except (OSError, RuntimeError, http.client.HTTPException):
            pass
        time.sleep(0.01)
    log.seek(0)
    raise RuntimeError(f"no answer; exit code {process.poll()}: {log.read()[-600:].decode('utf-8', 'replace')}")


def status(address: str, path: str) -> int:
    """The status of a GET; 0 where nothing listens."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@contextmanager
def busy_neighbour() -> Iterator[None]:
    """Another process that never rests."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()
