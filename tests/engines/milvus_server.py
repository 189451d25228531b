"""Milvus Lite as a server of its own, on a free port of this machine, with a data directory of its own."""

import importlib.util
import socket
import subprocess
import sys
import time
from pathlib import Path

WAIT_S = 60
CODE = (
    "import sys; from milvus_lite.adapter.grpc.server import run_server\n"
    "run_server(sys.argv[1], '127.0.0.1', int(sys.argv[2]))"
)


def is_installed() -> bool:
    return importlib.util.find_spec("milvus_lite") is not None


class Milvus:
    """A server that a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    @property
    def address(self) -> str:
        return f"milvus://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", CODE, str(self._folder / "data"), str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, "Milvus Lite does not start"
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(WAIT_S)
