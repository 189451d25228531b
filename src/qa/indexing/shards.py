"""Passages that are encoded together, as bytes that another process can read."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.indexing.encoding import ENCODE_BATCH, Embedders, Key, key_of, record_of
from qa.types import Passage, Span

SHARD = 4 * ENCODE_BATCH  # passages: about ten seconds of one processor


@dataclass(frozen=True, slots=True)
class Shard:
    """Some passages and their keys; the name is made of these, so equal shards have one name."""

    name: str
    keys: tuple[Key, ...]
    content: bytes


def topic_of(fingerprint: str) -> str:
    """What the names of all shards begin with that embedders of a fingerprint encode."""
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:12]


def shards_of(missing: Mapping[Key, Passage], fingerprint: str) -> Iterator[Shard]:
    """Passages in shards, equal lengths together, the longest first: a worker that runs out of memory does so soon."""
    todo = sorted(missing.items(), key=lambda item: (len(item[1].embedded_text), item[1].embedded_text), reverse=True)
    for first in range(0, len(todo), SHARD):
        keys, passages = zip(*todo[first : first + SHARD], strict=True)
        digest = hashlib.sha256(b"".join(keys)).hexdigest()[:24]
        yield Shard(f"{topic_of(fingerprint)}-{digest}", keys, _content(passages))


def encoded_shard(content: bytes, embedders: Embedders) -> bytes:
    """What a shard comes to: a record that ``encoding.passages_of`` reads."""
    passages = [
        Passage("", 0, start, end, text, tuple(Span(*span) for span in sentences), context)
        for start, end, text, sentences, context in json.loads(content)
    ]
    encoded = []
    for first in range(0, len(passages), ENCODE_BATCH):
        encoded += embedders.encode(passages[first : first + ENCODE_BATCH])
    return record_of([key_of(passage, embedders.fingerprint) for passage in passages], encoded)


def _content(passages: Sequence[Passage]) -> bytes:
    fields = [
        [p.start, p.end, p.text, [[span.start, span.end] for span in p.sentences], p.context] for p in passages
    ]  # fmt: skip
    return json.dumps(fields).encode()
