"""What Milvus holds of a generation: the fields of its three collections, and which rows are admitted.

No word of a user stands in an expression: ids, folders and tags are compared by digests, dates as numbers.
"""

import base64
import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pymilvus import CollectionSchema, DataType, FieldSchema

from qa.index.engines.inverted_lists import lists_for
from qa.protocols import Admitted
from qa.types import Filters

EMBEDDING, MEANING, TERMS = "embedding", "meaning", "terms"  # vectors of both embedders, and BM25 weights by term
EMPTY_TERM = 2**32 - 2  # of a passage without terms; nobody asks for it
METRIC = "IP"
_PART = 48_000  # bytes in one string, which holds 65,535 characters at most
_PARTS, _TERM_IDS, _KEYS = 4_096, 4_096, 1_024  # values in an array, at most
_DIGEST = 16  # bytes of a digest
_PRECISIONS = (4, 7, 10)  # characters of a year, a month and a day


@dataclass(frozen=True, slots=True)
class Collections:
    """The names of the collections of one attempt to publish a generation."""

    prefix: str
    generation: str
    attempt: str

    @property
    def stem(self) -> str:
        return f"{self.prefix}_{self.generation}_{self.attempt}"

    @property
    def documents(self) -> str:
        return f"{self.stem}_documents"

    @property
    def passages(self) -> str:
        return f"{self.stem}_passages"

    @property
    def files(self) -> str:
        """Of the statistics."""
        return f"{self.stem}_files"

    @property
    def all(self) -> tuple[str, str, str]:
        return self.documents, self.passages, self.files


def document_fields() -> list[FieldSchema]:
    """Those of the collection of documents."""
    return [
        FieldSchema("row", DataType.INT64, is_primary=True),
        *_filtered(),
        FieldSchema("first", DataType.INT64),
        FieldSchema("passages", DataType.INT64),
        _content(),
        unused(),
    ]


def passage_fields(dimensions: dict[str, int]) -> list[FieldSchema]:
    """Those of the collection of passages; dimensions are those of its dense vectors by field."""
    return [
        FieldSchema("row", DataType.INT64, is_primary=True),
        FieldSchema("document", DataType.INT64),
        *_filtered(),
        FieldSchema("term_ids", DataType.ARRAY, element_type=DataType.INT64, max_capacity=_TERM_IDS),
        _content(),
        *(FieldSchema(field, DataType.FLOAT_VECTOR, dim=dimension) for field, dimension in dimensions.items()),
        FieldSchema(TERMS, DataType.SPARSE_FLOAT_VECTOR),
    ]


def numbered_fields() -> list[FieldSchema]:
    """Those of the journal, and of the collection of files."""
    return [FieldSchema("number", DataType.INT64, is_primary=True), _content(), unused()]


def schema_of(fields: Sequence[FieldSchema]) -> CollectionSchema:
    return CollectionSchema(fields, enable_dynamic_field=False)


