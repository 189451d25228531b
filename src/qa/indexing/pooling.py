"""What the embedder makes of a passage → the vectors that the index keeps."""

import numpy as np

from qa.arrays import unit
from qa.index.token_vectors import SCALE, EncodedPassage, project
from qa.protocols import Encoded, Vectors
from qa.types import Passage


def pool(encoded: Encoded, passage: Passage, projection: Vectors | None) -> EncodedPassage:
    """Divide what the encoder made of ``passage.embedded_text`` among the passage's sentences."""
    shift = len(passage.embedded_text) - len(passage.text) - passage.start
    ends = np.asarray([shift + passage.start, *(shift + span.end for span in passage.sentences)])
    segment = np.searchsorted(ends, encoded.spans[:, 1]).clip(max=len(passage.sentences))
    lengths = np.bincount(segment, minlength=len(ends))
    sums = np.zeros((len(ends), encoded.tokens.shape[1]), dtype=np.float32)
    np.add.at(sums, segment, encoded.tokens)
    sums[lengths == 0] = encoded.vector  # a sentence without any token of its own means what the passage means
    return EncodedPassage(
        encoded.vector,
        unit(sums[1:]),
        np.round(project(encoded.tokens, projection) * SCALE).astype(np.int8),
        encoded.ids.astype(np.int32),
        lengths.astype(np.int64),
    )
