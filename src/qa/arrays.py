"""Arrays: mapped from files, of rows of unequal length, and vectors of unit length."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.protocols import Rows, Vectors

IN_MEMORY_BYTES = 8 * 2**20
SMALLEST = 1e-12  # a vector shorter than that has no direction; it stays as it is


def mapped(path: Path) -> NDArray[Any]:
    """The array of an ``.npy`` file, read-only; of a large one, bytes are read from the disk as they are touched.

    A small file is read whole: what becomes of it afterwards changes no answer.

    Raises:
        ValueError: the file holds no array, or one of Python objects.
    """
    if path.stat().st_size < IN_MEMORY_BYTES:
        array = np.load(path, allow_pickle=False)
        array.flags.writeable = False
        return np.asarray(array)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))  # a plain view of a mapping is cut faster


def ranges(starts: Rows, lengths: Rows) -> Rows:
    """``starts[0], starts[0] + 1, …`` for each length, one after the other."""
    return np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(int(lengths.sum()))


def unit(vectors: Vectors) -> Vectors:
    """Scale vectors (the last axis) to length 1, float32, contiguous."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.ascontiguousarray(vectors / np.maximum(lengths, SMALLEST), dtype=np.float32)
