"""Passages → vectors, each text once: from the last snapshot, from a build that was killed, or encoded now."""

import hashlib
import io
import json
import logging
import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.index.snapshot import Snapshot
from qa.index.token_vectors import EncodedPassage
from qa.indexing.pooling import pool
from qa.progress import Progress
from qa.protocols import Embedder, Meaning, MultilingualEmbedder, Rows
from qa.types import Passage

logger = logging.getLogger(__name__)

ENCODE_BATCH = 128

_HEAD = struct.Struct(">8sQ32s")  # mark, size of what follows, its SHA-256
_MARK = b"encoded1"

Key = bytes


class Scratch:
    """What a build has encoded so far, kept in a file so that the next build goes on from there if this one dies.

    The file is a row of records, each with its checksum; what stands after the last whole one is cut off. Records are
    not synced: a crash of the machine costs them, never more. Where the file cannot be written, nothing is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writable = True

    def read(self) -> dict[Key, EncodedPassage]:
        """All that was kept."""
        kept: dict[Key, EncodedPassage] = {}
        try:
            with self._path.open("r+b") as file:
                whole = 0
                while (record := _read_record(file)) is not None:
                    kept |= _unpacked(record)
                    whole = file.tell()
                file.truncate(whole)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError) as error:
            logger.warning("what an earlier build has encoded cannot be used (%s)", error)
        return kept

    def add(self, keys: Sequence[Key], passages: Sequence[EncodedPassage]) -> None:
        """Append one record."""
        if not self._writable:
            return
        try:
            with self._path.open("ab") as file:
                file.write(record_of(keys, passages))
        except OSError as error:
            logger.warning("what is encoded cannot be kept for a later build (%s)", error.strerror)
            self._writable = False


@dataclass(frozen=True, slots=True)
class Embedders:
    """What encodes passages: the embedder, and where other languages are wanted, a multilingual one."""

    embedder: Embedder
    multilingual: MultilingualEmbedder | None = None

    @property
    def fingerprint(self) -> str:
        return self.embedder.fingerprint + (f" {self.multilingual.fingerprint}" if self.multilingual else "")

    def encode(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        """The vectors of some passages, in their order."""
        outputs = self.embedder.encode_passages([passage.embedded_text for passage in passages])
        projection = self.embedder.projection
        pooled = [pool(output, passage, projection) for passage, output in zip(passages, outputs, strict=True)]
        if self.multilingual is None:
            return pooled
        meanings = self.multilingual.encode_passages(passages)
        return [replace(encoded, meaning=meaning) for encoded, meaning in zip(pooled, meanings, strict=True)]


class Elsewhere(Protocol):
    """Other processes that encode."""

    def encode(
        self, missing: Mapping[Key, Passage], fingerprint: str, scratch: Scratch, progress: Progress
    ) -> dict[Key, EncodedPassage]:
        """The vectors of some passages by embedders of this fingerprint; each batch is kept as it comes."""
        ...


def encode(
    passages: Sequence[Passage], embedders: Embedders, last: Snapshot | None, scratch: Scratch, progress: Progress,
    elsewhere: "Elsewhere | None" = None,
) -> list[EncodedPassage]:  # fmt: skip
    """The vectors of every passage, in order; equal passages are encoded once, those of ``last`` not at all.

    What is missing is encoded here, or ``elsewhere``.
    """
    keys = [key_of(passage, embedders.fingerprint) for passage in passages]
    encoded = _stored(last, set(keys))
    missing = {key: passage for key, passage in zip(keys, passages, strict=True) if key not in encoded}
    if missing:
        encoded |= scratch.read()
        missing = {key: passage for key, passage in missing.items() if key not in encoded}
    if elsewhere is None or not missing:
        encoded |= _encode_missing(missing, embedders, scratch, progress)
    else:
        encoded |= elsewhere.encode(missing, embedders.fingerprint, scratch, progress)
    return [encoded[key] for key in keys]


def _encode_missing(
    missing: Mapping[Key, Passage], embedders: Embedders, scratch: Scratch, progress: Progress
) -> dict[Key, EncodedPassage]:
    encoded: dict[Key, EncodedPassage] = {}
    # equal lengths in a batch: little padding
    todo = sorted(missing.items(), key=lambda item: (len(item[1].embedded_text), item[1].embedded_text))
    for first in range(0, len(todo), ENCODE_BATCH):
        keys, batch = zip(*todo[first : first + ENCODE_BATCH], strict=True)
        done = embedders.encode(batch)
        scratch.add(keys, done)
        encoded |= dict(zip(keys, done, strict=True))
        progress("encoding", len(encoded), len(todo))
    return encoded


def key_of(passage: Passage, fingerprint: str) -> Key:
    """All that decides the vectors of a passage: a text alone may be divided differently, or be another's context."""
    sentences = [(span.start - passage.start, span.end - passage.start) for span in passage.sentences]
    decisive = json.dumps([fingerprint, passage.context, passage.text, sentences])
    return hashlib.sha256(decisive.encode()).digest()


