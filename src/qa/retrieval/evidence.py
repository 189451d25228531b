"""What is known of each candidate for a question: the evidence that ranks passages, chooses sentences and refuses.

All numbers are better when higher. Those that depend on the corpus (cosines, BM25) are standardised over the
candidates of the question: minus their mean, divided by their standard deviation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qa.analysis import Token, TokenShape
from qa.index.bm25 import K1, B
from qa.index.snapshot import Snapshot
from qa.index.token_vectors import Interaction
from qa.languages import ENGLISH
from qa.protocols import Rows, Scores
from qa.retrieval.answer_types import AnswerType
from qa.retrieval.query import Query

FOREIGN, FLUENT = 3.0, 4.0  # characters a token, between which the encoder's vote comes to count in full
EQUAL = 1e-6  # scores that differ by less are rounding
FAR = 2  # words: those of a pair that stand further apart are not found together

Table = NDArray[np.float32]


_SHAPES = {
    AnswerType.NUMBER: TokenShape.DIGIT | TokenShape.NUMBER_WORD,
    AnswerType.DATE: TokenShape.YEAR | TokenShape.MONTH,
    AnswerType.NAME: TokenShape.CAPITAL,
}


@dataclass(frozen=True, slots=True)
class Meanings:
    """What is known of some passages for a question in a corpus that is not English like it.

    Attributes:
        passages: ``(passages,)`` cosine of question and passage in the space of all languages.
        sentences: ``(sentences,)`` the same of each sentence.
        is_native: ``(passages,)`` whether the passage is in the question's language, as far as that is known.
        is_english: whether the question is.
    """

    passages: Scores
    sentences: Scores
    is_native: NDArray[np.bool_]
    is_english: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything measured about some passages for one question.

    Attributes:
        rows: ``(passages,)`` rows in the snapshot.
        first: ``(passages,)`` where each passage's sentences begin in the arrays below.
        dense, lexical: ``(passages,)`` cosine and BM25 of the passage.
        sentence_dense, sentence_lexical: ``(sentences,)`` cosine and BM25 of each sentence.
        is_heading: ``(sentences,)`` whether a sentence is the heading of a section.
        has_term: ``(sentences, terms)`` whether a known term of the question occurs in the sentence.
        rarity: ``(terms,)`` share of each known term in the question's total rarity; sums to 1 when all are known.
        phrase: ``(passages,)`` share of the question's word pairs, weighted by rarity, that stand side by side.
        of_type: ``(sentences,)`` 1 where the sentence has what the question asks for and does not itself name, else 0.
        interaction: how well the question's tokens are matched.
        fluency: how well the encoder speaks the passages' language, 0 to 1, by the length of its tokens: it cuts what
            it does not know into small pieces (English gives about 4.8 characters a token, German 3.0, Chinese 1.1).
        meaning: what the multilingual embedder adds; None where question and corpus are English.
    """

    rows: Rows
    first: Rows
    dense: Scores
    lexical: Scores
    sentence_dense: Scores
    sentence_lexical: Scores
    is_heading: NDArray[np.bool_]
    has_term: NDArray[np.bool_]
    rarity: Scores
    phrase: Scores
    of_type: Scores
    interaction: Interaction
    fluency: float
    meaning: "Meanings | None" = None

    def best(self, sentence_values: Scores) -> Scores:
        """The largest value among each passage's sentences."""
        return np.maximum.reduceat(sentence_values, self.first)

    def windows(self, values: Table) -> Table:
        """Elementwise maximum of each sentence's row and the next one's in the same passage."""
        joined = values.copy()
        same = np.ones(len(values), dtype=bool)
        same[-1] = False
        same[self.first[1:] - 1] = False
        places = np.flatnonzero(same)
        joined[places] = np.maximum(values[places], values[places + 1])
        return joined


