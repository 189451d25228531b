"""One passage as bytes, with everything that ranking and quoting look at; an engine keeps them unread.

A record is the lengths of its fields and then the fields, one after the other, so that those of a question's
candidates are cut out and joined without a loop over their values.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qa.errors import SnapshotDamaged
from qa.index.bm25 import Postings
from qa.index.multilingual import Multilingual
from qa.index.snapshot import Snapshot
from qa.protocols import Rows

Array = NDArray[Any]

FIELDS: Final[dict[str, np.dtype[Any]]] = {
    "bounds": np.dtype("<i4"),  # ordinal, start, end
    "context": np.dtype("u1"),  # UTF-8
    "text": np.dtype("u1"),  # UTF-8
    "spans": np.dtype("<i4"),  # start and end of each sentence
    "headings": np.dtype("?"),  # of each sentence
    "token_counts": np.dtype("<i4"),  # of each sentence
    "token_ids": np.dtype("<i4"),
    "token_shapes": np.dtype("u1"),
    "token_spans": np.dtype("<i4"),
    "terms": np.dtype("<i4"),  # all terms of the passage and its context, ascending
    "weights": np.dtype("<f4"),  # and their BM25 weights
    "vector": np.dtype("<f4"),
    "sentence_vectors": np.dtype("i1"),
    "sentence_scales": np.dtype("<f4"),
    "model_tokens": np.dtype("i1"),  # token vectors, projected
    "model_ids": np.dtype("<i4"),
    "segments": np.dtype("<i4"),  # model tokens of the context and of each sentence
    "language": np.dtype("u1"),  # ASCII; this and what follows is empty without a multilingual embedder
    "meaning": np.dtype("i1"),  # its vector of the passage
    "meaning_scale": np.dtype("<f4"),
    "meaning_sentences": np.dtype("i1"),
    "meaning_scales": np.dtype("<f4"),
}
_SUM = struct.Struct("<I")
_HEAD = struct.Struct(f"<{len(FIELDS)}I")
_FIRST = _SUM.size + _HEAD.size


def pack(fields: dict[str, Array | bytes]) -> bytes:
    """The bytes of one record; a missing field fails."""
    parts = [
        value if isinstance(value := fields[name], bytes) else np.ascontiguousarray(value, dtype=dtype).tobytes()
        for name, dtype in FIELDS.items()
    ]
    content = _HEAD.pack(*map(len, parts)) + b"".join(parts)
    return _SUM.pack(zlib.crc32(content)) + content


def unpack(records: Sequence[bytes]) -> tuple[dict[str, Array], dict[str, Rows]]:
    """The fields of some records, those of all records joined, and how many values each record has of each field.

    Raises:
        SnapshotDamaged: one has a wrong byte.
    """
    sizes = np.asarray([_lengths(record) for record in records], dtype=np.int64).reshape(-1, len(FIELDS))
    ends = _FIRST + np.cumsum(sizes, axis=1)
    joined: dict[str, Array] = {}
    counts: dict[str, Rows] = {}
    for column, (name, dtype) in enumerate(FIELDS.items()):
        last = ends[:, column].tolist()
        first = (ends[:, column] - sizes[:, column]).tolist()
        content = b"".join([record[a:b] for record, a, b in zip(records, first, last, strict=True)])
        joined[name] = np.frombuffer(content, dtype=dtype)
        counts[name] = sizes[:, column] // dtype.itemsize
    return joined, counts


def _lengths(record: bytes) -> tuple[int, ...]:
    if len(record) < _FIRST or zlib.crc32(memoryview(record)[_SUM.size :]) != _SUM.unpack_from(record)[0]:
        raise SnapshotDamaged("the engine gave a passage with a wrong byte; run: qa index")
    return _HEAD.unpack_from(record, _SUM.size)


def records_of(snapshot: Snapshot, rows: Sequence[int]) -> Iterator[bytes]:
    """The records of some passages of a snapshot that is at hand."""
    by_row = snapshot.lexical.by_row
    for row in rows:
        passage = snapshot.passages[row]
        sentences = np.arange(*snapshot.sentence_slice(row).indices(len(snapshot.passages.spans))[:2])
        token_ids, shapes, token_counts = snapshot.lexical.sentence_tokens(sentences)
        encoded = snapshot.tokens.passage(row, np.zeros(0, np.float32), np.zeros(0, np.float32))
        rounded, scales = snapshot.sentence_vectors.stored(sentences)
        terms, weights = by_row.of(row)
        order = np.argsort(terms)
        yield pack({
            "bounds": np.asarray([passage.ordinal, passage.start, passage.end]),
            "context": passage.context.encode("utf-8", "surrogatepass"),
            "text": passage.text.encode("utf-8", "surrogatepass"),
            "spans": snapshot.passages.spans[sentences],
            "headings": snapshot.is_heading[sentences],
            "token_counts": token_counts,
            "token_ids": token_ids,
            "token_shapes": shapes,
            "token_spans": snapshot.lexical.token_places(sentences),
            "terms": terms[order],
            "weights": weights[order],
            "vector": snapshot.passage_vectors.vectors(np.asarray([row]))[0],
            "sentence_vectors": rounded,
            "sentence_scales": scales,
            "model_tokens": encoded.tokens,
            "model_ids": encoded.ids,
            "segments": encoded.lengths,
            **_meaning(snapshot.multilingual, row, sentences),
        })  # fmt: skip


def _meaning(corpus: Multilingual | None, row: int, sentences: Rows) -> dict[str, Array | bytes]:
    """What is for questions in other languages."""
    if corpus is None:
        return dict.fromkeys(("language", "meaning", "meaning_scale", "meaning_sentences", "meaning_scales"), b"")
    vector, scale = corpus.passages.stored(np.asarray([row]))
    vectors, scales = corpus.sentences.stored(sentences)
    return {
        "language": str(corpus.languages[row]).encode("ascii"), "meaning": vector, "meaning_scale": scale,
        "meaning_sentences": vectors, "meaning_scales": scales,
    }  # fmt: skip


def gathered(terms: Rows, weights: Array, counts: Rows) -> Postings:
    """The postings of some rows, given the terms of each with their weights, one row after the other."""
    order = np.argsort(terms, kind="stable")
    distinct, first = np.unique(terms[order], return_index=True)
    rows = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    bounds = np.append(first, len(terms)).astype(np.int64)
    return Postings(bounds, rows[order], weights[order], distinct.astype(np.int64))


def offsets(counts: Rows) -> Rows:
    """Where each of some neighbours begins, and one past the last: ``(n + 1,)``."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
