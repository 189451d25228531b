"""A picture of a page → its lines of text, by PP-OCR (PaddleOCR, Apache-2.0) as rapidocr packages it with its weights.

PP-OCRv6's small models read Latin, Chinese and Japanese letters; nothing is downloaded.
"""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from qa import offline  # noqa: F401  nothing may look for the network before ONNX Runtime is imported
from qa.registry import imported

SURE = 0.9  # a line with less is read again
SMALLER = 0.93
FEWEST = 3  # lines that stand beside each other, on either side, in columns
GUTTER = 0.015  # of the page's width, at least, between two columns
Word = tuple[float, float, float, float, str, float]
"""Left, top, right and bottom, as fractions of the page; the text; how surely it is read, 0 to 1."""


def recognise(content: bytes) -> list[Word]:
    """The lines of text in a picture (PNG), in the order in which they are read.

    At some widths of a line the model reads nonsense, and says so by a low score: such lines are read once more from
    a slightly smaller picture.
    """
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    words = _read(picture)
    if any(word[5] < SURE for word in words):
        smaller = _read(picture.resize((int(picture.width * SMALLER), int(picture.height * SMALLER))))
        words = [_surer(word, smaller) if word[5] < SURE else word for word in words]
    return in_reading_order(words)


def _read(picture: Image.Image) -> list[Word]:
    found = _engine()(np.asarray(picture)[:, :, ::-1])
    if found.txts is None:
        return []
    return [
        (*_edges(box, picture.width, picture.height), str(text), float(score))
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
    ]


def _surer(word: Word, others: Sequence[Word]) -> Word:
    """The line as it was read, or as it was read in the other picture, whichever is surer."""
    same = [
        other
        for other in others
        if word[0] < (other[0] + other[2]) / 2 < word[2] and word[1] < (other[1] + other[3]) / 2 < word[3]
    ]
    return max([word, *same], key=lambda word: word[5])


def in_reading_order(words: Sequence[Word]) -> list[Word]:
    """Column by column where an empty strip divides the page, or a part of it, from top to bottom; else by rows."""
    gap = _gutter(words)
    if gap is None:
        return _by_rows(words)
    left = [word for word in words if word[2] <= gap]
    right = [word for word in words if word[0] >= gap]
    across = [word for word in words if word[0] < gap < word[2]]
    top, bottom = min(w[1] for w in left + right), max(w[3] for w in left + right)
    above = [word for word in across if word[1] <= top]
    below = [word for word in across if word[1] > top and word[1] >= bottom - (word[3] - word[1])]
    amid = [word for word in across if word not in above and word not in below]
    if amid:  # a heading over both columns divides them
        edge = min(word[1] for word in amid)
        upper = [word for word in words if word[1] < edge]
        return in_reading_order(upper) + in_reading_order([word for word in words if word not in upper])
    return _by_rows(above) + in_reading_order(left) + in_reading_order(right) + _by_rows(below)


def _gutter(words: Sequence[Word]) -> float | None:
    """Where the widest strip is that few lines cross and that has lines on both sides; None where there is none."""
    if len(words) < 2 * FEWEST:
        return None
    best: tuple[float, float] | None = None
    for edge in sorted({word[2] for word in words}):
        right = [word for word in words if word[0] >= edge]
        left = [word for word in words if word[2] <= edge]
        across = len(words) - len(left) - len(right)
        if min(len(left), len(right)) < FEWEST or across > len(words) / 4:
            continue
        width = min(word[0] for word in right) - edge
        if width >= GUTTER and _side_by_side(left, right) and (best is None or width > best[0]):
            best = (width, edge + width / 2)
    return best[1] if best else None


def _side_by_side(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether two blocks of lines stand beside each other for half of the lower one's height, at least."""
    tops = min(w[1] for w in left), min(w[1] for w in right)
    bottoms = max(w[3] for w in left), max(w[3] for w in right)
    shared = min(bottoms) - max(tops)
    return shared >= min(bottoms[0] - tops[0], bottoms[1] - tops[1]) / 2


def _by_rows(words: Sequence[Word]) -> list[Word]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word[1] + word[3]):
        middle = (word[1] + word[3]) / 2
        if rows and any(other[1] < middle < other[3] for other in rows[-1]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [word for row in rows for word in sorted(row)]


def _edges(box: Any, width: int, height: int) -> tuple[float, float, float, float]:
    xs, ys = box[:, 0] / width, box[:, 1] / height
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


@cache
def _engine() -> Any:  # rapidocr has no types
    return imported("rapidocr:RapidOCR")(
        params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 2}
    )
