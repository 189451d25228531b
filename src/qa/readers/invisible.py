"""What a page holds but does not display: code, form parts, and elements that markup or style hides."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement as Element

# fmt: off
NOT_TEXT = frozenset({
    "applet", "audio", "base", "button", "canvas", "datalist", "embed", "frame", "frameset", "head", "iframe",
    "input", "link", "map", "meta", "meter", "noembed", "noframes", "noscript", "object", "optgroup", "option",
    "param", "progress", "rp", "rt", "script", "select", "style", "svg", "template", "textarea", "title", "video",
    "xml",
})
# fmt: on
_SCREEN_READERS_ONLY = frozenset({"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"})
_ZERO = r"(?:0+\.?0*|\.0+)(?:px|em|rem|pt|%|vw|vh)?(?![\d.])"
_HIDING = re.compile(
    r"(?:^|;)(?:"
    r"display:none"
    r"|visibility:(?:hidden|collapse)"
    rf"|(?:opacity|font-size):{_ZERO}"
    r"|font:(?:[a-z0-9]+ )*0(?:px|pt|em|rem|%)?(?:/\S+)? "
    r"|color:(?:transparent|rgba\([^)]*,(?:0+\.?0*|\.0+)\)|#[0-9a-f]{6}00|#[0-9a-f]{3}0)(?:;|$|!)"
    r"|(?:text-indent|left|top|right|margin-left|margin-top):-\d{3,}"
    r"|clip:rect\((?:[01]?(?:px)?[ ,]*){4}\)"
    r"|clip-path:inset\((?:50|100)%"
    r"|transform:scale[xy]?\(0\)"
    r")"
)
_NO_EXTENT = re.compile(rf"(?:^|;)(?:max-)?(?:height|width):(?:{_ZERO}|1px)(?:;|$|!)")
_CUT_OFF = re.compile(r"(?:^|;)overflow(?:-[xy])?:(?:hidden|clip)")
_COLOURS = re.compile(r"(?:^|;)(color|background(?:-color)?):([^;!]+)")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PIECE = re.compile(r"([^{}]*)([{}])")
_SIMPLE_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][\w-]+", re.IGNORECASE)


def drop_invisible(tree: Element) -> None:
    """Take out of a tree all elements that a browser would not show; the text after each stays.

    Read are: the ``hidden`` and ``aria-hidden`` attributes, inline styles, and rules of ``<style>`` for one class or
    one id that stand outside of ``@`` blocks. External style sheets and scripts are never looked at.
    """
    hiding = _hiding_selectors(tree)
    unseen = [element for element in tree.iter() if not isinstance(element.tag, str) or _is_unseen(element, hiding)]
    for element in unseen:
        if element.getparent() is not None:
            element.drop_tree()


def _is_unseen(element: Element, hiding: frozenset[str]) -> bool:
    name = element.tag
    if name in ("html", "body"):
        return False  # pages hide their body until a script has run
    attributes = element.attrib
    if name in NOT_TEXT or "hidden" in attributes or attributes.get("aria-hidden", "").strip().lower() == "true":
        return True
    if name == "dialog" and "open" not in attributes:
        return True
    classes = attributes.get("class", "").split()
    if _SCREEN_READERS_ONLY & {word.lower() for word in classes} or hides(attributes.get("style", "")):
        return True
    return bool(hiding) and not hiding.isdisjoint(_selectors(element, classes))


def hides(style: str) -> bool:
    """Whether CSS declarations make an element invisible."""
    declared = re.sub(r"\s*([:;,()/])\s*", r"\1", re.sub(r"\s+", " ", style.lower().strip())) if style else ""
    if not declared:
        return False
    if _HIDING.search(declared) or (_CUT_OFF.search(declared) and _NO_EXTENT.search(declared)):
        return True
    colours = {name.removesuffix("-color"): value.strip() for name, value in _COLOURS.findall(declared)}
    return "color" in colours and colours["color"] == colours.get("background")


def _selectors(element: Element, classes: list[str]) -> list[str]:
    plain = [f".{word}" for word in classes] + ([f"#{element.get('id')}"] if element.get("id") else [])
    return plain + [f"{element.tag}{selector}" for selector in plain]


def _hiding_selectors(tree: Element) -> frozenset[str]:
    found: set[str] = set()
    for sheet in tree.iter("style"):
        for selectors, declarations in _rules("".join(sheet.itertext())):
            if hides(declarations):
                found |= {s for part in selectors.split(",") if _SIMPLE_SELECTOR.fullmatch(s := part.strip())}
    return frozenset(found)


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations, without those inside ``@`` rules, which hold for some media or moments only."""
    depth, selectors = 0, ""
    for words, brace in _PIECE.findall(_COMMENT.sub("", css)):
        if brace == "}" and depth == 1 and not selectors.startswith("@"):
            yield selectors, words
        if brace == "{" and depth == 0:
            selectors = words.rpartition(";")[2].strip()
        depth = max(depth + {"{": 1, "}": -1}.get(brace, 0), 0)
