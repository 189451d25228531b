"""Markdown: rendered to the plain text that a reader sees, with markdown-it-py (CommonMark and tables).

Offsets count into the rendered text: blocks (list items and table rows too) are separated by an empty line.
Emphasis, links' targets, images' sources, HTML tags and comments leave no trace; links' and images' words stay.
"""

from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.errors import UnreadableFile
from qa.readers.decode import decode
from qa.readers.front_matter import split_front_matter
from qa.readers.text import TextBuilder
from qa.types import Document

MAX_NESTING = 100  # of quotations and lists; the parser recurses, and leaves out what is nested deeper without a word
_PARSER = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
_LEAVES = {"text", "code_inline"}


def read_markdown(document_id: str, content: bytes) -> list[Document]:
    """Read ``.md``; the title is the front matter's, else the first heading, unless that is longer than titles are."""
    front, source = split_front_matter(decode(content))
    builder = TextBuilder()
    render_markdown(source, builder)
    return [front.over(builder.document(document_id))]


def render_markdown(source: str, builder: TextBuilder) -> None:
    """Write what a reader of Markdown sees.

    Raises:
        UnreadableFile: it is nested too deeply.
    """
    _render(_parse(source), builder)


def _parse(source: str) -> list[Token]:
    tokens = _PARSER.parse(source)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):  # what stands inside is gone
        raise UnreadableFile(f"lists or quotations are nested {MAX_NESTING} deep or deeper; nest them less")
    return tokens


def _render(tokens: list[Token], builder: TextBuilder) -> None:
    rows: list[list[str]] = []
    for position, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(_inline_text(tokens[position + 1]))
        elif token.type == "table_close":
            builder.table(rows, head=1)
            rows = []
        elif token.type == "inline" and not rows:
            written = builder.write(_inline_text(token))
            if written and tokens[position - 1].type == "heading_open":
                builder.headings.append(written)
        elif token.type in ("fence", "code_block"):
            builder.write(token.content)
        if token.block and token.nesting <= 0 and token.type != "inline":
            builder.end()


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
