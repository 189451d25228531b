"""A large snapshot without encoding for an hour: real passages repeated with changed words.

Usage: python benchmarks/grow.py INDEX TARGET PASSAGES

INDEX holds a snapshot that the product built. Its passages are repeated; in every copy a third of the words of four
letters and more are replaced (by words of the same corpus as often as they occur there, now and then by a new one). A
copy's vectors are the original's plus noise of ``NOISE`` times their length, scaled to unit length again: about as far
from it (cosine 0.8) as a paraphrase. The snapshot is written by the product's own classes; what is served is real.
"""

import argparse
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from qa.arrays import unit
from qa.index import snapshot as snapshots
from qa.index.bm25 import BM25Index
from qa.index.folder import FORMAT
from qa.index.sentence_vectors import SentenceVectors
from qa.index.snapshot import Snapshot
from qa.index.stores import STORES, choose_store
from qa.index.token_vectors import EncodedPassage, TokenIndex
from qa.types import Document, Passage, Span
from texts import SEED, invented_words

NOISE = 0.75
CHANGED, NEW = 0.33, 0.02
_WORD = re.compile(r"[^\W\d_]{4,}")


def grow(base: Snapshot, passages: int) -> Snapshot:
    """Repeat a snapshot's documents, changed, until there are so many passages."""
    random = np.random.default_rng(SEED)
    words = _WORD.findall(" ".join(passage.text for passage in base.passages))
    new = invented_words(random, 20_000)
    documents: list[Document] = []
    rows: list[Passage] = []
    encoded: list[EncodedPassage] = []
    for copy, document in _cycle(base):
        own = [base.passages[row] for row in base.rows_of_document.get(document.id, range(0))]
        changed, cut = (document, own) if copy == 0 else _changed(document, own, copy, words, new, random)
        documents.append(changed)
        rows += cut
        encoded += [_noisy(_encoded(base, passage), random if copy else None) for passage in own]
        if len(rows) >= passages:
            return _snapshot(base, documents, rows, encoded)
    raise AssertionError


def _cycle(base: Snapshot) -> Iterator[tuple[int, Document]]:
    copy = 0
    while True:
        for document in base.documents:
            yield copy, document
        copy += 1


def _changed(document, own, copy, words, new, random) -> tuple[Document, list[Passage]]:
    """A document with other words; its passages and sentences move with them."""
    text, moved = _reworded(document.text, words, new, random)
    name = f"{document.id}-{copy}"
    changed = replace(
        document, id=name, text=text, headings=tuple(_move(s, moved) for s in document.headings), pages=()
    )
    cut = []
    for passage in own:
        span = _move(Span(passage.start, passage.end), moved)
        sentences = tuple(_move(sentence, moved) for sentence in passage.sentences)
        cut.append(
            Passage(
                name, passage.ordinal, span.start, span.end, text[span.start : span.end], sentences, passage.context
            )
        )
    return changed, cut


def _reworded(text, words, new, random) -> tuple[str, np.ndarray]:
    """The text with words replaced, and where each of its offsets has moved to."""
    found = [match.span() for match in _WORD.finditer(text)]
    drawn = random.random(len(found))
    moved = np.arange(len(text) + 1)
    pieces, last = [], 0
    for (start, end), chance in zip(found, drawn, strict=True):
        if chance >= CHANGED:
            continue
        pool = new if chance < NEW else words
        other = pool[int(random.integers(len(pool)))]
        other = other.capitalize() if text[start].isupper() else other.lower()
        pieces += [text[last:start], other]
        moved[end:] += len(other) - (end - start)
        last = end
    return "".join([*pieces, text[last:]]), moved


def _move(span: Span, moved: np.ndarray) -> Span:
    return Span(int(moved[span.start]), int(moved[span.end]))


def _encoded(base: Snapshot, passage: Passage) -> EncodedPassage:
    row = base.row_of(passage)
    own = base.sentence_slice(row)
    return base.tokens.passage(
        row,
        base.passage_vectors.vectors(np.asarray([row]))[0],
        base.sentence_vectors.vectors(np.arange(own.start, own.stop)),
    )


def _noisy(passage: EncodedPassage, random: np.random.Generator | None) -> EncodedPassage:
    if random is None:
        return passage
    noise = random.integers(-8, 9, size=passage.tokens.shape, dtype=np.int8)
    tokens = np.clip(passage.tokens.astype(np.int16) + noise, -127, 127).astype(np.int8)
    return EncodedPassage(
        _near(passage.vector, random), _near(passage.sentences, random), tokens, passage.ids, passage.lengths
    )


def _near(vectors, random):
    scale = NOISE / np.sqrt(vectors.shape[-1])
    return unit(vectors + scale * random.standard_normal(vectors.shape, dtype=np.float32))


def _snapshot(base: Snapshot, documents, rows, encoded) -> Snapshot:
    vectors = np.stack([passage.vector for passage in encoded])
    sentences = np.concatenate([passage.sentences for passage in encoded])
    store = choose_store(len(rows))
    manifest = replace(
        base.manifest,
        store=store,
        id=hashlib.sha256(f"{base.manifest.id} {len(rows)} {store}".encode()).hexdigest()[:16],
        documents=len(documents),
        passages=len(rows),
        sentences=len(sentences),
        multilingual=None,
        unreadable=(),
        files={},
        format=FORMAT,
    )
    return Snapshot(
        manifest,
        documents,
        rows,
        STORES[store].build(vectors),
        SentenceVectors.build(sentences),
        TokenIndex.build(encoded, base.manifest.dimension, base.tokens.projection),
        BM25Index.build(rows),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("passages", type=int)
    options = parser.parse_args()
    base, _ = snapshots.open_current(options.index)
    grown = grow(base, options.passages)
    snapshots.write(options.target, grown)
    print(f"{len(grown.documents)} documents, {len(grown.passages)} passages, {grown.manifest.sentences} sentences")


if __name__ == "__main__":
    main()
