"""Document → passages: sentence-aligned slices, counted in the embedder's own tokens.

Sentences come from sentencex (Wikimedia; offsets in code points) by the rules of the document's language, except that a
row of a table is one. A passage is filled with whole sentences up to the budget; it prefers to end at the end of a
paragraph and always ends before a section's heading. A passage that begins inside a table has the names of the columns
in its context.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

import sentencex

from qa.errors import PassageTooLong
from qa.indexing.lines import line_blocks, widest_line
from qa.languages import ENGLISH, language_of
from qa.protocols import Embedder
from qa.types import Document, Passage, Span

CONTEXT_SHARE = 4  # title and heading together take at most a quarter of what the embedder reads
MAX_PASSAGE_CHARACTERS = 4000  # a word piece has rarely over 16 characters, but an unknown word has no bound at all
MOST_SENTENCES = 100_000  # in a section; a book has some ten thousand
MIN_BUDGET = 8  # tokens; with less there is nothing that could be cited
FULL_ENOUGH = 0.4  # a passage filled less than this goes on into the next paragraph rather than end before it

_PARAGRAPH_BREAK = re.compile(r"\r?\n[^\S\n]*\r?\n\s*|\u2029\s*")
_CJK_END = re.compile(r"(?<=[。！？])(?=[0-9０-９A-Za-z])")  # sentencex waits for a letter of the script
_PIECE = re.compile(r"\S{1,80}")
_COUNT_BATCH = 8192


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a part of one that is longer than the budget, with its size in tokens."""

    span: Span
    tokens: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class _Section:
    """A stretch of the document under one heading; the first one may have none."""

    span: Span
    heading: str