def standardised(scores: Table) -> Table:
    """Scores of several kinds, ``(n, kinds)``, on a common scale: mean 0, deviation 1 (0 where they do not differ)."""
    centred = scores - scores.sum(axis=0) / len(scores)
    deviation = np.sqrt(np.square(centred).sum(axis=0) / len(scores))
    standard: Table = (centred / np.where(deviation > EQUAL, deviation, np.inf)).astype(np.float32)
    return standard


def gather(snapshot: Snapshot, query: Query, rows: Rows, lexical: Scores) -> Evidence:
    """Measure some passages (at least one), whose BM25 scores are known, for a question."""
    sentences, first = snapshot.sentences_of(rows)
    ids, shapes, lengths = snapshot.lexical.sentence_tokens(sentences)
    terms = _known_terms(snapshot, query)
    said = _said(snapshot, terms, ids, lengths)
    counts = _count(said, terms, len(sentences))
    return Evidence(
        rows=rows,
        first=first,
        dense=snapshot.passage_vectors.vectors(rows) @ query.encoded.vector,
        lexical=lexical,
        sentence_dense=snapshot.sentence_vectors.vectors(sentences) @ query.encoded.vector,
        sentence_lexical=_bm25(counts, lengths, terms.idf),
        is_heading=snapshot.is_heading[sentences],
        has_term=counts > 0,
        rarity=terms.idf / max(terms.total, EQUAL),
        phrase=_phrases(snapshot, query, said, terms, first),
        of_type=_of_type(query, said, shapes, lengths),
        interaction=snapshot.tokens.match(query.encoded, rows),
        fluency=_fluency(snapshot, rows),
        meaning=_meanings(snapshot, query, rows, sentences),
    )


def _meanings(snapshot: Snapshot, query: Query, rows: Rows, sentences: Rows) -> Meanings | None:
    corpus, translation = snapshot.multilingual, query.translation
    if corpus is None or translation is None:
        return None
    languages = corpus.languages[rows]
    return Meanings(
        corpus.passages.vectors(rows) @ translation.vector,
        corpus.sentences.vectors(sentences) @ translation.vector,
        (languages == translation.language) | (languages == ""),
        translation.language == ENGLISH,
    )


