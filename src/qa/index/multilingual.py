"""What a snapshot holds for questions in other languages: vectors of passages, sentences and words, and languages.

The vectors are of one space for all languages; see ``protocols.MultilingualEmbedder``. They stand beside the English
ones and are read only where the language of the question or of the passages is another.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qa.analysis import terms
from qa.arrays import mapped
from qa.index.bm25 import BM25Index
from qa.index.sentence_vectors import SentenceVectors
from qa.index.strings import Strings
from qa.languages import ENGLISH, SURE, common_words, language_of, stem
from qa.protocols import Meaning, MultilingualEmbedder, Rows, Vectors
from qa.types import Hit, Passage

QUOTED = 0.2  # of a document's passages: a language of fewer is not its own
MOST_WORDS = 200_000  # whose vectors are kept, the most frequent first
LONGEST_WORD = 32
_PASSAGES, _SENTENCES, _WORDS = "passages", "sentences", "words"

Codes = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class WordVectors:
    """The words of the corpus by what they mean.

    Attributes:
        words: as they are spelled, normalised.
        terms: what the lexical index counts them as, one for each.
        languages: ``(words,)`` the language of most passages that say it; empty where that is unknown.
        vectors: ``(words, word_dimension)``.
    """

    words: Sequence[str]
    terms: Sequence[str]
    languages: Codes
    vectors: SentenceVectors


class Multilingual:
    """Rows are those of the snapshot's passages and sentences."""

    def __init__(
        self, passages: SentenceVectors, sentences: SentenceVectors, words: WordVectors, languages: Codes,
        shares: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        """Hold the arrays; ``shares`` is given where they are of a part of the corpus."""
        self.passages = passages
        self.sentences = sentences
        self.words = words
        self.languages = languages
        """``(passages,)`` ISO 639-1 codes, empty where the language can't be told."""
        self.shares = shares_of(languages) if shares is None else shares
        """How much of the corpus is in each language, by passages; those whose language can't be told are left out."""

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        meanings: Sequence[Meaning],
        lexical: BM25Index,
        embedder: MultilingualEmbedder,
        last: Self | None = None,
    ) -> Self:
        """Put the vectors of all passages together, and encode the words that they say and ``last`` does not have."""
        languages = _languages(passages)
        none = np.zeros((0, embedder.dimension), dtype=np.float32)
        return cls(
            SentenceVectors.build(np.concatenate([none, *(meaning.vector[None, :] for meaning in meanings)])),
            SentenceVectors.build(np.concatenate([none, *(meaning.sentences for meaning in meanings)])),
            _words(languages, lexical, embedder, last.words if last else None),
            languages,
        )

    def save(self, folder: Path) -> None:
        folder.mkdir()
        self.passages.save(folder / _PASSAGES)
        self.sentences.save(folder / _SENTENCES)
        self.words.vectors.save(folder / _WORDS)
        (folder / "shares.json").write_text(json.dumps({**self.shares}), "utf-8")
        Strings.of(self.words.words).save(folder, "spelled")
        Strings.of(self.words.terms).save(folder, "terms")
        np.save(folder / "word_languages.npy", self.words.languages, allow_pickle=False)
        np.save(folder / "languages.npy", self.languages, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        shares: dict[str, float] = json.loads((folder / "shares.json").read_text("utf-8"))
        words = WordVectors(
            Strings.load(folder, "spelled"),
            Strings.load(folder, "terms"),
            mapped(folder / "word_languages.npy"),
            SentenceVectors.load(folder / _WORDS),
        )
        passages, sentences = (SentenceVectors.load(folder / name) for name in (_PASSAGES, _SENTENCES))
        return cls(passages, sentences, words, mapped(folder / "languages.npy"), shares)

    @cached_property
    def _by_stem(self) -> dict[str, Mapping[str, Sequence[str]]]:
        return {}

    def inflected(self, word: str, language: str) -> Sequence[str]:
        """The terms of the corpus that are forms of a normalised word of a language."""
        if language not in self._by_stem:
            by_stem: dict[str, list[str]] = {}
            for number in np.flatnonzero(self.words.languages == language).tolist():
                by_stem.setdefault(stem(self.words.words[number], language), []).append(self.words.terms[number])
            self._by_stem[language] = by_stem
        return self._by_stem[language].get(stem(word, language), ())

    @cached_property
    def is_english(self) -> bool:
        """Whether no passage is known to be in another language."""
        return not self.shares.keys() - {ENGLISH}

    def search(self, vector: NDArray[np.float32], k: int, rows: Rows | None = None) -> list[Hit]:
        """The ``k`` passages nearest in meaning to a question, best first; with ``rows``, among these only."""
        return self.passages.search(vector, k, np.arange(len(self.passages)) if rows is None else rows)


def shares_of(languages: Codes) -> Mapping[str, float]:
    """The share of each language among those that are known."""
    codes, counts = np.unique(languages[languages != ""], return_counts=True)
    return {str(code): int(count) / max(int(counts.sum()), 1) for code, count in zip(codes, counts, strict=True)}


def _languages(passages: Sequence[Passage]) -> Codes:
    """The language of each passage; in one that little of its document is written in, it is but a quotation."""
    languages: list[str] = []
    for _, adjacent in groupby(passages, key=lambda passage: passage.document_id):
        told = [language_of(passage.text, SURE) or "" for passage in adjacent]
        counts = Counter(told)
        usual = counts.most_common(1)[0][0]
        languages += [code if counts[code] >= QUOTED * len(told) else usual for code in told]
    return np.asarray(languages, dtype="U2")


def _words(
    languages: Codes, lexical: BM25Index, embedder: MultilingualEmbedder, last: WordVectors | None
) -> WordVectors:
    """The words that are worth a vector: with a letter, and none that tells nothing of a topic.

    English names that occur once have none: they are found by their spelling or sound, and are many.
    """
    codes, numbers = np.unique(languages, return_inverse=True)
    by_count = sorted(lexical.lexicon.words.items(), key=lambda item: (-item[1].count, item[0]))
    kept: list[tuple[str, str, str]] = []
    for word, entry in by_count:
        if len(kept) == MOST_WORDS:
            break
        if len(word) > LONGEST_WORD or any(character.isdigit() for character in word):
            continue
        for term in terms(word):
            number = lexical.vocabulary.get(term)
            if number is None:
                continue
            rows = lexical.postings.of(number)[0]
            language = str(codes[np.bincount(numbers[rows], minlength=len(codes)).argmax()])
            rare_name = language == ENGLISH and entry.is_name and entry.count == 1
            if not rare_name and word not in common_words(language or ENGLISH):
                kept.append((word, term, language))
    words = [word for word, _, _ in kept]
    return WordVectors(
        words,
        [term for _, term, _ in kept],
        np.asarray([language for _, _, language in kept], dtype="U2"),
        SentenceVectors.build(_word_vectors(words, embedder, last)),
    )


def _word_vectors(words: Sequence[str], embedder: MultilingualEmbedder, last: WordVectors | None) -> Vectors:
    rows = {word: row for row, word in enumerate(last.words)} if last else {}
    vectors = np.zeros((len(words), embedder.word_dimension), dtype=np.float32)
    known = [number for number, word in enumerate(words) if word in rows]
    new = [number for number, word in enumerate(words) if word not in rows]
    if last and known:
        vectors[known] = last.vectors.vectors(np.asarray([rows[words[number]] for number in known]))
    vectors[new] = embedder.encode_words([words[number] for number in new])
    return vectors
