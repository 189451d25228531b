"""The extractor that answers by default: a small BERT with span, sentence and no-answer heads, run by ONNX Runtime.

``training/extractor`` fits it and writes the file; ``docs/extractor.md`` says from what.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from qa.errors import ModelError
from qa.extractors.decoding import Decoded, Floats, decode
from qa.extractors.span_model import SpanModel
from qa.protocols import ExactSpan, Extraction
from qa.types import Passage, Span

WEIGHTS = Path(__file__).with_name("minilm-l12.int8.onnx")
SHA256 = "fcf7a90a79a4186114188af9f582edd8b167486a0eb606bab9b7508e1fef02c7"

MAX_QUESTION_TOKENS, MAX_CONTEXT_TOKENS = 64, 64
IMPOSSIBLE = -30.0  # the log-probability of a sentence without a token
_BREAKS = re.compile(r"(?<=[^\W\d_])-[ \t]*\r?\n[ \t]*(?=[a-zß-öø-ÿ])|\u00ad")
_FIRST, _SEPARATOR = "[CLS]", "[SEP]"


class OnnxSpanExtractor:
    """Reads a question with one passage at a time, on one thread; calls from several threads run side by side."""

    def __init__(self, tokenizer: Path, weights: Path = WEIGHTS, sha256: str | None = SHA256) -> None:
        """Load nothing yet; the weights are read at the first use.

        Args:
            tokenizer: the ``tokenizer.json`` of an uncased BERT.
            weights: an ONNX file with the inputs ``ids`` and ``segments`` ``(1, tokens)`` and the outputs ``tokens``
                ``(tokens, 4)`` and ``nulls`` ``(3,)``, whose metadata has ``max_tokens`` and the mixture of its heads.
            sha256: what the file must have; None takes any.
        """
        self._tokenizer_file = tokenizer
        self._weights = weights
        self._sha256 = sha256

    def __call__(self, question: str, passages: Sequence[Passage]) -> list[Extraction]:
        question_ids = self._tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
        return [self._extract(question_ids, passage) for passage in passages]

    def _extract(self, question: list[int], passage: Passage) -> Extraction:
        context = self._tokenizer.encode(passage.context, add_special_tokens=False).ids[:MAX_CONTEXT_TOKENS]
        read = as_read(passage.text)
        encoded = self._tokenizer.encode(read.text, add_special_tokens=False)
        sentences = _token_ranges([passage.start + read.offset(start) for start, _ in encoded.offsets], passage)
        with_tokens = [number for number, (first, end) in enumerate(sentences) if end > first]
        if not with_tokens:
            return Extraction((), (IMPOSSIBLE,) * len(sentences), no_answer=-IMPOSSIBLE)
        tokens, nulls = self._logits(question, context, encoded.ids)
        decoded = decode(tokens, nulls, [sentences[number] for number in with_tokens], self._model.mixture)
        scores = [IMPOSSIBLE] * len(sentences)
        for number, score in zip(with_tokens, decoded.sentence_scores, strict=True):
            scores[number] = max(score, IMPOSSIBLE)
        return Extraction(_exact_spans(decoded, encoded, read, passage, sentences), tuple(scores), decoded.no_answer)

    def _logits(self, question: list[int], context: list[int], ids: list[int]) -> tuple[Floats, Floats]:
        """The logits of a passage's tokens, each from the window it is most central in; the least of the nulls."""
        before = [self._id(_FIRST), *question, self._id(_SEPARATOR), *context]
        tokens, nulls = np.empty((len(ids), 4)), np.full(3, np.inf)
        for window in windows(len(ids), self._model.max_tokens - len(before) - 1):
            row = [*before, *ids[window.start : window.end], self._id(_SEPARATOR)]
            segments = [0] * (len(question) + 2) + [1] * (len(row) - len(question) - 2)
            logits, window_nulls = self._model(row, segments)
            offset = len(before) - window.start
            tokens[window.first : window.last] = logits[window.first + offset : window.last + offset]
            nulls = np.minimum(nulls, window_nulls)
        return tokens, nulls

    def _id(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ModelError(f"the extractor's tokenizer has no {token}; reinstall the default model")
        return int(number)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        try:
            tokenizer = Tokenizer.from_file(str(self._tokenizer_file))
        except Exception as error:  # the library raises no narrower class
            raise ModelError("the extractor's tokenizer cannot be loaded; reinstall the default model") from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> SpanModel:
        return SpanModel.load(self._weights, self._sha256)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a passage that the model reads at once, ``start`` to ``end``, and the tokens that are taken from it.

    ``first`` to ``last`` are nearer to this window's middle than to any other's; all ends are exclusive.
    """

    start: int
    end: int
    first: int
    last: int


def windows(tokens: int, room: int) -> Iterator[Window]:
    """Windows of at most ``room`` tokens, half over one another, that together cover a passage."""
    step = max(1, room // 2)
    starts = [0] if tokens <= room else [*range(0, tokens - room, step), tokens - room]
    for number, start in enumerate(starts):
        end = min(tokens, start + room)
        first = 0 if number == 0 else (start + starts[number - 1] + room) // 2
        last = tokens if number == len(starts) - 1 else (starts[number + 1] + end) // 2
        yield Window(start, end, first, last)


@dataclass(frozen=True, slots=True)
class AsRead:
    """A text without soft hyphens, and without the hyphens that divide words at line ends.

    ``cuts``: where something was left out, as the offset in ``text`` and the characters left out up to there.
    """

    text: str
    cuts: tuple[tuple[int, int], ...]

    def offset(self, position: int) -> int:
        """The offset in the original of a character of ``text``."""
        place = bisect_right(self.cuts, (position, len(self.text) + position))
        return position + (self.cuts[place - 1][1] if place else 0)


def as_read(text: str) -> AsRead:
    """A text as a reader sees it, whatever it was broken with."""
    pieces, cuts, start, left_out = [], [], 0, 0
    for match in _BREAKS.finditer(text):
        pieces.append(text[start : match.start()])
        left_out += len(match.group())
        cuts.append((match.end() - left_out, left_out))
        start = match.end()
    return AsRead("".join((*pieces, text[start:])), tuple(cuts))


def _token_ranges(token_starts: Sequence[int], passage: Passage) -> list[tuple[int, int]]:
    """Each sentence's tokens, first and end (exclusive); a token belongs to the sentence that it starts in."""
    firsts = [0, *(bisect_left(token_starts, sentence.start) for sentence in passage.sentences[1:])]
    return list(zip(firsts, [*firsts[1:], len(token_starts)], strict=True))


def _exact_spans(
    decoded: Decoded, encoded: Encoding, read: AsRead, passage: Passage, sentences: Sequence[tuple[int, int]]
) -> tuple[ExactSpan, ...]:
    """The spans in the document, each widened to whole words of its sentence; of two that then overlap, the better."""
    exact: list[ExactSpan] = []
    for (first, last), score in zip(decoded.spans, decoded.span_scores, strict=True):
        tokens = next(range(*bounds) for bounds in sentences if first in range(*bounds))
        word_tokens = [i for i in tokens if encoded.word_ids[i] in encoded.word_ids[first : last + 1]]
        start, end = encoded.offsets[word_tokens[0]][0], encoded.offsets[word_tokens[-1]][1]
        span = Span(passage.start + read.offset(start), passage.start + read.offset(end - 1) + 1)
        if all(span.end <= other.span.start or other.span.end <= span.start for other in exact):
            exact.append(ExactSpan(span, score))
    return tuple(exact)
