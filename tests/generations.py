"""Whether a snapshot's vectors are those of its own texts, worked out anew with the same model."""

import numpy as np

EQUAL = 0.9999  # cosine; a batch of another size rounds differently
ROUNDED = 0.998  # cosine of equal vectors, one of them kept as bytes


class Reference:
    """What the model says of passages; each is asked once."""

    def __init__(self, embedder):
        self._embedder = embedder
        self._known = {}

    def __call__(self, passages):
        missing = sorted({p.embedded_text for p in passages} - {*self._known})
        self._known.update(zip(missing, self._embedder.encode_passages(missing), strict=True))
        return [self._known[passage.embedded_text] for passage in passages]


def sentence_vectors(passage, encoded):
    """The mean of the vectors of each sentence's own tokens; the passage's vector where a sentence has none."""
    shift = len(passage.embedded_text) - len(passage.text) - passage.start
    for sentence in passage.sentences:
        own = [
            token
            for token, (start, end) in zip(encoded.tokens, encoded.spans, strict=True)
            if sentence.start + shift <= start < end <= sentence.end + shift
        ]
        mean = np.sum(own, axis=0) if own else encoded.vector
        yield mean / np.linalg.norm(mean)


def assert_vectors_belong(snapshot, reference):
    """Row i of the passages and of the sentences is the vector of text i."""
    encoded = reference(snapshot.passages)
    passages = snapshot.passage_vectors.vectors(np.arange(len(snapshot.passages)))
    expected = np.stack([one.vector for one in encoded])
    assert (passages * expected).sum(axis=1).min() > EQUAL
    pairs = zip(snapshot.passages, encoded, strict=True)
    expected = np.stack([vector for passage, one in pairs for vector in sentence_vectors(passage, one)])
    sentences = snapshot.sentence_vectors.vectors(np.arange(len(expected)))
    assert len(snapshot.sentence_vectors) == len(expected)
    assert (sentences * expected).sum(axis=1).min() > ROUNDED
