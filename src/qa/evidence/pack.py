"""An answer → its evidence pack, a ZIP file. ``docs/evidence.md`` describes the format."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from qa.evidence.keys import public_pem
from qa.evidence.page import self_checking_page
from qa.index.snapshot import Manifest
from qa.types import Answer, Document, Span

FORMAT = "qa-evidence/1"
MANIFEST, ANSWER, PAGE, SUMS = "manifest.json", "answer.json", "index.html", "SHA256SUMS"
SIGNATURE, PUBLIC_KEY, SCHEMA, README = "SHA256SUMS.sig", "public_key.pem", "manifest.schema.json", "README.txt"
UNSUMMED = {SUMS, SIGNATURE, PUBLIC_KEY}
_MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file, so that only what they hold makes packs differ


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document's text; ``start`` is its offset in it."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a pack is made of. ``answer_json`` is the body of ``POST /ask``; ``settings`` decided what was answered."""

    answer: Answer
    answer_json: bytes
    manifest: Manifest
    settings: Mapping[str, str]
    software: str


def make_pack(evidence: Evidence, around: int = 0, key: Ed25519PrivateKey | None = None) -> bytes:
    """The bytes of a pack.

    ``around`` is how many code points of a document stand before and after each quotation; with 0 the whole document.
    """
    cited = _cited(evidence.answer)
    parts = [(document, _part(document, spans, around)) for document, spans in cited]
    content = {f"documents/{number}.txt": part.text.encode() for number, (_, part) in enumerate(parts, 1)}
    content[ANSWER] = evidence.answer_json
    content[MANIFEST] = _json(_manifest(evidence, parts))
    content[PAGE] = self_checking_page(
        evidence.answer, [(document.id, part.start, part.text) for document, part in parts]
    )
    for name in (SCHEMA, README):
        content[name] = (files("qa.evidence") / name).read_bytes()
    sums = "".join(f"{hashlib.sha256(content[name]).hexdigest()}  {name}\n" for name in sorted(content)).encode()
    signed = {SIGNATURE: key.sign(sums), PUBLIC_KEY: public_pem(key)} if key else {}
    return _zipped(content | {SUMS: sums} | signed)


def _manifest(evidence: Evidence, parts: Sequence[tuple[Document, Part]]) -> dict[str, Any]:
    answer, manifest = evidence.answer, evidence.manifest
    return {
        "format": FORMAT,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "question": answer.question,
        "documents": [
            {
                "id": document.id,
                "title": document.title or document.id,
                "url": document.url,
                "published": document.published,
                "sha256": hashlib.sha256(document.text.encode()).hexdigest(),
                "char_count": len(document.text),
                "file": f"documents/{number}.txt",
                "start_char_index": part.start,
                "is_whole": len(part.text) == len(document.text),
            }
            for number, (document, part) in enumerate(parts, 1)
        ],
        "citations": [
            {
                "number": citation.number,
                "document_id": citation.document.id,
                "start_char_index": citation.span.start,
                "end_char_index": citation.span.end,
                "cited_text": citation.cited_text,
            }
            for citation in answer.citations
        ],
        "snapshot": {
            "id": manifest.id,
            "recipe": manifest.recipe,
            "embedder": manifest.embedder,
            "built_at": manifest.built_at,
            "documents": manifest.documents,
            "passages": manifest.passages,
            "files": dict(manifest.files),
        },
        "settings": dict(evidence.settings),
        "software": evidence.software,
    }


def _cited(answer: Answer) -> list[tuple[Document, list[Span]]]:
    """The cited documents, each once, with what is cited of them."""
    cited: dict[str, tuple[Document, list[Span]]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.document.id, (citation.document, []))[1].append(citation.span)
    return list(cited.values())


def _part(document: Document, spans: Sequence[Span], around: int) -> Part:
    if not around:
        return Part(0, document.text)
    start = max(0, min(span.start for span in spans) - around)
    return Part(start, document.text[start : max(span.end for span in spans) + around])


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _zipped(content: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in content.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
