"""Markdown: rendered to the plain text that a reader sees, with markdown-it-py (CommonMark and tables).

Offsets count into the rendered text: blocks (list items and table rows too) are separated by an empty line.
Emphasis, links' targets, images' sources, HTML tags and comments leave no trace; links' and images' words stay.
"""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.errors import UnreadableFile
from qa.readers.decode import decode
from qa.readers.front_matter import MAX_LINE, split_front_matter
from qa.types import Document, Span

MAX_NESTING = 100  # of quotations and lists; the parser recurses, and leaves out what is nested deeper without a word
_PARSER = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
_LEAVES = {"text", "code_inline"}
_BLOCK_GAP = "\n\n"
_CELL_GAP = " | "


def read_markdown(document_id: str, content: bytes) -> Document:
    """Read ``.md``; the title is the front matter's, else the first heading, unless that is longer than titles are."""
    front, source = split_front_matter(decode(content))
    rendering = _Rendering()
    rendering.add(_parse(source))
    text, headings = rendering.text(), tuple(rendering.headings)
    return Document(
        id=document_id,
        title=front.title or _title(text, headings),
        text=text,
        published=front.published,
        publisher=front.publisher,
        tags=front.tags,
        url=front.url,
        headings=headings,
    )


def _parse(source: str) -> list[Token]:
    tokens = _PARSER.parse(source)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):  # what stands inside is gone
        raise UnreadableFile(f"lists or quotations are nested {MAX_NESTING} deep or deeper; nest them less")
    return tokens


def _title(text: str, headings: Sequence[Span]) -> str:
    title = " ".join(text[headings[0].start : headings[0].end].split()) if headings else ""
    return title if len(title) <= MAX_LINE else ""


class _Rendering:
    """Collects the plain text of a token stream and the spans of its headings."""

    def __init__(self) -> None:
        self.headings: list[Span] = []
        self._parts: list[str] = []
        self._length = 0
        self._gap = ""  # written before the next words, never at either end of the text

    def text(self) -> str:
        return "".join(self._parts)

    def add(self, tokens: list[Token]) -> None:
        for position, token in enumerate(tokens):
            if token.type == "inline":
                written = self._write(_inline_text(token))
                if written and tokens[position - 1].type == "heading_open":
                    self.headings.append(written)
            elif token.type in ("fence", "code_block"):
                self._write(token.content)
            if token.type in ("th_close", "td_close"):
                self._gap = _CELL_GAP if self._length else ""
            elif token.block and token.nesting <= 0 and token.type != "inline" and self._length:
                self._gap = _BLOCK_GAP

    def _write(self, words: str) -> Span | None:
        words = words.strip()
        if not words:
            return None
        start = self._length + len(self._gap)
        self._parts += (self._gap, words)
        self._length = start + len(words)
        self._gap = ""
        return Span(start, self._length)


def _inline_text(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or []:
        if child.type in _LEAVES:
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "image":
            parts.append(_inline_text(child))
    return "".join(parts)
