"""Unit vectors: their one definition."""

import numpy as np

from qa.protocols import Vectors

SMALLEST = 1e-12  # a vector shorter than that has no direction; it stays as it is


def unit(vectors: Vectors) -> Vectors:
    """Scale vectors (the last axis) to length 1, float32, contiguous."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.ascontiguousarray(vectors / np.maximum(lengths, SMALLEST), dtype=np.float32)
