"""Snapshots of the formats before this one: they answer until the next build, which takes their vectors over."""

import json
from pathlib import Path

import numpy as np

from qa.arrays import mapped
from qa.index.bm25 import BM25Index, SentenceTokens, TermStatistics, postings_by_term
from qa.index.multilingual import Multilingual, WordVectors
from qa.index.passages import Passages
from qa.index.sentence_vectors import SentenceVectors
from qa.index.spelling import Lexicon, Word
from qa.index.token_vectors import TokenIndex
from qa.protocols import Rows
from qa.types import Document


def documents(file: Path) -> list[Document]:
    """The documents, one a line."""
    with file.open("rb") as lines:
        return [Document.from_fields(json.loads(line)) for line in lines]


def passages(folder: Path, known: list[Document]) -> Passages:
    contexts = json.loads((folder / "contexts.json").read_text("utf-8"))
    table = np.load(folder / "passages.npy", allow_pickle=False)
    spans = np.load(folder / "sentences.npy", allow_pickle=False)
    return Passages(known, contexts, np.ascontiguousarray(table.T), spans)


def tokens(folder: Path, sentence_starts: Rows) -> TokenIndex:
    names = ("vectors", "ids", "lengths", "projection", "frequency")
    vectors, ids, lengths, projection, frequency = (mapped(folder / f"{name}.npy") for name in names)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    first_segment = sentence_starts + np.arange(len(sentence_starts))
    return TokenIndex(vectors, ids, starts, projection if projection.size else None, frequency, first_segment)


def lexical(folder: Path) -> BM25Index:
    count, *vocabulary = json.loads((folder / "terms.json").read_text("utf-8"))
    names = ("data", "indices", "indptr", "tokens", "token_starts", "shapes", "places")
    weights, rows, bounds, ids, starts, shapes, spans = (mapped(folder / f"{name}.npy") for name in names)
    statistics = TermStatistics(
        {term: number for number, term in enumerate(vocabulary)},
        _lexicon(folder / "lexicon.json"),
        np.diff(bounds).astype(np.int64),
        count,
    )
    sentence_tokens = SentenceTokens(ids.astype(np.int32, copy=False), shapes, spans, starts.astype(np.int64))
    return BM25Index(statistics, postings_by_term(bounds, rows, weights), sentence_tokens, count)


def _lexicon(file: Path) -> Lexicon:
    fields = json.loads(file.read_text("utf-8"))
    return Lexicon(
        {word: Word(*entry) for word, entry in fields["words"].items()},
        {name: (first, second) for name, (first, second) in fields["joined"].items()},
        fields["variants"],
        {short: tuple(long) for short, long in fields.get("abbreviations", {}).items()},
    )


def multilingual(folder: Path) -> Multilingual:
    spelled = json.loads((folder / "words.json").read_text("utf-8"))
    languages = mapped(folder / "word_languages.npy")
    words = WordVectors(spelled["words"], spelled["terms"], languages, SentenceVectors.load(folder / "words"))
    vectors, sentences = (SentenceVectors.load(folder / name) for name in ("passages", "sentences"))
    return Multilingual(vectors, sentences, words, mapped(folder / "languages.npy"))
