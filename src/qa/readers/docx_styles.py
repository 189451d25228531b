"""What the styles of a DOCX file decide here: which paragraphs are headings, and which text is not displayed."""

import re
from functools import cache
from typing import Any

_HEADING_NAME = re.compile(r"heading \d|title|subtitle", re.IGNORECASE)
_BODY_LEVEL = 9
_MIN_HALF_POINTS = 4
_WHITE = "FFFFFF"


def local(element: Any) -> str:
    """An element's name without its namespace; comments and the like have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value(element: Any, name: str = "val") -> str | None:
    """An attribute in the element's own namespace."""
    found: str | None = element.get(f"{element.tag.rpartition('}')[0]}}}{name}")
    return found


class Styles:
    """A document's styles by id, each with what it inherits."""

    def __init__(self, styles: Any) -> None:
        self._by_id = {value(style, "styleId"): style for style in styles.iterfind("{*}style")}
        self.chain = cache(self._chain)

    def _chain(self, style_id: str | None) -> tuple[Any, ...]:
        """A style and what it is based on, nearest first; a circle ends where it closes."""
        chain: list[Any] = []
        while style_id in self._by_id and self._by_id[style_id] not in chain:
            chain.append(self._by_id[style_id])
            based = chain[-1].find("{*}basedOn")
            style_id = None if based is None else value(based)
        return tuple(chain)

    def hides_paragraph(self, paragraph: Any) -> bool:
        """Whether a paragraph's style hides its text."""
        style = paragraph.find("{*}pPr/{*}pStyle")
        return style is not None and _vanishes([s.find("{*}rPr") for s in self.chain(value(style))])


def outline_level(paragraph: Any, styles: Styles) -> int | None:
    """The level of a heading, 0 for titles and the highest; None for body text."""
    level = paragraph.find("{*}pPr/{*}outlineLvl")
    style = paragraph.find("{*}pPr/{*}pStyle")
    chain = () if style is None else styles.chain(value(style))
    for holder in [level] if level is not None else [s.find("{*}pPr/{*}outlineLvl") for s in chain]:
        if holder is not None:
            found = int(value(holder) or _BODY_LEVEL)
            return found if found < _BODY_LEVEL else None
    names = (value(name) or "" for s in chain if (name := s.find("{*}name")) is not None)
    return 0 if any(_HEADING_NAME.fullmatch(name) for name in names) else None


def is_hidden(run: Any, styles: Styles) -> bool:
    """Whether a run is hidden, too small to see, or white on the page's white."""
    own = run.find("{*}rPr")
    run_style = None if own is None else own.find("{*}rStyle")
    paragraph = next(run.iterancestors("{*}p"), None)
    paragraph_style = None if paragraph is None else paragraph.find("{*}pPr/{*}pStyle")
    chain = [s for style in (run_style, paragraph_style) if style is not None for s in styles.chain(value(style))]
    return _vanishes([own, *(style.find("{*}rPr") for style in chain)]) or (own is not None and _unseen(run, own))


def _vanishes(properties: list[Any]) -> bool:
    """The nearest statement about being hidden decides."""
    for holder in properties:
        vanish = None if holder is None else holder.find("{*}vanish")
        if vanish is not None:
            return (value(vanish) or "true") not in ("0", "false", "off", "none")
    return False


def _unseen(run: Any, own: Any) -> bool:
    size, colour = own.find("{*}sz"), own.find("{*}color")
    if size is not None and (value(size) or "").isdigit() and int(value(size) or 0) < _MIN_HALF_POINTS:
        return True
    white = colour is not None and (value(colour) or "").upper() == _WHITE
    return white and not _is_shaded(run, own)


def _is_shaded(run: Any, own: Any) -> bool:
    """White text is at home on shading, which a table's style may bring along too."""
    shaded = (own.find(f"{{*}}{name}") is not None for name in ("shd", "highlight"))
    around = (local(a) in ("tbl", "txbxContent") or a.find("{*}pPr/{*}shd") is not None for a in run.iterancestors())
    return any(shaded) or any(around)
