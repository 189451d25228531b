"""Question → what it means in the languages of the corpus: a vector, and for its words the nearest of the corpus.

Words are translated without a dictionary: those of the corpus whose vectors are nearest to that of the question's word
stand for it, as other spellings of a name do. Measured on German, Spanish, Russian and Chinese questions about English
articles this found more than the vectors of passages alone; see docs/languages.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from qa.analysis import Token, analyze, terms
from qa.index.multilingual import Multilingual, WordVectors
from qa.index.names import LATIN, script_of
from qa.index.snapshot import Snapshot
from qa.index.spelling import Lexicon
from qa.languages import ENGLISH, common_words, language_of
from qa.protocols import MultilingualEmbedder, Vectors
from qa.retrieval.other_notations import other_months, other_spellings
from qa.retrieval.other_scripts import SameWords, in_other_scripts

NEAREST = 3  # words of the corpus that may stand for one of the question
LEAST_SIMILAR = 0.5  # cosine
SAME_WEIGHT = 1.0  # of the same word, number or month as another script or language writes it
NO_TRANSLATIONS: Mapping[str, Mapping[str, float]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Translation:
    """A question as a corpus of several languages, or of another one, understands it.

    Attributes:
        language: of the question; where that can't be told, the one of most passages.
        vector: ``(dimension,)`` of the multilingual embedder.
        words: for a term of the question, the corpus's terms that mean nearly the same, with weights to 1.
        topical: the terms of the question that carry its topic.
        gloss: the nearest English words in the question's order, for an embedder that speaks English alone; empty
            where the question is English, or the corpus has none.
    """

    language: str
    vector: Vectors
    words: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: NO_TRANSLATIONS)
    topical: frozenset[str] = frozenset()
    gloss: str = ""

    @property
    def weights(self) -> dict[str, float]:
        """All terms that stand for others, with their weights."""
        weights: dict[str, float] = {}
        for terms_of_word in self.words.values():
            for term, weight in terms_of_word.items():
                weights[term] = max(weights.get(term, 0.0), weight)
        return weights


def translate(question: str, snapshot: Snapshot, embedder: MultilingualEmbedder) -> Translation | None:
    """What a question means in a corpus; None where both are English, or the corpus has no vectors of the embedder."""
    corpus = snapshot.multilingual
    if corpus is None or snapshot.manifest.multilingual != embedder.fingerprint:
        return None
    language = language_of(question) or max(corpus.shares, key=corpus.shares.__getitem__, default=ENGLISH)
    if language == ENGLISH and corpus.is_english:
        return None
    lexicon = snapshot.lexical.lexicon
    tokens = analyze(question)
    months = other_months(question, tokens, lexicon)
    tokens = [token for token in tokens if token.word not in common_words(language) or token.term in months]
    nearest = _nearest(_foreign_words(tokens, lexicon), language, corpus, embedder)
    names = in_other_scripts(question, lexicon)
    same = _together(names, months, other_spellings(tokens, lexicon))
    return Translation(
        language,
        embedder.encode_question(question),
        {token.term: _standing_for(token, nearest, same, language, corpus) for token in tokens},
        frozenset(token.term for token in tokens),
        "" if language == ENGLISH else _gloss(tokens, nearest, names, corpus.words),
    )


def _foreign_words(tokens: Sequence[Token], lexicon: Lexicon) -> list[str]:
    """The words that something else may stand for: no numbers, and no names that the corpus spells the same."""
    words = [token.word for token in tokens if not token.word.isdecimal()]
    return [word for word in dict.fromkeys(words) if word not in lexicon.words or not lexicon.words[word].is_name]


Nearest = Mapping[str, list[tuple[int, float]]]


def _nearest(words: Sequence[str], language: str, corpus: Multilingual, embedder: MultilingualEmbedder) -> Nearest:
    """For each word the numbers of the nearest words in other languages, best first, and their cosines."""
    rows = np.flatnonzero(corpus.words.languages != language)
    if not len(rows):
        return {}
    similar = embedder.encode_words(words) @ corpus.words.vectors.vectors(rows).T
    best = np.argpartition(-similar, min(NEAREST, len(rows)) - 1, axis=1)[:, :NEAREST]
    return {
        word: [
            (int(rows[i]), float(values[i]))
            for i in sorted(chosen, key=lambda i: (-values[i], i))
            if values[i] > LEAST_SIMILAR
        ]
        for word, values, chosen in zip(words, similar, best.tolist(), strict=True)
    }


def _together(*parts: SameWords) -> SameWords:
    """All that is the same as each term."""
    together: dict[str, list[str]] = {}
    for part in parts:
        for term, words in part.items():
            together.setdefault(term, []).extend(words)
    return together


def _standing_for(
    token: Token, nearest: Nearest, same: SameWords, language: str, corpus: Multilingual
) -> dict[str, float]:
    """The word's other forms, the same one in other scripts, and what is nearest to it in other languages."""
    weights = dict.fromkeys(corpus.inflected(token.word, language), 1.0)
    for number, similarity in nearest.get(token.word, ()):
        term = corpus.words.terms[number]
        weights[term] = max(weights.get(term, 0.0), similarity**2)
    for word in same.get(token.term, ()):
        weights |= dict.fromkeys(terms(word), SAME_WEIGHT)
    weights.pop(token.term, None)
    return weights


def _gloss(tokens: Sequence[Token], nearest: Nearest, names: SameWords, words: WordVectors) -> str:
    """A word that nothing English stands for stays as it is; a name is spelled in Latin letters."""
    glosses: list[str] = []
    for token in tokens:
        latin = [name for name in names.get(token.term, ()) if script_of(name) == LATIN]
        if latin:
            glosses += [name.capitalize() for name in latin[:1] if name.capitalize() not in glosses]
            continue
        english = [
            words.words[number] for number, _ in nearest.get(token.word, ()) if words.languages[number] == ENGLISH
        ]
        if english or token.word not in nearest:
            glosses.append(english[0] if english else token.word)
    return " ".join(glosses)
