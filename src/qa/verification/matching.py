"""Where documents say what a quotation says: exactly, with words left out or put in brackets, or nearly."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, Opcode

from qa.types import Document, Span
from qa.verification.fingerprints import Fingerprints
from qa.verification.folding import key_of, key_offsets, same
from qa.verification.records import Match, Quotation

LEAST_ALIKE = 70.0  # percent of a quotation's letters that a changed one has in common with its source
LEAST_KEY = 8  # letters that something like a quotation needs, to be looked for
SURE = 4  # letters in a row that two texts have in common by more than chance
INSERTED_LETTERS = 24  # that a quotation may lack in one place and still be a changed one
MARGIN = 40
LONG_KEY = 500
LEFT_OUT_MOST = 1500  # characters of a key that an ellipsis may stand for
INSERTED_MOST = 80  # characters of a key that a bracket may stand for
KEPT_OFFSETS = 64

_CASE = re.compile(r"\[(\w)\](?=\w)")
_DOTS = r"(?:…|\.(?: ?\.){2,3})"
_GAP = re.compile(rf"\[\s*{_DOTS}\s*\]|\(\s*{_DOTS}\s*\)|{_DOTS}|\[[^\[\]]{{1,80}}\]")


class Matcher:
    """Looks for quotations in some documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.rows = {document.id: row for row, document in enumerate(documents)}
        self._fingerprints = Fingerprints([key_of(document.text) for document in documents])
        self._offsets = lru_cache(KEPT_OFFSETS)(self._offsets_of)

    def at(self, quotation: Quotation) -> Match | None:
        """The quotation where it says that it stands; None where it does not, or says nothing."""
        row = self.rows.get(quotation.document_id or "")
        if row is None or quotation.span is None:
            return None
        document, span = self.documents[row], quotation.span
        stands = same(quotation.text, document.text[span.start : span.end])
        return Match(document, (span,)) if stands else None

    def exact(self, quotation: Quotation) -> tuple[Match | None, Match | None]:
        """Where the quotation stands, and where it stands but for its marks, accents or case."""
        text = _CASE.sub(r"\1", quotation.text)
        key = key_of(text)
        almost: Match | None = None
        for row, offset in self._sorted(self._fingerprints.exact(key), quotation):
            match = Match(self.documents[row], (self._span(row, offset, len(key), text),))
            if same(text, match.text):
                return match, None
            almost = almost or match
        return self._in_pieces(text, quotation), almost

    def near(self, quotation: Quotation) -> Match | None:
        """The text that has most in common with the quotation; None where nothing has enough."""
        key = key_of(_GAP.sub(" ", quotation.text))
        if len(key) < LEAST_KEY:
            return None
        best: tuple[float, int, Span] | None = None
        for row, offset in self._near_places(key, quotation):
            source = self._fingerprints.keys[row]
            first = max(0, offset - MARGIN)
            window = source[first : offset + len(key) + len(key) // 3 + 2 * MARGIN + 64]
            alike = _alike(key, window, best[0] if best else LEAST_ALIKE)
            if alike and (best is None or alike > best[0]):
                best = alike, row, _aligned(key, window, first)
        if best is None:
            return None
        _, row, span = best
        return Match(self.documents[row], (self._words(row, span, quotation.text),))

    def _near_places(self, key: str, quotation: Quotation) -> list[tuple[int, int]]:
        places = self._fingerprints.near(key)
        row = self.rows.get(quotation.document_id or "")
        if row is not None and quotation.span is not None:
            offsets = self._offsets(row)
            places.insert(0, (row, int(np.searchsorted(offsets, quotation.span.start))))
        return self._sorted(places, quotation)

    def _sorted(self, places: list[tuple[int, int]], quotation: Quotation) -> list[tuple[int, int]]:
        """Those in the document that the quotation names first."""
        named = self.rows.get(quotation.document_id or "")
        return sorted(places, key=lambda place: place[0] != named)

    def _in_pieces(self, text: str, quotation: Quotation) -> Match | None:
        if _GAP.search(text) is None:
            return None
        pieces, most = _pieces(text)
        keys = [key_of(piece) for piece in pieces]
        longest = max(range(len(keys)), key=lambda number: len(keys[number]), default=0)
        if not keys or len(keys[longest]) < LEAST_KEY:
            return None
        for row, offset in self._sorted(self._fingerprints.exact(keys[longest]), quotation):
            offsets = self._around(row, offset, keys, longest, most)
            if offsets is None:
                continue
            spans = tuple(
                self._span(row, start, len(key), piece) for start, key, piece in zip(offsets, keys, pieces, strict=True)
            )
            source = self.documents[row]
            if all(same(piece, source.text[s.start : s.end]) for piece, s in zip(pieces, spans, strict=True)):
                return Match(source, spans)
        return None

    def _around(
        self, row: int, offset: int, keys: Sequence[str], longest: int, most: Sequence[int]
    ) -> list[int] | None:
        """Where each piece begins in a key whose longest one begins at an offset; None where one is missing."""
        source, offsets = self._fingerprints.keys[row], {longest: offset}
        for number in range(longest - 1, -1, -1):
            end = offsets[number + 1]
            first = max(0, end - most[number] - len(keys[number]))
            offsets[number] = source.rfind(keys[number], first, end)
        for number in range(longest + 1, len(keys)):
            start = offsets[number - 1] + len(keys[number - 1])
            offsets[number] = source.find(keys[number], start, start + most[number - 1] + len(keys[number]))
        return None if min(offsets.values()) < 0 else [offsets[number] for number in range(len(keys))]

    def _offsets_of(self, row: int) -> NDArray[np.int64]:
        return key_offsets(self.documents[row].text)

    def _span(self, row: int, offset: int, length: int, quoted: str) -> Span:
        """The part of the text behind a part of its key, with the marks at its ends that the quotation has too."""
        offsets, text = self._offsets(row), self.documents[row].text
        start, end = int(offsets[offset]), int(offsets[offset + length - 1]) + 1
        for _ in range(_marks(quoted)):
            start -= start > 0 and _is_mark(text[start - 1])
        for _ in range(_marks(quoted[::-1])):
            end += end < len(text) and _is_mark(text[end])
        return Span(start, end)

    def _words(self, row: int, part: Span, quoted: str) -> Span:
        """The same, made longer to whole words."""
        key = self._fingerprints.keys[row]
        start, end = max(part.start, 0), min(part.end, len(key))
        span, text = self._span(row, start, end - start, ""), self.documents[row].text
        first, last = span.start, span.end
        while first > 0 and _is_letter(text[first - 1]):
            first -= 1
        while last < len(text) and _is_letter(text[last]):
            last += 1
        offsets = self._offsets(row)
        start, end = (int(np.searchsorted(offsets, offset)) for offset in (first, last))
        return self._span(row, start, end - start, quoted)


def _alike(key: str, window: str, least: float) -> float:
    """Percent of a key's letters that it has in common with the part of a window most like it; 0 for less than least.

    Every part is compared only with a short key: for one of 4,000 letters that takes 50 ms.
    """
    if len(key) <= LONG_KEY:
        aligned = fuzz.partial_ratio_alignment(key, window, score_cutoff=least)
        return aligned.score if aligned else 0.0
    part = _aligned(key, window, 0)
    return fuzz.ratio(key, window[part.start : part.end], score_cutoff=least)


def _aligned(key: str, window: str, first: int) -> Span:
    """The part of a source, whose window begins at ``first``, that a key with changes in it stands for."""
    blocks = [block for block in Indel.opcodes(key, window) if block.tag == "equal"]
    if not blocks:
        return Span(first, first)
    longest = max(range(len(blocks)), key=lambda number: blocks[number].src_end - blocks[number].src_start)
    first_block, last_block = longest, longest
    while first_block > 0 and _belongs(blocks[first_block - 1], blocks[first_block - 1 : first_block + 1]):
        first_block -= 1
    while last_block + 1 < len(blocks) and _belongs(blocks[last_block + 1], blocks[last_block : last_block + 2]):
        last_block += 1
    start = blocks[first_block].dest_start - blocks[first_block].src_start
    end = blocks[last_block].dest_end + len(key) - blocks[last_block].src_end
    return Span(first + max(start, 0), first + min(end, len(window)))


def _belongs(block: Opcode, pair: Sequence[Opcode]) -> bool:
    """Whether a part that texts have in common is about as far from its neighbour in both; few letters are chance."""
    inserted = (pair[1].dest_start - pair[0].dest_end) - (pair[1].src_start - pair[0].src_end)
    return inserted <= (INSERTED_LETTERS if block.src_end - block.src_start >= SURE else 0)


def _pieces(text: str) -> tuple[list[str], list[int]]:
    """What stands between ellipses and brackets, and how long what was left out may be, between each two pieces."""
    pieces, most, end = [], [], 0
    for gap in _GAP.finditer(text):
        piece = text[end : gap.start()]
        length = INSERTED_MOST if gap[0].startswith("[") and key_of(gap[0]) else LEFT_OUT_MOST
        if key_of(piece):
            pieces.append(piece)
            most.append(length)
        elif most:
            most[-1] = max(most[-1], length)
        end = gap.end()
    if key_of(text[end:]):
        pieces.append(text[end:])
    return pieces, most


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_mark(character: str) -> bool:
    return not character.isalnum() and not character.isspace()


def _marks(text: str) -> int:
    """How many marks a text begins with."""
    return next((number for number, character in enumerate(text) if not _is_mark(character)), 0)
