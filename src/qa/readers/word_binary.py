"""What a Word 97–2003 file holds: its text with the properties of characters and paragraphs ([MS-DOC] 2.4–2.9).

Own code over olefile (BSD), since no library of a permissive licence reads the format. All of it stays in bounds: a
pointer that leads outside of the file ends the reading with ``struct.error`` or an empty slice.
"""

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import olefile

from qa.errors import UnreadableFile

_WORD = 0xA5EC
_WORD_97 = 193
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_COUNTS = 0x4C  # of characters: text, footnotes, headers, macros, comments, endnotes, text boxes, those of headers
_CHARACTERS, _PARAGRAPHS, _PIECES = 0x00FA, 0x0102, 0x01A2  # offsets of tables in the header
_PAGE = 512
_SINGLE_BYTES = 0x40000000  # of a piece's position: its characters have one byte each
_OPERAND_BYTES = (1, 1, 2, 4, 2, 2, 0, 3)  # by the kind of a property; 0 where its first byte tells
_LONG_TABLE = 0xD608  # its length has two bytes
HIDDEN, DELETED, ROW_END, IN_TABLE = 0x083C, 0x0800, 0x2417, 0x2416


@dataclass(frozen=True, slots=True)
class Character:
    """A unit of UTF-16 with what is set for it: a style's number, and properties with their first byte."""

    text: str
    style: int
    paragraph: frozenset[int]
    is_hidden: bool


class WordBinary:
    """The streams of a ``.doc``, and the tables that say which bytes are what."""

    def __init__(self, content: bytes) -> None:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            if not container.exists("WordDocument"):
                raise UnreadableFile("the file holds no Word document; rename it to what it is")
            self._main = container.openstream("WordDocument").read()
            magic, version = struct.unpack_from("<HH", self._main)
            flags = struct.unpack_from("<H", self._main, 0x0A)[0]
            if magic != _WORD or version < _WORD_97:
                raise UnreadableFile("it was written by a Word older than 97; save it as .docx")
            if flags & _ENCRYPTED:
                raise UnreadableFile("the file is protected by a password; save a copy without one")
            self._table = container.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
        self.counts: tuple[int, ...] = struct.unpack_from("<8i", self._main, _COUNTS)

    def characters(self) -> Iterator[Character]:
        """Every character of every part, in order."""
        characters = _Runs(self._main, self._entries(_CHARACTERS, 4), paragraphs=False)
        paragraphs = _Runs(self._main, self._entries(_PARAGRAPHS, 4), paragraphs=True)
        for position, width, count in self._pieces():
            packed = self._main[position : position + width * count]
            wide = width > 1
            units = struct.unpack(f"<{len(packed) // 2}H", packed[: len(packed) // 2 * 2]) if wide else packed
            for number, unit in enumerate(units):
                character = chr(unit) if wide else bytes([unit]).decode("cp1252", "replace")
                place = position + width * number
                _, run = characters.at(place)
                style, paragraph = paragraphs.at(place)
                is_hidden = bool(run.get(HIDDEN, 0) or run.get(DELETED, 0))
                yield Character(
                    character, style, frozenset(key for key, value in paragraph.items() if value), is_hidden
                )

    def _pieces(self) -> Iterator[tuple[int, int, int]]:
        """Position, bytes a character, and characters of each piece of the text."""
        start, size = struct.unpack_from("<II", self._main, _PIECES)
        pieces = self._table[start : start + size]
        while pieces[:1] == b"\x01":
            pieces = pieces[3 + struct.unpack_from("<H", pieces, 1)[0] :]
        if pieces[:1] != b"\x02":
            raise UnreadableFile(
                "the file is damaged (it does not say where its text is); get it again from its source"
            )
        count = (struct.unpack_from("<I", pieces, 1)[0] - 4) // 12
        ends = struct.unpack_from(f"<{count + 1}I", pieces, 5)
        for number in range(count):
            place = struct.unpack_from("<I", pieces, 5 + 4 * (count + 1) + 8 * number + 2)[0]
            length = ends[number + 1] - ends[number]
            yield ((place & ~_SINGLE_BYTES) // 2, 1, length) if place & _SINGLE_BYTES else (place, 2, length)

    def _entries(self, offset: int, size: int) -> list[int]:
        """The pages that a table of runs names."""
        start, length = struct.unpack_from("<II", self._main, offset)
        count = max((length - 4) // (4 + size), 0)
        return list(struct.unpack_from(f"<{count}I", self._table, start + 4 * (count + 1))) if count else []


class _Runs:
    """Properties by the position of a character in the file."""

    def __init__(self, main: bytes, pages: list[int], *, paragraphs: bool) -> None:
        self._starts: list[int] = []
        self._found: list[tuple[int, dict[int, int]]] = []
        for page in pages:
            self._read(main[page * _PAGE : (page + 1) * _PAGE], paragraphs=paragraphs)

    def at(self, position: int) -> tuple[int, dict[int, int]]:
        """Style and properties of the run that holds a position."""
        number = bisect_right(self._starts, position) - 1
        return self._found[number] if number >= 0 else (0, {})

    def _read(self, page: bytes, *, paragraphs: bool) -> None:
        if len(page) < _PAGE:
            return
        count = page[-1]
        starts = struct.unpack_from(f"<{count}I", page)
        for number, start in enumerate(starts):
            offset = 2 * page[4 * (count + 1) + number * (13 if paragraphs else 1)]
            if self._starts and start < self._starts[-1]:
                continue  # runs are in order; what is not was made to confuse
            self._starts.append(start)
            self._found.append((_paragraph if paragraphs else _run)(page, offset) if offset else (0, {}))


def _run(page: bytes, offset: int) -> tuple[int, dict[int, int]]:
    return 0, _properties(page[offset + 1 : offset + 1 + page[offset]])


def _paragraph(page: bytes, offset: int) -> tuple[int, dict[int, int]]:
    size = 2 * page[offset] - 1
    if not page[offset]:
        offset, size = offset + 1, 2 * page[offset + 1]
    style = struct.unpack_from("<H", page, offset + 1)[0]
    return style, _properties(page[offset + 3 : offset + 1 + size])


def _properties(packed: bytes) -> dict[int, int]:
    """Properties with the first byte of their value."""
    found: dict[int, int] = {}
    position = 0
    while position + 3 <= len(packed):
        name = struct.unpack_from("<H", packed, position)[0]
        position += 2
        size = _OPERAND_BYTES[name >> 13]
        if not size:
            long = name == _LONG_TABLE and position + 2 <= len(packed)
            size = struct.unpack_from("<H", packed, position)[0] + 1 if long else packed[position] + 1
        found[name] = packed[position]
        position += size
    return found
