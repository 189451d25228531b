"""Whether a pack is whole, and its quotations are what its documents say; needs no index."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qa.errors import KeyUnusable, PackUnreadable
from qa.evidence.keys import fingerprint, is_signed
from qa.evidence.pack import ANSWER, FORMAT, MANIFEST, PUBLIC_KEY, SIGNATURE, SUMS, UNSUMMED
from qa.types import joined

MOST_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def check_pack(content: bytes, trusted: bytes | None = None) -> list[Check]:
    """Look at everything in a pack; ``trusted`` is the public key (PEM) that must have signed it.

    Raises:
        PackUnreadable: it is no pack, or of a format that this version does not know.
    """
    files = _unpacked(content)
    try:
        manifest = json.loads(files[MANIFEST])
        if manifest["format"] != FORMAT:
            raise PackUnreadable(f"the pack has the format {manifest['format']!r}; this version reads {FORMAT}")
        checks = [_check_sums(files), _check_signature(files, trusted), *_check_documents(manifest, files)]
        return [*checks, *_check_citations(manifest, files), _check_answer(manifest, files)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise PackUnreadable("this is no evidence pack: its manifest cannot be read") from error


def _unpacked(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise PackUnreadable(f"the pack is larger than {MOST_BYTES} bytes when it is unpacked")
            if len({entry.filename for entry in entries}) != len(entries):
                raise PackUnreadable("the pack has two files of one name")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise PackUnreadable("this is no evidence pack: it is no ZIP file, or damaged") from error


def _check_sums(files: Mapping[str, bytes]) -> Check:
    sums = {}
    for line in files.get(SUMS, b"").decode().splitlines():
        digest, _, name = line.partition("  ")
        sums[name] = digest
    names = files.keys() - UNSUMMED
    wrong = sorted(name for name in names | sums.keys() if _digest(files.get(name)) != sums.get(name))
    return Check(
        "digests", not wrong, f"changed, missing or added: {', '.join(wrong)}" if wrong else f"{len(sums)} files"
    )


def _check_signature(files: Mapping[str, bytes], trusted: bytes | None) -> Check:
    signature, pem = files.get(SIGNATURE), files.get(PUBLIC_KEY)
    if signature is None or pem is None:
        return Check("signature", trusted is None, "the pack is not signed")
    try:
        name = fingerprint(pem)
        if trusted is not None and fingerprint(trusted) != name:
            return Check("signature", False, f"made with another key, {name}")
        ok = is_signed(pem, signature, files.get(SUMS, b""))
    except KeyUnusable as error:
        return Check("signature", False, str(error))
    known = "the given one" if trusted is not None else "compare it with one you trust, or give --key"
    return Check("signature", ok, f"key {name}, {known}" if ok else "does not belong to these files")


def _check_documents(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Check]:
    for document in manifest["documents"]:
        text = files[document["file"]]
        if document["is_whole"]:
            ok = _digest(text) == document["sha256"]
            yield Check("document", ok, f"{document['id']}{'' if ok else ' is not the text of its digest'}")
        else:
            yield Check("document", True, f"{document['id']}, in part: its digest cannot be compared")


def _check_citations(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Check]:
    documents = {document["id"]: document for document in manifest["documents"]}
    for citation in manifest["citations"]:
        document = documents[citation["document_id"]]
        text, first = files[document["file"]].decode(), document["start_char_index"]
        start, end = citation["start_char_index"] - first, citation["end_char_index"] - first
        ok = 0 <= start < end <= len(text) and text[start:end] == citation["cited_text"]
        where = f"[{citation['number']}] {document['id']}, characters {start + first}–{end + first}"
        yield Check("quotation", ok, where if ok else f"{where}: the document does not say it")


def _check_answer(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Check:
    answer = json.loads(files[ANSWER])
    fields = ("number", "document_id", "start_char_index", "end_char_index", "cited_text")
    cited = [{field: citation[field] for field in fields} for citation in answer["citations"]]
    quoted = joined([citation["cited_text"] for citation in manifest["citations"]])
    same = cited == manifest["citations"] and answer["question"] == manifest["question"]
    ok = same and (answer["answer"]["text"] == quoted if answer["answer"] else not cited)
    return Check("answer", ok, "its quotations, in their order" if ok else "is not made of these quotations")


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
