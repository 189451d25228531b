"""CSV and TSV: a table of rows, by the standard library.

Offsets count into the rendered text: one row a block, cells with `` | `` between them.
"""

import csv
import io

from qa.errors import UnreadableFile
from qa.readers.decode import decode
from qa.readers.front_matter import split_front_matter
from qa.readers.text import TextBuilder
from qa.types import Document

_SAMPLE = 16_384
_DELIMITERS = ",;\t|"


def read_delimited(document_id: str, content: bytes) -> list[Document]:
    """Read ``.csv`` and ``.tsv``; the delimiter is told by the first rows."""
    front, text = split_front_matter(decode(content))
    csv.field_size_limit(len(content) + 1)
    builder = TextBuilder()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), _dialect(text)))
    except csv.Error as error:
        raise UnreadableFile(f"the table cannot be read ({error}); save it anew as CSV in UTF-8") from error
    builder.table(rows)
    return [front.over(builder.document(document_id))]


def _dialect(text: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(text[:_SAMPLE], _DELIMITERS)
    except csv.Error:  # a single column
        return csv.excel
