"""Arrays in files, of which only what is read takes memory, and arrays of rows of unequal length."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.protocols import Rows


def mapped(path: Path) -> NDArray[Any]:
    """The array of an ``.npy`` file, read-only; its bytes are read from the disk as they are touched.

    Raises:
        ValueError: the file holds no array, or one of Python objects.
    """
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))  # a plain view of a mapping is cut faster


def ranges(starts: Rows, lengths: Rows) -> Rows:
    """``starts[0], starts[0] + 1, …`` for each length, one after the other."""
    return np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(int(lengths.sum()))
