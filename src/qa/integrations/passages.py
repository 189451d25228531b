"""What every retriever tells of a passage besides its words."""

import hashlib
from urllib.parse import urljoin

from qa.api.page.presentation import document_url
from qa.api.schemas.answers import AskResponse, PassageBody
from qa.api.schemas.questions import MAX_QUESTION

Metadata = dict[str, str | int | float | bool]


def metadata_of(passage: PassageBody, reply: AskResponse, address: str) -> Metadata:
    """Where a passage stands (code points, end exclusive), its digest, and a link that opens it marked."""
    start, end = passage.start_char_index, passage.end_char_index
    known: dict[str, str | int | float | bool | None] = {
        "document_id": passage.document_id,
        "document_title": passage.document_title,
        "passage_id": passage.passage_id,
        "start_char_index": start,
        "end_char_index": end,
        "page": passage.page,
        "published": passage.published,
        "text_sha256": hashlib.sha256(passage.text.encode()).hexdigest(),
        "url": urljoin(address, document_url(passage.document_id, start, end)),
        "rank": passage.rank,
        "score": passage.score,
        "cited": passage.cited,
        "answerable": reply.answerable,
        "snapshot": reply.index.snapshot,
    }
    return {name: value for name, value in known.items() if value is not None}


def searchable(query: str) -> str:
    """A query as the service takes it: other libraries send whole prompts, of which the end is the question."""
    return query.strip()[-MAX_QUESTION:]
