"""HTML trees: parsed without network or entities, rid of what no reader sees, and rendered to blocks of text."""

import re

import lxml.html
from lxml import etree
from lxml.html import HtmlElement as Element

from qa.errors import UnreadableFile
from qa.readers.html_tables import read_table
from qa.readers.invisible import drop_invisible
from qa.readers.tables import column_names
from qa.readers.text import BLOCK_GAP, CELL_GAP, TextBuilder

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "head"})
_CELLS = frozenset({"td", "th", "cell"})
_PREFORMATTED = frozenset({"pre", "code"})
# fmt: off
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "item",
    "legend", "li", "list", "main", "menu", "nav", "ol", "p", "pre", "quote", "row", "search", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}
# fmt: on
_NOTE_MARK = re.compile(r"\s*(?:\[?\d{1,3}\]?|[*†‡§]+)\s*")
_SPACE = re.compile(r"[ \t\r\n\f]+")


SOFT_HYPHEN = "\u00ad"


def parse_html(source: str) -> Element:
    """Parse HTML. Nothing outside the text is ever read, and every element keeps its words.

    Raises:
        UnreadableFile: there is nothing in it, or it is nested deeper than the parser follows (2,048 levels).
    """
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        tree: Element = lxml.html.document_fromstring(source.replace("\0", "").encode(), parser=parser)
    except etree.ParserError as error:
        raise UnreadableFile("the file holds no words") from error
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise UnreadableFile("the page is nested too deeply (more than 2,048 levels); convert it to plain text")
    return tree


def drop_unread(tree: Element) -> None:
    """Take out what is not displayed, and the marks (¹, [2], *) that point to notes."""
    drop_invisible(tree)
    for mark in [element for element in tree.iter("sup", "a") if _is_note_mark(element)]:
        remove(mark)


def _is_note_mark(element: Element) -> bool:
    if not _NOTE_MARK.fullmatch("".join(element.itertext())):
        return False
    roles = f"{element.get('role', '')} {element.get('epub:type', '')}"
    points = any("#" in link.get("href", "") for link in element.iter("a"))
    return "noteref" in roles or (element.tag == "sup" and points)


def remove(element: Element) -> None:
    """Take an element with its words out of its tree; what follows it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def render(tree: Element, builder: TextBuilder) -> None:
    """Write a tree's blocks. White space counts as one space, except in preformatted text; ``br`` ends a line."""
    _Renderer(builder).render(tree)


class _Renderer:
    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._inline: list[str] = []
        self._heading = False
        self._preformatted = 0

    def render(self, tree: Element) -> None:
        walk = etree.iterwalk(tree, events=("start", "end"))
        for event, element in walk:
            if not isinstance(element.tag, str):
                continue
            if event == "end":
                self._end(element)
            elif element.tag == "table" and (table := read_table(element)) is not None:
                self._flush()
                self._builder.end()
                self._builder.block(table.caption)
                self._builder.table(table.rows, table.head, columns=column_names(table.names))
                walk.skip_subtree()
            else:
                self._start(element)
        self._flush()

    def _start(self, element: Element) -> None:
        name = element.tag
        if name in _BLOCKS or name in _CELLS:
            self._flush()
            self._heading = name in _HEADINGS
        elif name in ("br", "lb"):
            self._inline.append("\n")
        self._preformatted += name in _PREFORMATTED
        self._add(element.text)

    def _end(self, element: Element) -> None:
        name = element.tag
        if name in _CELLS:
            self._flush(CELL_GAP)
        elif name in _BLOCKS:
            self._flush()
            self._builder.end()
            self._heading = False
        self._preformatted -= name in _PREFORMATTED
        self._add(element.tail)

    def _add(self, words: str | None) -> None:
        if words:
            words = words.replace(SOFT_HYPHEN, "")  # it says where a word may be divided, and is no part of it
            self._inline.append(words if self._preformatted else _SPACE.sub(" ", words))

    def _flush(self, gap: str = BLOCK_GAP) -> None:
        words = "".join(self._inline)
        words = words if self._preformatted else re.sub(r" *\n *| +", _one_space, words)
        self._inline.clear()
        span = self._builder.write(words)
        if span and self._heading:
            self._builder.headings.append(span)
        if span:
            self._builder.end(gap)


def _one_space(match: re.Match[str]) -> str:
    return "\n" if "\n" in match.group() else " "
