"""Question → query: spelling made good from the corpus, other spellings of names added, encoded and weighted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.analysis import Token, TokenShape, analyze, terms, token_shapes
from qa.index.bm25 import BM25Index
from qa.index.spelling import Lexicon
from qa.protocols import Embedder, Encoded

VARIANT_WEIGHT = 0.6  # of another spelling, beside the one that was typed
RARE = 3  # passages: a name that more of them say does not single one out
WHOLE_WORD = 3  # tokens of a word that the encoder knows: itself and the two special ones
_QUOTED = re.compile(r'"([^"]{2,})"|“([^”]{2,})”|„([^“”]{2,})[“”]|«([^»]{2,})»|「([^」]{2,})」|『([^』]{2,})』')

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question made searchable.

    Attributes:
        text: what is searched for: the question with mistyped words replaced.
        encoded: what the encoder makes of it.
        tokens: its tokens, in order.
        variants: for each of its distinct terms, in order, the terms of other spellings.
        named: what it quotes, or names and the corpus hardly ever says, as normalised words.
    """

    text: str
    encoded: Encoded
    tokens: tuple[Token, ...]
    variants: Mapping[str, tuple[str, ...]]
    named: tuple[Words, ...] = ()

    @property
    def weights(self) -> dict[str, float]:
        """All terms with their weights."""
        others = {term: VARIANT_WEIGHT for spellings in self.variants.values() for term in spellings}
        return others | dict.fromkeys(self.variants, 1.0)

    @property
    def also_searched(self) -> tuple[str, ...]:
        """The other spellings that are searched for with the text, each once."""
        return tuple(dict.fromkeys(term for spellings in self.variants.values() for term in spellings))


def make_query(question: str, lexical: BM25Index, embedder: Embedder) -> Query:
    """Correct and expand a question from what the corpus contains; a question in its words comes out unchanged."""
    text = correct(question, lexical, embedder)
    tokens = tuple(analyze(text))
    variants = {token.term: _variants(place, tokens, lexical) for place, token in enumerate(tokens)}
    return Query(
        text, embedder.encode_question(text), tokens, variants, (*_quoted(text), *_rare(text, tokens, lexical))
    )


def _quoted(text: str) -> list[Words]:
    quotations = [next(filter(None, found.groups())) for found in _QUOTED.finditer(text)]
    phrases = [tuple(token.word for token in analyze(quotation)) for quotation in quotations]
    return [phrase for phrase in phrases if phrase]


def _rare(text: str, tokens: Sequence[Token], lexical: BM25Index) -> list[Words]:
    """Words with a capital or a digit, not the first, that few passages say; several in a row are one name."""
    names: list[Words] = []
    before = -1
    for place, (token, shape) in enumerate(zip(tokens, token_shapes(text, tokens), strict=True)):
        is_name = shape & (TokenShape.CAPITAL | TokenShape.DIGIT) and not shape & TokenShape.INITIAL
        if not is_name or not 0 < lexical.frequency(token.term) <= RARE:
            continue
        if names and before == place - 1:
            names[-1] = (*names[-1], token.word)
        else:
            names.append((token.word,))
        before = place
    return names


def correct(question: str, lexical: BM25Index, embedder: Embedder) -> str:
    """Replace each word that neither the corpus nor the encoder knows by the nearest word of the corpus."""
    unknown = [token for token in analyze(question) if token.term not in lexical.vocabulary]
    if not unknown:
        return question
    sizes = embedder.count_tokens([token.word for token in unknown])
    for token, size in reversed(list(zip(unknown, sizes, strict=True))):
        if size > WHOLE_WORD and (meant := _meant(token.word, lexical.lexicon)):
            question = question[: token.start] + meant + question[token.end :]
    return question


def _meant(word: str, lexicon: Lexicon) -> str | None:
    pair = lexicon.joined.get(word)
    return " ".join(pair) if pair else lexicon.nearest(word)


def _variants(place: int, tokens: Sequence[Token], lexical: BM25Index) -> tuple[str, ...]:
    """Terms of other spellings of a name: a letter apart, its two halves, or joined with the word after it."""
    word = tokens[place].word
    spellings = list(lexical.lexicon.variants.get(word, ()))
    for spelling in (word, *spellings):
        spellings += lexical.lexicon.joined.get(spelling, ())
    if place + 1 < len(tokens) and (joined := word + tokens[place + 1].word) in lexical.lexicon.words:
        spellings.append(joined)
    own = {token.term for token in tokens}
    found = dict.fromkeys(term for spelling in spellings for term in terms(spelling))
    return tuple(term for term in found if term in lexical.vocabulary and term not in own)
