"""LaTeX: its text, by pylatexenc (MIT); macros that the file defines are not run, and no other file is read.

Offsets count into the rendered text: blocks with an empty line between them.
"""

import logging
import re

from pylatexenc.latex2text import LatexNodes2Text

from qa.readers.decode import decode
from qa.readers.front_matter import split_front_matter
from qa.readers.metadata import one_line
from qa.readers.text import TextBuilder
from qa.types import Document

logging.getLogger("pylatexenc").setLevel(logging.ERROR)
_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
_TITLE = re.compile(r"\\title(?:\[[^\]]*\])?\{((?:[^{}]|\{[^{}]*\})*)\}")
_HEADING = re.compile(r"\\(?:part|chapter|(?:sub){0,2}section|paragraph)\*?(?:\[[^\]]*\])?\{((?:[^{}]|\{[^{}]*\})*)\}")


def read_tex(document_id: str, content: bytes) -> list[Document]:
    """Read ``.tex``; the title is that of the title macro, else the first heading."""
    front, source = split_front_matter(decode(content).replace("\r\n", "\n"))
    named = _TITLE.search(source)
    body = _BODY.search(source)
    builder = TextBuilder()
    position = 0
    text = body[1] if body else source
    for heading in _HEADING.finditer(text):
        _paragraphs(text[position : heading.start()], builder)
        builder.heading(" ".join(_plain(heading[1]).split()))
        position = heading.end()
    _paragraphs(text[position:], builder)
    title = one_line(_plain(named[1])) if named else None
    return [front.over(builder.described(Document(document_id, title or "", "")))]


def _paragraphs(source: str, builder: TextBuilder) -> None:
    for paragraph in re.split(r"\n\s*\n", source):
        builder.block("\n".join(" ".join(line.split()) for line in _plain(paragraph).strip().splitlines()))


def _plain(source: str) -> str:
    return str(LatexNodes2Text(math_mode="verbatim", keep_comments=False).latex_to_text(source))