def index_of(field: FieldSchema, passages: int, exact_up_to: int) -> dict[str, Any]:
    """How a vector field is searched: exactly, and from some size on by inverted lists."""
    if field.dtype == DataType.SPARSE_FLOAT_VECTOR:
        return {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": METRIC}
    if passages <= exact_up_to:
        return {"index_type": "FLAT", "metric_type": METRIC}
    return {"index_type": "IVF_FLAT", "metric_type": METRIC, "params": {"nlist": lists_for(passages)}}


def is_vector(field: FieldSchema) -> bool:
    return field.dtype in {DataType.FLOAT_VECTOR, DataType.SPARSE_FLOAT_VECTOR}


def unused() -> FieldSchema:
    """Every collection must have a vector."""
    return FieldSchema("unused", DataType.FLOAT_VECTOR, dim=2)


UNUSED = {"unused": [0.0, 0.0]}


def _content() -> FieldSchema:
    return FieldSchema(
        "content", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=_PARTS, max_length=65_535
    )  # fmt: skip


def _filtered() -> list[FieldSchema]:
    keys = {"element_type": DataType.VARCHAR, "max_length": 2 * _DIGEST, "max_capacity": _KEYS}
    return [
        FieldSchema("key", DataType.VARCHAR, max_length=2 * _DIGEST),
        FieldSchema("folders", DataType.ARRAY, **keys),
        FieldSchema("tags", DataType.ARRAY, **keys),
        FieldSchema("published", DataType.INT64),
        FieldSchema("precision", DataType.INT64),
    ]


def filtered(document_id: str, tags: Iterable[str], published: str | None) -> dict[str, Any]:
    """The values that filters look at."""
    return {
        "key": digest(document_id),
        "folders": [digest(folder) for folder in _folders(document_id)],
        "tags": [digest(tag) for tag in tags],
        "published": _day(published or ""),
        "precision": len(published or ""),
    }


def packed(content: bytes) -> list[str]:
    """Bytes as strings, since Milvus has no field for them."""
    return [base64.b64encode(content[i : i + _PART]).decode("ascii") for i in range(0, len(content), _PART)]


def unpacked(parts: Iterable[str]) -> bytes:
    return b"".join(map(base64.b64decode, parts))


def framed(head: str, content: bytes) -> list[str]:
    """Content with a text before it, as strings."""
    encoded = head.encode("utf-8", "surrogatepass")
    return packed(struct.pack("<I", len(encoded)) + encoded + content)


def unframed(parts: Iterable[str]) -> tuple[str, bytes]:
    """The text and the content."""
    whole = unpacked(parts)
    (size,) = struct.unpack_from("<I", whole)
    return whole[4 : 4 + size].decode("utf-8", "surrogatepass"), whole[4 + size :]


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).hexdigest()


def among(field: str, values: Iterable[object]) -> str:
    """The expression for a field that has one of some values: numbers, or digests."""
    return f"{field} in {_listed(values)}"


def all_terms(terms: Iterable[int]) -> str:
    return f"array_contains_all(term_ids, {_listed(terms)})"


def of_names(names: Iterable[str]) -> str:
    """The expression for documents with some ids, and for those of files with several."""
    names = list(names)
    inside = _any_of("folders", [f"{name}/" for name in names])
    return f"({among('key', map(digest, names))} or {inside})"


def admits(admitted: Admitted) -> list[str]:
    """Expressions of which all hold for what is admitted, as ``Filters.admits`` has it; none where all is admitted."""
    filters = admitted.filters
    expressions = []
    if admitted.withdrawn:
        expressions.append(f"key not in {_listed(sorted(map(digest, admitted.withdrawn)))}")
    if filters.document_ids:
        folders = [name for name in filters.document_ids if name.endswith("/")]
        inside = f" or {_any_of('folders', folders)}" if folders else ""
        expressions.append(f"({among('key', map(digest, filters.document_ids))}{inside})")
    if filters.tags:
        expressions.append(_any_of("tags", filters.tags))
    if filters.date_from or filters.date_to:
        expressions.append(f"({' or '.join(_dated(filters, precision) for precision in _PRECISIONS)})")
    return expressions


def _dated(filters: Filters, precision: int) -> str:
    first, last = (filters.date_from or "")[:precision], (filters.date_to or "9999-12-31")[:precision]
    return f"(precision == {precision} and published >= {_day(first)} and published <= {_day(last)})"


def _day(date: str) -> int:
    """A date of any precision as eight digits, which are ordered as the texts are."""
    return int("".join(re.findall("[0-9]", date))[:8].ljust(8, "0"))


def _any_of(field: str, texts: Iterable[str]) -> str:
    return f"array_contains_any({field}, {_listed(map(digest, texts))})"


def _listed(values: Iterable[object]) -> str:
    return "[" + ", ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values) + "]"


def _folders(document_id: str) -> list[str]:
    return [document_id[: end + 1] for end, character in enumerate(document_id) if character == "/"]