def _fluency(snapshot: Snapshot, rows: Rows) -> float:
    per_token = int(snapshot.passages.characters(rows).sum()) / max(int(snapshot.tokens.sizes(rows).sum()), 1)
    return float(np.clip((per_token - FOREIGN) / (FLUENT - FOREIGN), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class _Terms:
    """The question's terms that the corpus knows in some spelling, and their rarity.

    Attributes:
        ids: ``(spellings,)`` ids of all known spellings, ascending.
        stands_for: ``(spellings, terms)`` 1 where a spelling is one of a term, else 0.
        idf: ``(terms,)`` of the term, or of its most frequent spelling where it is unknown itself.
        total: the sum of ``idf``, with that of the terms that no spelling is known of.
    """

    ids: Rows
    stands_for: Table
    idf: Scores
    total: float


def _known_terms(snapshot: Snapshot, query: Query) -> _Terms:
    lexical = snapshot.lexical
    spellings: list[list[int]] = []
    idf: list[float] = []
    total = 0.0
    for term, variants in query.variants.items():
        known = [t for t in (term, *variants) if t in lexical.vocabulary]
        rarity = min(map(lexical.idf, known), default=lexical.idf(term)) if term not in known else lexical.idf(term)
        total += rarity
        if known:
            spellings.append([lexical.vocabulary[t] for t in known])
            idf.append(rarity)
    ids = np.unique(np.asarray([number for numbers in spellings for number in numbers], dtype=np.int64))
    stands_for = (
        np.asarray([np.isin(ids, numbers) for numbers in spellings], dtype=np.float32).reshape(len(idf), len(ids)).T
    )
    return _Terms(ids, stands_for, np.asarray(idf, dtype=np.float32), total)


@dataclass(frozen=True, slots=True)
class _Said:
    """Where the question's terms occur in some sentences, one entry per occurrence, in order.

    Attributes:
        places: ``(occurrences,)`` numbers of the tokens.
        sentences: ``(occurrences,)`` numbers of the sentences.
        spellings: ``(occurrences,)`` which of ``_Terms.ids`` it is.
    """

    places: Rows
    sentences: Rows
    spellings: Rows


def _said(snapshot: Snapshot, terms: _Terms, ids: NDArray[np.int32], lengths: Rows) -> _Said:
    if not len(terms.ids):
        none = np.zeros(0, dtype=np.int64)
        return _Said(none, none, none)
    asked = terms.ids.astype(np.int32)
    nearest = np.minimum(np.searchsorted(asked, ids), len(asked) - 1)
    places = np.flatnonzero(asked[nearest] == ids)
    sentences = np.searchsorted(np.cumsum(lengths), places, side="right")
    return _Said(places, sentences, nearest[places])


def _count(said: _Said, terms: _Terms, sentences: int) -> Table:
    """How often each term, in any spelling, occurs in each sentence."""
    spellings = len(terms.ids)
    cells = said.sentences * spellings + said.spellings
    occurrences = np.bincount(cells, minlength=sentences * spellings).reshape(sentences, spellings).astype(np.float32)
    counts: Table = occurrences @ terms.stands_for
    return counts


def _bm25(counts: Table, lengths: Rows, idf: Scores) -> Scores:
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
    scores: Scores = ((counts * (K1 + 1) / (counts + norm[:, None])) @ idf).astype(np.float32)
    return scores


def _phrases(snapshot: Snapshot, query: Query, said: _Said, terms: _Terms, first: Rows) -> Scores:
    """Word pairs of the question found side by side (in full) or with one word between them (half)."""
    numbers, weights, total = _pairs(snapshot, query.tokens, terms)
    share = np.zeros((len(first), len(weights)), dtype=np.float32)
    passages = np.searchsorted(first, said.sentences, side="right") - 1
    for step in (1, 2):  # the next occurrence, and the one after it, of any term
        apart = said.places[step:] - said.places[:-step]
        pair = numbers[said.spellings[:-step], said.spellings[step:]]
        near = (apart <= FAR) & (pair >= 0) & (said.sentences[step:] == said.sentences[:-step])
        np.maximum.at(share, (passages[:-step][near], pair[near]), (1 / apart[near]).astype(np.float32))
    found: Scores = share @ weights / np.float32(max(total, EQUAL))
    return found


def _pairs(snapshot: Snapshot, tokens: Sequence[Token], terms: _Terms) -> tuple[Rows, Scores, float]:
    """The question's neighbouring terms: pairs of known spellings are numbered, and weighted by their summed rarity.

    Returns:
        numbers ``(spellings, spellings)``, -1 where a pair is not asked for; weights ``(pairs,)``; the sum of the
        weights, with those of pairs that the corpus does not know.
    """
    lexical = snapshot.lexical
    spelling = {number: place for place, number in enumerate(terms.ids.tolist())}
    own = [(spelling.get(lexical.vocabulary.get(t.term, -1), -1), lexical.idf(t.term)) for t in tokens]
    numbers = np.full((len(spelling), len(spelling)), -1, dtype=np.int64)
    weights: list[float] = []
    total = 0.0
    for (before, rarity), (after, other) in pairwise(own):
        total += rarity + other
        if min(before, after) >= 0:
            if numbers[before, after] < 0:
                numbers[before, after] = len(weights)
                weights.append(0.0)
            weights[numbers[before, after]] += rarity + other
    return numbers, np.asarray(weights, dtype=np.float32), total


def _of_type(query: Query, said: _Said, shapes: NDArray[np.uint8], lengths: Rows) -> Scores:
    found = np.zeros(len(lengths), dtype=np.float32)
    wanted = _SHAPES.get(query.answer_type)
    if wanted is not None:
        fits = (shapes & int(wanted)) > 0
        if wanted & TokenShape.CAPITAL:
            fits &= (shapes & int(TokenShape.INITIAL)) == 0
        fits[said.places] = False
        found[np.searchsorted(np.cumsum(lengths), np.flatnonzero(fits), side="right")] = 1
    return found
