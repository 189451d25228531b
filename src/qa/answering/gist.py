"""What a document is about, as far as its words tell: the names and dates that it says most, and who repeats it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, token_shapes
from qa.answering.chronology import dates_in
from qa.answering.duplicates import NEAR, say_the_same
from qa.index.snapshot import Snapshot
from qa.types import Document, Span

NAMES, DATES = 16, 8
MOST_PASSAGES = 400  # of a document that are looked at
COMPARED = 60  # of them, evenly spaced, that are looked for elsewhere
NEIGHBOURS = 5
MOST_WORDS = 5  # of a name
LONGER = 6  # a short name may be said so many times as often as the longer one that it stands for
_SMALL = re.compile(r"\b[^\W\dA-Z]\w*")
_NO_NAME = TokenShape.MONTH | TokenShape.DIGIT
_JOINED, _ENDS = {" ", "-", ". "}, {"'s", "’s"}
_SHORT_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
_COMMON = frozenset("however although according during since while later earlier early late nobody perhaps yet".split())


@dataclass(frozen=True, slots=True)
class Named:
    """A name or an ISO date, how often the document says it, and where it does so first."""

    text: str
    count: int
    first: Span


@dataclass(frozen=True, slots=True)
class Twin:
    """Another document, and how many of the compared passages it has in nearly the same words."""

    document: Document
    passages: int


@dataclass(frozen=True, slots=True)
class Gist:
    """What a document names most, and its near-duplicates, the most alike first.

    ``compared`` is how many of its passages were looked for in others.
    """

    names: Sequence[Named]
    dates: Sequence[Named]
    twins: Sequence[Twin]
    compared: int


def gist(snapshot: Snapshot, document: Document) -> Gist:
    """Look through a document, or through the beginning of a long one."""
    sentences = list(_sentences(snapshot, document))
    texts = [(sentence, document.text[sentence.start : sentence.end]) for sentence in sentences]
    small = {word for _, text in texts for word in _SMALL.findall(text)}
    names = _counted(found for sentence, text in texts for found in _names(text, sentence.start, small))
    dates = _counted(
        (mention.date, Span(sentence.start + mention.span.start, sentence.start + mention.span.end))
        for sentence, text in texts
        for mention in dates_in(text)
    )
    twins, compared = _twins(snapshot, document)
    return Gist(_whole(names)[:NAMES], dates[:DATES], twins, compared)


def _sentences(snapshot: Snapshot, document: Document) -> Iterator[Span]:
    at_hand = snapshot.of_document(document.id)
    for row in at_hand.rows_of_document.get(document.id, range(0))[:MOST_PASSAGES]:
        yield from at_hand.passages[row].sentences


def _names(text: str, offset: int, small: AbstractSet[str]) -> Iterator[tuple[str, Span]]:
    """Runs of words with a capital in a sentence that begins at ``offset``; ``small`` are the document's other words.

    A sentence's first word counts where the document never says it without a capital.
    """
    tokens = analyze(text)
    run: list[Token] = []
    for token, shape in zip(tokens, token_shapes(text, tokens), strict=True):
        word = text[token.start : token.end]
        begins = shape & TokenShape.INITIAL and (word.lower() in small or token.word in _COMMON)
        is_part = (
            shape & TokenShape.CAPITAL and not shape & _NO_NAME and token.word not in FUNCTION_WORDS and not begins
        )
        joined = (
            run and text[run[-1].end : token.start] in _JOINED and text[run[-1].start : run[-1].end][-2:] not in _ENDS
        )
        if run and not (is_part and joined):
            yield from _name(text, run, offset)
            run = []
        if is_part:
            run.append(token)
    yield from _name(text, run, offset)


def _name(text: str, run: Sequence[Token], offset: int) -> Iterator[tuple[str, Span]]:
    if not run or len(run) > MOST_WORDS:
        return
    start = run[0].start
    name = text[start : run[-1].end].removesuffix("'s").removesuffix("’s")
    if len(name) > 1 and name.lower() not in _SHORT_MONTHS:
        yield name, Span(offset + start, offset + start + len(name))


def _counted(found: Iterator[tuple[str, Span]]) -> list[Named]:
    """Each text once, the most frequent first, and of equals the one that comes first."""
    first: dict[str, Span] = {}
    counts: Counter[str] = Counter()
    for text, span in found:
        first.setdefault(text, span)
        counts[text] += 1
    named = [Named(text, count, first[text]) for text, count in counts.items()]
    return sorted(named, key=lambda entry: (-entry.count, entry.first.start))


def _whole(names: Sequence[Named]) -> list[Named]:
    """Names without those that are a part of a longer one which is said as well: Xu counts for Xu Jiatun."""
    whole: dict[str, int] = {}
    for name in names:
        longer = next((other for other in names if _is_longer(other, name)), None)
        text = longer.text if longer else name.text
        whole[text] = whole.get(text, 0) + name.count
    by_text = {name.text: name for name in names}
    merged = [Named(text, count, by_text[text].first) for text, count in whole.items()]
    return sorted(merged, key=lambda entry: (-entry.count, entry.first.start))


def _is_longer(other: Named, name: Named) -> bool:
    """Whether another name holds this one, and is said often enough to be what this one means."""
    return f" {name.text} " in f" {other.text} " and other is not name and LONGER * other.count >= name.count


def _twins(snapshot: Snapshot, document: Document) -> tuple[list[Twin], int]:
    """The documents that say passages of this one in nearly the same words; an engine's are not looked for."""
    rows = snapshot.rows_of_document.get(document.id, range(0))
    chosen = np.unique(np.linspace(rows.start, rows.stop - 1, min(len(rows), COMPARED)).astype(np.int64)).tolist()
    counts: Counter[str] = Counter()
    if snapshot.of_document(document.id) is not snapshot:
        return [], 0
    for row in chosen if rows else []:
        vector = snapshot.passage_vectors.vectors(np.asarray([row]))[0]
        alike = {
            snapshot.passages[hit.row].document_id
            for hit in snapshot.passage_vectors.search(vector, NEIGHBOURS)
            if hit.score >= NEAR and hit.row not in rows and say_the_same(snapshot, row, hit.row)
        }
        counts.update(alike)
    twins = [Twin(snapshot.document_by_id[name], count) for name, count in counts.most_common()]
    return twins, len(chosen) if rows else 0
