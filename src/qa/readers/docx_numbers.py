"""The numbers that Word gives paragraphs by itself, "3.1" of a clause and "(b)" of a list, and formulas on one line."""

from typing import Any

from qa.readers.docx_styles import local, value

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip  # noqa: E501
_LETTERS = 26
_MOST = 10_000


class Numbers:
    """Counts the numbered paragraphs of a document, in their order."""

    def __init__(self, numbering: Any | None, styles: Any) -> None:
        self._levels: dict[str | None, dict[int, Any]] = {}  # of each list, by its id
        self._abstract: dict[str | None, str | None] = {}
        self._counts: dict[str | None, dict[int, int]] = {}
        self._of_style = {
            value(style, "styleId"): number
            for style in styles.iterfind(f"{_W}style")
            if (number := style.find(f"{_W}pPr/{_W}numPr")) is not None
        }
        if numbering is not None:
            self._read(numbering)

    def _read(self, numbering: Any) -> None:
        levels = {
            value(abstract, "abstractNumId"): {
                int(value(level, "ilvl") or 0): level for level in abstract.iterfind(f"{_W}lvl")
            }
            for abstract in numbering.iterfind(f"{_W}abstractNum")
        }
        for number in numbering.iterfind(f"{_W}num"):
            abstract = value(number.find(f"{_W}abstractNumId"))
            self._abstract[value(number, "numId")] = abstract
            self._levels[value(number, "numId")] = levels.get(abstract, {})

    def next(self, paragraph: Any) -> str:
        """The number of the next paragraph, with a space behind it; "" for one without, and for bullets."""
        number = paragraph.find(f"{_W}pPr/{_W}numPr")
        if number is None:
            number = self._of_style.get(value(paragraph.find(f"{_W}pPr/{_W}pStyle")))
        if number is None:
            return ""
        list_id = value(number.find(f"{_W}numId"))
        depth = value(number.find(f"{_W}ilvl")) or "0"
        levels = self._levels.get(list_id, {})
        level = levels.get(int(depth)) if depth.isdigit() else None
        if level is None or value(level.find(f"{_W}numFmt")) in (None, "bullet", "none"):
            return ""
        counts = self._counted(self._abstract.get(list_id), int(depth), levels)
        text = value(level.find(f"{_W}lvlText")) or ""
        for index in range(int(depth) + 1):
            shape = value(levels[index].find(f"{_W}numFmt")) if index in levels else "decimal"
            text = text.replace(f"%{index + 1}", written(counts.get(index, 1), shape or "decimal"))
        return f"{text} " if text else ""

    def _counted(self, list_id: str | None, depth: int, levels: dict[int, Any]) -> dict[int, int]:
        counts = self._counts.setdefault(list_id, {})
        start = value(levels[depth].find(f"{_W}start")) or "1"
        counts[depth] = min(counts[depth] + 1, _MOST) if depth in counts else int(start) if start.isdigit() else 1
        for deeper in [index for index in counts if index > depth]:
            del counts[deeper]
        return counts


def written(number: int, shape: str) -> str:
    """A number as Word writes it: decimal, letters (``aa`` after ``z``), or Roman."""
    if shape in ("lowerLetter", "upperLetter") and number > 0:
        text = chr(ord("a") + (number - 1) % _LETTERS) * ((number - 1) // _LETTERS + 1)
    elif shape in ("lowerRoman", "upperRoman"):
        text, rest = "", number
        for size, sign in _ROMAN:
            text, rest = text + sign * (rest // size), rest % size
    else:
        text = f"{number:02}" if shape == "decimalZero" else str(number)
    return text.upper() if shape.startswith("upper") else text


def linear(element: Any) -> str:
    """A formula on one line: ``s = (5qL⁴)/(384EI)`` as ``s=(5qL^4)/(384EI)``."""
    name = local(element)
    parts = {
        local(child): linear(child) for child in element if local(child) in {"num", "den", "e", "sup", "sub", "deg"}
    }
    if name == "f":
        return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
    if name in ("sSup", "sSub", "sSubSup"):
        below = f"_{_grouped(parts['sub'])}" if "sub" in parts else ""
        above = f"^{_grouped(parts['sup'])}" if "sup" in parts else ""
        return parts.get("e", "") + below + above
    if name == "rad":
        return f"√{_grouped(parts.get('e', ''))}"
    if name == "d":
        return f"({','.join(linear(child) for child in element if local(child) == 'e')})"
    if name == "t":
        return element.text or ""
    return "".join(linear(child) for child in element if not local(child).endswith("Pr"))


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or (text.isalnum() and text.isdigit()) else f"({text})"