class SentenceSplitter:
    """Packs sentences into passages of at most ``max_tokens`` tokens, context and special tokens included."""

    def __init__(self, embedder: Embedder, max_tokens: int) -> None:
        self._embedder = embedder
        self._wanted_tokens = max_tokens

    @property
    def _max_tokens(self) -> int:
        return min(self._wanted_tokens, self._embedder.max_tokens)

    def __call__(self, document: Document) -> list[Passage]:
        """Split a document. The passages' sentences cover every non-blank character, each exactly once.

        Raises:
            PassageTooLong: the embedder's prompt leaves no room for a passage.
        """
        passages: list[Passage] = []
        title = self._shortened(document.title)
        for section in _sections(document):
            passages += self._split_section(document, section, title)
        return [replace(passage, ordinal=ordinal) for ordinal, passage in enumerate(passages)]

    def _split_section(self, document: Document, section: _Section, title: str) -> list[Passage]:
        heading = self._shortened(_joined(title, section.heading))
        columns = self._columns(document, section.span)
        contexts = ["", *(f"{_joined(heading, names)}\n" for names in {"", *columns.values()} if heading or names)]
        special, *used = self._embedder.count_tokens(contexts)
        budget = self._max_tokens - max(used, default=special)
        sentences = _bounded(list(_sentences(document, section.span)))
        while budget >= MIN_BUDGET:
            groups = _pack(self._units(document.text, sentences, budget, special), budget)
            passages = [
                _passage(document, group, _joined(heading if number else title, columns.get(group[0].span.start, "")))
                for number, group in enumerate(groups)
            ]
            if self._all_fit(passages):
                return passages
            budget = budget * 9 // 10  # together some texts have more tokens than apart, with some tokenizers
        raise PassageTooLong(
            f"of {self._max_tokens} tokens, prompt and title leave {budget} for a passage, and it takes {MIN_BUDGET}; "
            "shorten QA_PASSAGE_PROMPT or raise QA_PASSAGE_TOKENS"
        )

    def _all_fit(self, passages: Sequence[Passage]) -> bool:
        counts = self._embedder.count_tokens([passage.embedded_text for passage in passages]) if passages else []
        return max(counts, default=0) <= self._max_tokens

    def _shortened(self, context: str) -> str:
        """The context, cut at a word where it would take more than its share of what is embedded."""
        words = context[:MAX_PASSAGE_CHARACTERS].split()
        while words and self._embedder.count_tokens([" ".join(words)])[0] > self._max_tokens // CONTEXT_SHARE:
            words = words[: len(words) * 3 // 4]
        return " ".join(words)

    def _columns(self, document: Document, section: Span) -> dict[int, str]:
        """Where the rows of the section's tables begin, each with the names of its columns."""
        columns: dict[int, str] = {}
        for table in document.tables:
            if table.columns and section.start <= table.rows[0][0] < section.end:
                names = self._shortened(" | ".join(filter(None, table.columns)))
                columns |= {bounds[0]: names for bounds in table.rows}
        return columns

    def _units(self, text: str, sentences: Sequence[tuple[Span, int]], budget: int, special: int) -> list[_Unit]:
        units: list[_Unit] = []
        counts = self._count(text, [span for span, _ in sentences], special)
        for (span, paragraph), tokens in zip(sentences, counts, strict=True):
            if tokens <= budget and len(span) <= MAX_PASSAGE_CHARACTERS:
                units.append(_Unit(span, tokens, paragraph))
            else:
                units += self._fragments(text, span, paragraph, budget, special)
        return units

    def _fragments(self, text: str, sentence: Span, paragraph: int, budget: int, special: int) -> list[_Unit]:
        """A sentence longer than the budget, cut between words (inside a word only after 80 characters)."""
        pieces = [Span(*m.span()) for m in _PIECE.finditer(text, sentence.start, sentence.end)]
        sized = [_Unit(piece, tokens, paragraph) for piece, tokens in self._sized(text, pieces, budget, special)]
        return [
            _Unit(Span(group[0].span.start, group[-1].span.end), sum(unit.tokens for unit in group), paragraph)
            for group in _pack(sized, budget)
        ]

    def _sized(self, text: str, pieces: Sequence[Span], budget: int, special: int) -> Iterator[tuple[Span, int]]:
        """Each piece with its tokens; one that is longer than the budget is halved until it fits."""
        for piece, tokens in zip(pieces, self._count(text, pieces, special), strict=True):
            if tokens <= budget or len(piece) == 1:
                yield piece, tokens
            else:
                middle = (piece.start + piece.end) // 2
                halves = (Span(piece.start, middle), Span(middle, piece.end))
                yield from self._sized(text, halves, budget, special)

    def _count(self, text: str, spans: Sequence[Span], special: int) -> list[int]:
        counts: list[int] = []
        for first in range(0, len(spans), _COUNT_BATCH):
            texts = [text[span.start : span.end] for span in spans[first : first + _COUNT_BATCH]]
            counts += [count - special for count in self._embedder.count_tokens(texts)]
        return counts


def _sections(document: Document) -> Iterator[_Section]:
    """Cut before each heading, but keep a heading that follows another one directly together with it."""
    text = document.text
    start, heading = 0, Span(0, 0)
    for following in document.headings:
        if text[heading.end : following.start].strip():
            yield _Section(Span(start, following.start), text[heading.start : heading.end])
            start = following.start
        heading = following
    yield _Section(Span(start, len(text)), text[heading.start : heading.end])


def _joined(*contexts: str) -> str:
    return " – ".join(dict.fromkeys(filter(None, contexts)))


def _sentences(document: Document, section: Span) -> Iterator[tuple[Span, int]]:
    """The sentences of a section in order, each with the number of its paragraph, from 0."""
    text, end, paragraph = document.text, section.start, 0
    for span, is_sentence in _stretches(document, section):
        for sentence in [span] if is_sentence else _found_sentences(text, span):
            paragraph += _PARAGRAPH_BREAK.search(text, end, sentence.start) is not None
            yield sentence, paragraph
            end = sentence.end


def _bounded(sentences: Sequence[tuple[Span, int]]) -> list[tuple[Span, int]]:
    """The sentences, or, of a great many, as many neighbours joined as it takes: each costs a vector of its own."""
    joined = -(-len(sentences) // MOST_SENTENCES)
    groups = (sentences[first : first + joined] for first in range(0, len(sentences), max(joined, 1)))
    return [(Span(group[0][0].start, group[-1][0].end), group[0][1]) for group in groups]


def _stretches(document: Document, section: Span) -> Iterator[tuple[Span, bool]]:
    """The section cut into the sentences that the document gives, and the text between them."""
    rows = (table.span(row) for table in document.tables for row in range(len(table.rows)))
    heads = (head for table in document.tables for head in table.head)
    given = sorted([*rows, *heads])
    start = section.start
    for span in given[bisect_left(given, Span(section.start, section.start)) :]:
        if span.end > section.end:
            break
        if start < span.start:
            yield Span(start, span.start), False
        yield span, True
        start = span.end
    if start < section.end:
        yield Span(start, section.end), False


def _found_sentences(text: str, stretch: Span) -> Iterator[Span]:
    """The sentences of each paragraph, as sentencex finds them; lines that are not wrapped prose end one, too."""
    language = language_of(text) or ENGLISH
    width = widest_line(text, stretch)
    for paragraph in _paragraphs(text, stretch):
        for block in line_blocks(text, paragraph, width):
            for boundary in sentencex.get_sentence_boundaries(language, text[block.start : block.end]):
                start, end = block.start + boundary["start_index"], block.start + boundary["end_index"]
                edges = [start, *(match.start() for match in _CJK_END.finditer(text, start, end)), end]
                spans = (_stripped(text, *pair) for pair in pairwise(edges))
                yield from (span for span in spans if span.end > span.start)


def _paragraphs(text: str, section: Span) -> Iterator[Span]:
    start = section.start
    for gap in _PARAGRAPH_BREAK.finditer(text, section.start, section.end):
        yield Span(start, gap.start())
        start = gap.end()
    yield Span(start, section.end)


def _stripped(text: str, start: int, end: int) -> Span:
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return Span(start, end)


def _pack(units: Sequence[_Unit], budget: int) -> list[list[_Unit]]:
    """Fill groups greedily; a new paragraph that does not fit whole begins a new group if this one is full enough."""
    groups: list[list[_Unit]] = []
    group: list[_Unit] = []
    used = 0
    for position, unit in enumerate(units):
        needed = unit.tokens
        if group and unit.paragraph != group[-1].paragraph and used >= FULL_ENOUGH * budget:
            needed = _paragraph_tokens(units, position, budget)
        too_long = bool(group) and unit.span.end - group[0].span.start > MAX_PASSAGE_CHARACTERS
        if group and (used + needed > budget or too_long):
            groups.append(group)
            group, used = [], 0
        group.append(unit)
        used += unit.tokens
    return [*groups, group] if group else groups


def _paragraph_tokens(units: Sequence[_Unit], position: int, budget: int) -> int:
    """The size of the paragraph that begins at a position, counted no further than the budget."""
    total = 0
    for unit in islice(units, position, None):
        if unit.paragraph != units[position].paragraph or total > budget:
            break
        total += unit.tokens
    return total


def _passage(document: Document, group: Sequence[_Unit], context: str) -> Passage:
    start, end = group[0].span.start, group[-1].span.end
    return Passage(document.id, 0, start, end, document.text[start:end], tuple(u.span for u in group), context)
