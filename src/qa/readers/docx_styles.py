"""What the styles of a DOCX file decide here: which paragraphs are headings, and which text is not displayed."""

import re
from functools import cache
from typing import Any

_HEADING_NAME = re.compile(r"heading \d|title|subtitle", re.IGNORECASE)
_BODY_LEVEL = 9
_MIN_HALF_POINTS = 4
_WHITE = "FFFFFF"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STYLE_OF_PARAGRAPH = f"{_W}pPr/{_W}pStyle"
_NUMBERING = f"{_W}pPr/{_W}numPr"
_LEVELS = frozenset("012345678")
_OUTLINE, _SHADING = f"{_W}pPr/{_W}outlineLvl", f"{_W}pPr/{_W}shd"


@cache
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: Any) -> str:
    """An element's name without its namespace; comments and the like have none."""
    return _without_namespace(element.tag) if isinstance(element.tag, str) else ""


def value(element: Any, name: str = "val") -> str | None:
    """An attribute of a WordprocessingML element; None where the element or the attribute is missing."""
    found: str | None = None if element is None else element.get(_W + name)
    return found


class Styles:
    """A document's styles by id, each with what it inherits."""

    def __init__(self, styles: Any) -> None:
        self._by_id = {value(style, "styleId"): style for style in styles.iterfind(f"{_W}style")}
        self._hides = cache(self._find_hiding)
        self._is_heading = cache(self._find_heading)

    def _chain(self, style_id: str | None) -> list[Any]:
        """A style and what it is based on, nearest first; a circle ends where it closes."""
        chain: dict[str | None, Any] = {}
        while style_id in self._by_id and style_id not in chain:
            chain[style_id] = self._by_id[style_id]
            style_id = value(chain[style_id].find(f"{_W}basedOn"))
        return list(chain.values())

    def _find_hiding(self, style_id: str | None) -> bool | None:
        statements = (_vanishes(style.find(f"{_W}rPr")) for style in self._chain(style_id))
        return next((hidden for hidden in statements if hidden is not None), None)

    def _find_heading(self, style_id: str | None) -> bool:
        chain = self._chain(style_id)
        for style in chain:
            level = value(style.find(_OUTLINE))
            if level is not None:
                return int(level) < _BODY_LEVEL
        return any(_HEADING_NAME.fullmatch(value(style.find(f"{_W}name")) or "") for style in chain)

    def is_heading(self, paragraph: Any) -> bool:
        """Whether a paragraph is a title or heading, by its own outline level or by its style."""
        level = value(paragraph.find(_OUTLINE))
        if level is not None:
            return int(level) < _BODY_LEVEL
        return self._is_heading(value(paragraph.find(_STYLE_OF_PARAGRAPH)))

    def list_of(self, paragraph: Any) -> tuple[str | None, int]:
        """The list that a paragraph is an item of, None where of none, and its level, the first one 0."""
        chain = self._chain(value(paragraph.find(_STYLE_OF_PARAGRAPH)))
        statements = [e.find(_NUMBERING) for e in (paragraph, *chain)]
        name = next((n for s in statements if s is not None and (n := value(s.find(f"{_W}numId")))), None)
        level = next((n for s in statements if s is not None and (n := value(s.find(f"{_W}ilvl")))), "0")
        return name, int(level) if level in _LEVELS else 0

    def hides_paragraph(self, paragraph: Any) -> bool:
        """Whether a paragraph's style hides its text, unless a run says otherwise."""
        return bool(self._hides(value(paragraph.find(_STYLE_OF_PARAGRAPH))))

    def hides_run(self, run: Any, paragraph_hides: bool) -> bool:
        """Whether a run is hidden, too small to see, or white on the page's white; the nearest statement decides."""
        own = run.find(f"{_W}rPr")
        if own is None:
            return paragraph_hides
        for statement in (_vanishes(own), self._hides(value(own.find(f"{_W}rStyle")))):
            if statement is not None:
                return statement
        return paragraph_hides or _is_unseen(run, own)


def _vanishes(properties: Any) -> bool | None:
    vanish = None if properties is None else properties.find(f"{_W}vanish")
    return None if vanish is None else (value(vanish) or "true") not in ("0", "false", "off", "none")


def _is_unseen(run: Any, own: Any) -> bool:
    size = value(own.find(f"{_W}sz")) or ""
    if size.isdigit() and int(size) < _MIN_HALF_POINTS:
        return True
    white = (value(own.find(f"{_W}color")) or "").upper() == _WHITE
    return white and not _is_shaded(run, own)


def _is_shaded(run: Any, own: Any) -> bool:
    """White text is at home on shading, which a table's style may bring along too."""
    shaded = (own.find(_W + name) is not None for name in ("shd", "highlight"))
    around = (local(a) in ("tbl", "txbxContent") or a.find(_SHADING) is not None for a in run.iterancestors())
    return any(shaded) or any(around)
