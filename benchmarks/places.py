"""Where the benchmarks find texts and keep what they make."""

import os
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SETS = Path(os.environ.get("QATEST_SHARED", CHECKOUT.parent / "shared")) / "eval"
RESULTS = Path(__file__).with_name("results")


def default_work() -> Path:
    """A cache folder: the environments of the peers and the indexes stay for the next run."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "qa-bench" if os.access(cache.parent, os.W_OK) else Path(tempfile.gettempdir()) / "qa-bench"
