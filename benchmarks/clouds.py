"""A million unit vectors that lie like real ones: the vectors of real sentences, each with many others around it.

A made vector is a real one plus noise with the real ones' covariance, so that the spectrum stays, scaled to unit
length; its cosine to the real one is about 0.75, as between sentences on one matter. Questions are real.
"""

import json
from pathlib import Path

import numpy as np

from qa import compose
from qa.arrays import unit
from qa.config import Settings
from qa.index import snapshot as snapshots
from texts import SEED

NOISE = 0.85
BLOCK = 50_000
DEPTH = 10


def save_base(index: Path, texts: Path, target: Path) -> None:
    """Keep the sentence vectors of a snapshot and the vectors of the questions."""
    snapshot, _ = snapshots.open_current(index)
    sentences = snapshot.sentence_vectors.vectors(np.arange(len(snapshot.sentence_vectors)))
    embedder = compose.build_embedder(Settings(), threads=1)
    lines = (texts / "questions.jsonl").read_text("utf-8").split("\n")
    questions = [embedder.encode_question(json.loads(line)["text"]).vector for line in lines if line]
    np.savez(target, sentences=sentences, questions=np.stack(questions))


def make(base: Path, count: int, target: Path) -> None:
    """Write ``(count, dimension)`` float32 vectors as ``.npy``; a smaller cloud is the beginning of a larger one."""
    sentences = np.load(base)["sentences"]
    random = np.random.default_rng(SEED)
    centred = sentences - sentences.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred / len(sentences))
    spread = (axes * np.sqrt(values.clip(0))).T.astype(np.float32)
    cloud = np.lib.format.open_memmap(target, "w+", np.float32, (count, sentences.shape[1]))
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        real = sentences[random.integers(len(sentences), size=size)]
        noise = random.standard_normal(real.shape, dtype=np.float32) @ spread
        cloud[start : start + size] = unit(real + NOISE * noise)
    cloud.flush()


def exact(cloud: Path, count: int, questions: np.ndarray) -> np.ndarray:
    """The true nearest rows, ``(questions, 10)``."""
    vectors = np.load(cloud, mmap_mode="r")[:count]
    best_scores = np.full((len(questions), 0), 0, np.float32)
    best_rows = np.zeros((len(questions), 0), np.int64)
    for start in range(0, count, BLOCK):
        scores = questions @ vectors[start : start + BLOCK].T
        rows = np.argpartition(-scores, DEPTH, axis=1)[:, :DEPTH]
        best_scores = np.hstack([best_scores, np.take_along_axis(scores, rows, axis=1)])
        best_rows = np.hstack([best_rows, rows + start])
    order = np.argsort(-best_scores, axis=1, kind="stable")[:, :DEPTH]
    return np.take_along_axis(best_rows, order, axis=1)
