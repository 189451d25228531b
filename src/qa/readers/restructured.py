"""reStructuredText: parsed by docutils (public domain, BSD) with inclusion of files and raw content off.

Offsets count into the rendered text: blocks with an empty line between them.
"""

import io

from docutils import nodes
from docutils.core import publish_doctree

from qa.readers.decode import decode
from qa.readers.front_matter import split_front_matter
from qa.readers.text import TextBuilder
from qa.types import Document

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 6,
    "report_level": 6,
    "_disable_config": True,
    "line_length_limit": 1_000_000,
}
_LEFT_OUT = (nodes.comment, nodes.system_message, nodes.substitution_definition, nodes.target, nodes.raw)
_BLOCKS = (nodes.paragraph, nodes.literal_block, nodes.doctest_block, nodes.term, nodes.line, nodes.attribution)


def read_restructured(document_id: str, content: bytes) -> list[Document]:
    """Read ``.rst``; the title is the first heading."""
    settings = _SETTINGS | {"warning_stream": io.StringIO()}
    front, source = split_front_matter(decode(content))
    tree = publish_doctree(source, settings_overrides=settings)
    builder = TextBuilder()
    _render(tree, builder)
    return [front.over(builder.document(document_id))]


def _render(node: nodes.Node, builder: TextBuilder) -> None:
    for child in node.children:
        if isinstance(child, _LEFT_OUT):
            continue
        if isinstance(child, nodes.title):
            builder.heading(" ".join(child.astext().split()))
        elif isinstance(child, nodes.table):
            builder.table([[entry.astext() for entry in row.children] for row in child.findall(nodes.row)])
        elif isinstance(child, _BLOCKS):
            builder.block(child.astext())
        else:
            _render(child, builder)
