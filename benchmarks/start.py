"""From the start of the process to the first page, to ready, to the first answer; and the index on the disk.

Usage: python benchmarks/start.py [--work DIR] [--sizes 0,10000,100000] [--install]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

import prepare
from load import Client, Side, post_ask, spread
from report import Row, Tables, render

from places import CHECKOUT, default_work
from servers import environment, free_port, qa_serve, status, wait_for

TURNS = 3
MIB = 2**20
LARGE = 100_000  # started once only


def start(index: Path) -> tuple[float, float, float]:
    """Seconds to the first page, to ready, to the first answer."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(qa_serve(index, port), env=environment(), stdout=log, stderr=subprocess.STDOUT)
        try:
            times = []
            for path in ("/", "/readyz"):
                wait_for(lambda path=path: status(address, path) == HTTPStatus.OK, process, log)
                times.append(time.perf_counter() - started)
            client = Client(Side("", address, post_ask))
            wait_for(lambda: bool(client.ask("Who wrote the first article?")), process, log)
            return times[0], times[1], time.perf_counter() - started
        finally:
            process.terminate()
            process.wait(30)


def parts(index: Path) -> Row:
    """MB on the disk, by part of the snapshot."""
    folder = index / (index / "CURRENT").read_text("utf-8").strip()
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            part = path.relative_to(folder).parts[0]
            sizes[part] = sizes.get(part, 0) + path.stat().st_size
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:6]
    return {"all": round(sum(sizes.values()) / MIB, 1)} | {name: round(size / MIB, 1) for name, size in largest}


def install() -> Row:
    """A fresh environment with the product in it: seconds and megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        venv = Path(folder) / "venv"
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        pip = [venv / "bin" / "python", "-m", "pip", "install", "-q", "-c", CHECKOUT / "constraints.txt", CHECKOUT]
        subprocess.run(pip, check=True, capture_output=True)
        seconds = time.perf_counter() - started
        used = sum(path.stat().st_size for path in venv.rglob("*") if path.is_file() and not path.is_symlink())
        shutil.rmtree(venv)
    return {"what": "fresh environment", "seconds": round(seconds, 1), "MB": round(used / MIB)}


def run(work: Path, sizes: list[int], with_install: bool = False) -> Tables:
    """Start and disk by size."""
    starts, disks = [], []
    for size in sizes:
        index = prepare.grown_index(work, size) if size else prepare.shipped_index(work)
        name = f"{size:,}" if size else "shipped corpus"
        turns = [start(index) for _ in range(TURNS if size < LARGE else 1)]
        page, ready, answer = (spread([turn[place] for turn in turns]) for place in range(3))
        starts.append({"passages": name, "first page s": page, "ready s": ready, "first answer s": answer})
        disks.append({"passages": name} | parts(index))
    return {"Start": starts, "Disk, MB": disks, "Install": [install()] if with_install else []}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=default_work())
    parser.add_argument("--sizes", default="0,10000,100000")
    parser.add_argument("--install", action="store_true", help="also install into a fresh environment")
    options = parser.parse_args()
    print(render(run(options.work, [int(size) for size in options.sizes.split(",")], options.install)))


if __name__ == "__main__":
    main()
