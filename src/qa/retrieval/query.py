"""Question → query: spelling made good from the corpus, other spellings of names added, encoded and weighted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, is_name, is_unspaced, terms, token_shapes
from qa.index.bm25 import BM25Index
from qa.index.spelling import Lexicon, Words
from qa.languages import ENGLISH
from qa.protocols import Embedder, Encoded
from qa.retrieval.answer_types import AnswerType, answer_type
from qa.retrieval.initials import spelled_out
from qa.retrieval.other_notations import other_spellings
from qa.retrieval.other_scripts import SameWords, in_other_scripts
from qa.retrieval.translation import Translation

VARIANT_WEIGHT = 0.6  # of another spelling, beside the one that was typed
RARE = 3  # passages: a name that more of them hold does not single one out
WHOLE_WORD = 3  # tokens of a word that the embedder knows: itself and the two special ones
LONGEST = 8  # words of the long form of an abbreviation
INITIALS = range(3, 7)  # words whose initials may be an abbreviation that the corpus does not explain
_QUOTED = re.compile(r'"([^"]{2,})"|“([^”]{2,})”|„([^“”]{2,})[“”]|«([^»]{2,})»|「([^」]{2,})」|『([^』]{2,})』')


@dataclass(frozen=True, slots=True)
class Bridge:
    """An abbreviation or a long form in a question, ``text[start:end]``, its words, and those of the other form."""

    start: int
    end: int
    asked: Words
    other: Words


@dataclass(frozen=True, slots=True)
class Query:
    """A question made searchable.

    Attributes:
        text: what is searched for: the question with mistyped words replaced.
        encoded: what the embedder makes of it.
        tokens: its tokens, in order.
        shapes: the ``TokenShape`` bits of each.
        variants: for each of its distinct terms, in order, the terms of other spellings.
        named: what it quotes, or names and the corpus hardly ever holds, as normalised words.
        also_searched: the other spellings of names that are searched for with the text, as the corpus spells them.
        bridges: its abbreviations with their long forms, and the long forms in it with their abbreviations.
        translation: what it means in other languages; None where it and the corpus are English.
    """

    text: str
    encoded: Encoded
    tokens: tuple[Token, ...]
    shapes: tuple[int, ...]
    variants: Mapping[str, tuple[str, ...]]
    named: tuple[Words, ...] = ()
    also_searched: tuple[str, ...] = ()
    bridges: tuple["Bridge", ...] = ()
    translation: Translation | None = None

    def as_said_in(self, text: str) -> str:
        """The question with each abbreviation, initial, or what it abbreviates, in the form that a text uses alone."""
        words = {token.word for token in analyze(text)} if self.bridges else set()
        question = self.text
        for bridge in sorted(self.bridges, key=lambda bridge: -bridge.start):
            if words.issuperset(bridge.other) and not words.issuperset(bridge.asked):
                other = " ".join(bridge.other)
                other = other.upper() if len(bridge.other) == 1 else other.title()
                question = question[: bridge.start] + other + question[bridge.end :]
        return spelled_out(question, text)

    @property
    def weights(self) -> dict[str, float]:
        """All terms with their weights."""
        others = {term: VARIANT_WEIGHT for spellings in self.variants.values() for term in spellings}
        translated = self.translation.weights if self.translation else {}
        return others | translated | dict.fromkeys(self.variants, 1.0)

    @property
    def answer_type(self) -> AnswerType:
        """What kind of thing it asks for."""
        return answer_type(self.text, self.translation.language if self.translation else ENGLISH)

    @property
    def names(self) -> set[str]:
        """The terms that look like names or numbers."""
        return {token.term for token, shape in zip(self.tokens, self.shapes, strict=True) if is_name(shape)}


def plain_query(question: str, embedder: Embedder) -> Query:
    """A question as it was typed."""
    tokens = tuple(analyze(question))
    shapes = tuple(token_shapes(question, tokens))
    return Query(question, embedder.encode_question(question), tokens, shapes, {token.term: () for token in tokens})


def make_query(question: str, lexical: BM25Index, embedder: Embedder, translation: Translation | None = None) -> Query:
    """Correct and expand a question from what the corpus contains; a question in its words comes out unchanged."""
    text = correct(question, lexical, embedder) if translation is None else question
    tokens = tuple(analyze(text))
    shapes = tuple(token_shapes(text, tokens))
    names = [_name_spellings(index, tokens, lexical.lexicon) for index in range(len(tokens))]
    abbreviations = _abbreviations(text, tokens, lexical)
    typed = {token.term for token in tokens}
    variants = {
        token.term: tuple(term for term in _known((*names[index], *abbreviations[index]), lexical) if term not in typed)
        for index, token in enumerate(tokens)
    }
    if translation is not None:
        variants = _translated(variants, translation, lexical)
    else:
        variants |= _with(other_spellings(tokens, lexical.lexicon), variants, lexical)
        variants |= _with(in_other_scripts(text, lexical.lexicon), variants, lexical)
    return Query(
        text,
        embedder.encode_question(translation.gloss if translation and translation.gloss else text),
        tokens,
        shapes,
        variants,
        (*_quoted(text), *_rare(tokens, shapes, lexical)),
        tuple(dict.fromkeys(_capitalised(name) for spellings in names for name in spellings if _new(name, typed))),
        tuple(_bridges(text, tokens, lexical)),
        translation,
    )


def _bridges(text: str, tokens: Sequence[Token], lexical: BM25Index) -> Iterator[Bridge]:
    long_forms = lexical.lexicon.abbreviations
    for token in tokens:
        if token.word in long_forms and text[token.start : token.end].isupper():
            yield Bridge(token.start, token.end, (token.word,), tuple(long_forms[token.word]))
    for start, end, short in _abbreviated(tokens, lexical):
        asked = tuple(token.word for token in tokens[start:end])
        yield Bridge(tokens[start].start, tokens[end - 1].end, asked, (short,))


def _translated(
    variants: Mapping[str, tuple[str, ...]], translation: Translation, lexical: BM25Index
) -> dict[str, tuple[str, ...]]:
    """The terms that carry the topic, with what stands for them; pairs of characters that are no word are left out."""
    translated: dict[str, tuple[str, ...]] = {}
    for term, spellings in variants.items():
        if term in translation.topical:
            others = dict.fromkeys((*spellings, *translation.words.get(term, ())))
            if others or term in lexical.vocabulary or not is_unspaced(term):
                translated[term] = tuple(others)
    return translated


def _with(names: SameWords, variants: Mapping[str, tuple[str, ...]], lexical: BM25Index) -> dict[str, tuple[str, ...]]:
    """The variants of names, and the same names in other scripts."""
    return {term: tuple(dict.fromkeys((*variants[term], *_known(words, lexical)))) for term, words in names.items()}


def _new(words: str, typed: set[str]) -> bool:
    return not typed.issuperset(terms(words))


def _quoted(text: str) -> list[Words]:
    quotations = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    phrases = [tuple(token.word for token in analyze(quotation)) for quotation in quotations]
    return [phrase for phrase in phrases if phrase]


def _rare(tokens: Sequence[Token], shapes: Sequence[int], lexical: BM25Index) -> list[Words]:
    """Words with a capital or a digit, not the first, that few passages hold; several in a row are one name."""
    names: list[Words] = []
    previous = -1
    for index, (token, shape) in enumerate(zip(tokens, shapes, strict=True)):
        if not is_name(shape) or shape & TokenShape.INITIAL or not 0 < lexical.frequency(token.term) <= RARE:
            continue
        if names and previous == index - 1:
            names[-1] = (*names[-1], token.word)
        else:
            names.append((token.word,))
        previous = index
    return names


def correct(question: str, lexical: BM25Index, embedder: Embedder) -> str:
    """Replace each word that neither the corpus, nor the embedder, nor English knows by the nearest of the corpus."""
    tokens = analyze(question)
    shapes = token_shapes(question, tokens)
    unknown = [
        (token, shape) for token, shape in zip(tokens, shapes, strict=True) if token.term not in lexical.vocabulary
    ]
    if not unknown:
        return question
    sizes = embedder.count_tokens([token.word for token, _ in unknown])
    for (token, shape), size in reversed(list(zip(unknown, sizes, strict=True))):
        if size > WHOLE_WORD and (meant := _meant(token.word, lexical.lexicon, name=is_name(shape))):
            capital = question[token.start].isupper() and meant.islower()
            question = question[: token.start] + (_capitalised(meant) if capital else meant) + question[token.end :]
    return question


def _meant(word: str, lexicon: Lexicon, *, name: bool) -> str | None:
    pair = lexicon.joined.get(word)
    if pair and not FUNCTION_WORDS.intersection(pair):
        return " ".join(map(str.capitalize, pair))
    meant = lexicon.nearest(word, name=name)
    return meant.capitalize() if meant and lexicon.words[meant].is_name else meant


def _capitalised(words: str) -> str:
    return " ".join(word.capitalize() for word in words.split())


def _known(spellings: Sequence[str], lexical: BM25Index) -> tuple[str, ...]:
    found = dict.fromkeys(term for spelling in spellings for term in terms(spelling))
    return tuple(term for term in found if term in lexical.vocabulary)


def _abbreviations(text: str, tokens: Sequence[Token], lexical: BM25Index) -> list[list[str]]:
    """For each token the abbreviation that it is a word of, or the rarest word of what it abbreviates."""
    long_forms = lexical.lexicon.abbreviations
    words: list[list[str]] = [[] for _ in tokens]
    for index, token in enumerate(tokens):
        if token.word in long_forms and text[token.start : token.end].isupper():
            words[index].append(max(long_forms[token.word], key=lambda word: _rarity(word, lexical)))
    for start, end, short in _abbreviated(tokens, lexical):
        for index in range(start, end):
            if tokens[index].word not in FUNCTION_WORDS:
                words[index].append(short)
    return words


def _rarity(word: str, lexical: BM25Index) -> float:
    return max(map(lexical.idf, terms(word)), default=0.0)


def _name_spellings(index: int, tokens: Sequence[Token], lexicon: Lexicon) -> list[str]:
    """Spellings of a name: a letter apart, its two halves, or joined with the word after it."""
    word = tokens[index].word
    spellings = [other for other in lexicon.variants.get(word, ()) if _is_spelling(word, other)]
    for spelling in (word, *spellings):
        pair = lexicon.joined.get(spelling, ())
        if not FUNCTION_WORDS.intersection(pair):
            spellings += pair
    following = tokens[index + 1].word if index + 1 < len(tokens) else ""
    if following and not FUNCTION_WORDS.intersection((word, following)) and word + following in lexicon.words:
        spellings.append(word + following)
    return spellings


def _is_spelling(word: str, other: str) -> bool:
    """Whether two names a letter apart may be the same name: one has a letter more inside, as Qiangsheng and Qiansheng.

    Another letter, or one more at the end, makes another name: Junping and Jinping, Norman and Normant.
    """
    return len(word) != len(other) and not (word.startswith(other) or other.startswith(word))


def _abbreviated(tokens: Sequence[Token], lexical: BM25Index) -> Iterator[tuple[int, int, str]]:
    """Runs of tokens, by start and end, that the corpus abbreviates, and the abbreviation.

    Where no document explains it, the initials of several words are one if the corpus has them as a name and lacks one
    of the words.
    """
    lexicon = lexical.lexicon
    words = [token.word for token in tokens]
    for start in range(len(words)):
        for end in range(start + 2, min(start + LONGEST, len(words)) + 1):
            run = tuple(words[start:end])
            if short := lexicon.abbreviation_of.get(run):
                yield start, end, short
            elif len(run) in INITIALS and not FUNCTION_WORDS.intersection(run):
                initials = "".join(word[0] for word in run)
                entry = lexicon.words.get(initials)
                if entry and entry.is_name and any(t.term not in lexical.vocabulary for t in tokens[start:end]):
                    yield start, end, initials