def _stored(snapshot: Snapshot | None, wanted: Iterable[Key]) -> dict[Key, EncodedPassage]:
    """What an earlier snapshot holds of some passages, by what decided it."""
    if snapshot is None:
        return {}
    vectors = snapshot.passage_vectors.vectors(np.arange(len(snapshot.passages)))
    sentences = snapshot.sentence_vectors.vectors(np.arange(int(snapshot.sentence_starts[-1])))
    meanings = _stored_meanings(snapshot)
    manifest = snapshot.manifest
    fingerprint = manifest.embedder + (f" {manifest.multilingual}" if manifest.multilingual else "")
    rows = {key_of(passage, fingerprint): row for row, passage in enumerate(snapshot.passages)}
    return {
        key: replace(
            snapshot.tokens.passage(row, vectors[row], sentences[snapshot.sentence_slice(row)]),
            meaning=meanings[row] if meanings else None,
        )
        for key in wanted
        if (row := rows.get(key)) is not None
    }


def _stored_meanings(snapshot: Snapshot) -> list[Meaning]:
    """What the multilingual embedder made of each passage; nothing where the snapshot was built without one."""
    if snapshot.multilingual is None:
        return []
    vectors = snapshot.multilingual.passages.vectors(np.arange(len(snapshot.passages)))
    sentences = snapshot.multilingual.sentences.vectors(np.arange(int(snapshot.sentence_starts[-1])))
    return [Meaning(vector, sentences[snapshot.sentence_slice(row)]) for row, vector in enumerate(vectors)]


def record_of(keys: Sequence[Key], passages: Sequence[EncodedPassage]) -> bytes:
    """Encoded passages as bytes with their sum."""
    content = _packed(keys, passages)
    return _HEAD.pack(_MARK, len(content), hashlib.sha256(content).digest()) + content


def passages_of(record: bytes) -> dict[Key, EncodedPassage]:
    """What ``record_of`` was given; nothing where the record has a wrong byte."""
    head, content = record[: _HEAD.size], record[_HEAD.size :]
    if head != _HEAD.pack(_MARK, len(content), hashlib.sha256(content).digest()):
        return {}
    return _unpacked(content)


def _packed(keys: Sequence[Key], passages: Sequence[EncodedPassage]) -> bytes:
    content = io.BytesIO()
    meanings = [passage.meaning for passage in passages if passage.meaning is not None]
    np.savez(
        content,
        meanings=np.asarray([meaning.vector for meaning in meanings], dtype=np.float32),
        meaning_sentences=np.asarray([row for meaning in meanings for row in meaning.sentences], dtype=np.float32),
        keys=np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), -1),
        vectors=np.stack([passage.vector for passage in passages]),
        sentences=np.concatenate([passage.sentences for passage in passages]),
        tokens=np.concatenate([passage.tokens for passage in passages]),
        ids=np.concatenate([passage.ids for passage in passages]),
        lengths=np.concatenate([passage.lengths for passage in passages]),
        segments=np.asarray([len(passage.lengths) for passage in passages]),
    )
    return content.getvalue()


def _unpacked(content: bytes) -> dict[Key, EncodedPassage]:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        keys, vectors, segments = arrays["keys"], arrays["vectors"], arrays["segments"]
        lengths = _divided(arrays["lengths"], segments)
        sentences = _divided(arrays["sentences"], segments - 1)
        sizes = np.asarray([own.sum() for own in lengths])
        tokens, ids = _divided(arrays["tokens"], sizes), _divided(arrays["ids"], sizes)
        meanings: list[Meaning | None] = [None] * len(keys)
        if len(arrays["meanings"]):
            by_passage = _divided(arrays["meaning_sentences"], segments - 1)
            meanings = [Meaning(*both) for both in zip(arrays["meanings"], by_passage, strict=True)]
    parts = zip(keys, vectors, sentences, tokens, ids, lengths, meanings, strict=True)
    return {key.tobytes(): EncodedPassage(*arrays) for key, *arrays in parts}


def _divided(array: NDArray[Any], sizes: Rows) -> list[NDArray[Any]]:
    return np.split(array, np.cumsum(sizes)[:-1])


def _read_record(file: BinaryIO) -> bytes | None:
    """The next whole record, None at the end or where the rest is torn."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    mark, size, digest = _HEAD.unpack(head)
    if mark != _MARK or size > os.fstat(file.fileno()).st_size - file.tell():  # before room is made for it
        return None
    content = file.read(size)
    return content if hashlib.sha256(content).digest() == digest else None
