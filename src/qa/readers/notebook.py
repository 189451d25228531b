"""Jupyter notebooks: Markdown cells as Markdown, code as it is; outputs are left out.

Offsets count into the rendered text, as in Markdown.
"""

import json

from qa.errors import UnreadableFile
from qa.readers.decode import decode
from qa.readers.markdown import render_markdown
from qa.readers.text import TextBuilder
from qa.types import Document


def read_notebook(document_id: str, content: bytes) -> list[Document]:
    """Read ``.ipynb``; the title is the first heading."""
    try:
        cells = json.loads(decode(content))["cells"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableFile("the file is no notebook of version 4; save it anew with Jupyter") from error
    builder = TextBuilder()
    for cell in cells if isinstance(cells, list) else []:
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        words = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown":
            render_markdown(words, builder)
        else:
            builder.block(words)
    return [builder.document(document_id)]
