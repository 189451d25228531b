"""The numbers that a word processor writes before headings, clauses and list items, which are nowhere in the text."""

from collections.abc import Callable
from typing import Any

from qa.readers.docx_styles import Styles, value

MAX_LEVELS = 9
_MAX_NUMBER = 9999
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HAN = "〇一二三四五六七八九"


def _roman(number: int) -> str:
    words = ""
    for size, letters in _ROMAN:
        words += letters * (number // size)
        number %= size
    return words


def _letters(number: int) -> str:
    """Letters ``a`` to ``z``, then ``aa`` to ``zz``, as word processors count."""
    return _LETTERS[(number - 1) % len(_LETTERS)] * ((number - 1) // len(_LETTERS) + 1) if number else ""


def _han(number: int) -> str:
    """Below a hundred, as in headings: 十, 二十三."""
    tens, ones = divmod(number, 10)
    if tens > 9:  # noqa: PLR2004  two digits
        return str(number)
    return ("" if tens == 1 else _HAN[tens] if tens else "") + ("十" if tens else "") + (_HAN[ones] if ones else "")


_FORMATS: dict[str, Callable[[int], str]] = {
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
    "chineseCounting": _han,
    "chineseCountingThousand": _han,
    "japaneseCounting": _han,
    "ideographDigital": _han,
}
_SILENT = frozenset({"bullet", "none"})


class Numbering:
    """Counts the numbered paragraphs of a document in their order.

    Args:
        numbering: the root of the part that defines lists; None where the document has none.
        styles: of the document, which may number paragraphs too.
    """

    def __init__(self, numbering: Any, styles: Styles) -> None:
        self._styles = styles
        self._levels: dict[str | None, dict[int, Any]] = {}
        self._list_of: dict[str | None, str | None] = {}
        self._starts: dict[tuple[str | None, int], int] = {}
        self._counts: dict[str | None, list[int]] = {}
        self._begun: set[tuple[str | None, int]] = set()
        if numbering is not None:
            self._define(numbering)

    def _define(self, numbering: Any) -> None:
        for abstract in numbering.iterfind("{*}abstractNum"):
            levels = {_integer(level, "ilvl"): level for level in abstract.iterfind("{*}lvl")}
            self._levels[value(abstract, "abstractNumId")] = levels
        for instance in numbering.iterfind("{*}num"):
            name = value(instance, "numId")
            self._list_of[name] = value(instance.find("{*}abstractNumId"))
            for override in instance.iterfind("{*}lvlOverride"):
                start = override.find("{*}startOverride")
                if start is not None:
                    self._starts[name, _integer(override, "ilvl")] = _integer(start, "val")

    def label(self, paragraph: Any) -> str:
        """The number of the next paragraph of the document (``3.1``, ``(b)``); "" where it has none, or a bullet."""
        name, level = self._styles.list_of(paragraph)
        levels = self._levels.get(self._list_of.get(name), {})
        if name is None or level not in levels:
            return ""
        counts = self._counts.setdefault(self._list_of[name], [0] * MAX_LEVELS)
        restart = (name, level) in self._starts and (name, level) not in self._begun
        self._begun.add((name, level))
        if restart:
            counts[level] = self._starts[name, level]
        else:
            counts[level] = counts[level] + 1 if counts[level] else _start(levels[level])
        for upper in range(level):
            counts[upper] = counts[upper] or _start(levels.get(upper))
        counts[level + 1 :] = [0] * (MAX_LEVELS - level - 1)
        return self._written(levels, level, counts)

    def _written(self, levels: dict[int, Any], level: int, counts: list[int]) -> str:
        definition = levels[level]
        if _format_of(definition) in _SILENT:
            return ""
        legal = definition.find("{*}isLgl") is not None
        label = value(definition.find("{*}lvlText")) or ""
        for upper in range(level + 1):
            if f"%{upper + 1}" in label:
                form = "decimal" if legal and upper < level else _format_of(levels.get(upper))
                label = label.replace(f"%{upper + 1}", written(counts[upper], form))
        return label.strip()


def written(number: int, form: str) -> str:
    """A number as word processors write it: in digits, letters, Roman or Chinese numerals."""
    return _FORMATS.get(form, str)(min(max(number, 0), _MAX_NUMBER))


def _format_of(level: Any) -> str:
    return "decimal" if level is None else value(level.find("{*}numFmt")) or "decimal"


def _start(level: Any) -> int:
    start = None if level is None else level.find("{*}start")
    return 1 if start is None else _integer(start, "val")


def _integer(element: Any, name: str) -> int:
    """A number of at most nine digits; 0 where the file says something else."""
    digits = value(element, name) or ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0  # noqa: PLR2004  digits
