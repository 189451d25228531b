"""Quotations → findings: intact, moved, changed, gone or not ours."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache

from qa.types import Document
from qa.verification.differences import differences
from qa.verification.folding import same
from qa.verification.matching import Matcher
from qa.verification.records import Documents, Earlier, Finding, Match, Quotation, Verdict

ReadEarlier = Callable[[Collection[str]], Iterable[tuple[str, Documents]]]
"""Those of some documents that each earlier snapshot has, by snapshot id, newest first."""


def nothing_earlier(document_ids: Collection[str]) -> Iterable[tuple[str, Documents]]:
    """No earlier snapshot is kept."""
    return ()


class Verifier:
    """Looks quotations up in the documents of one snapshot."""

    def __init__(self, documents: Sequence[Document], read_earlier: ReadEarlier = nothing_earlier) -> None:
        self._matcher = Matcher(documents)
        self._read_earlier = read_earlier
        self._sha256 = cache(self._sha256_of)

    def verify(self, quotations: Sequence[Quotation]) -> list[Finding]:
        """What became of each quotation, in their order."""
        return self.settle(self.find(quotations))

    def find(self, quotations: Sequence[Quotation]) -> list[Finding]:
        """What the documents say of each quotation now; some may be gone by that, of which ``settle`` knows more."""
        return [self._verify(quotation) for quotation in quotations]

    def settle(self, found: Sequence[Finding]) -> list[Finding]:
        """What became of each quotation, by what was found and by the earlier snapshots."""
        findings = list(found)
        open_ones = {number for number, finding in enumerate(findings) if _is_open(finding)}
        ids = {findings[number].quotation.document_id or "" for number in open_ones}
        for snapshot, documents in self._read_earlier(ids) if ids else ():
            for number in sorted(open_ones):
                earlier = _earlier(findings[number].quotation, snapshot, documents)
                if earlier is not None:
                    findings[number] = replace(findings[number], earlier=earlier)
                    open_ones.discard(number)
        return [self._settled(finding) for finding in findings]

    def _verify(self, quotation: Quotation) -> Finding:
        match = self._matcher.at(quotation)
        if match is not None:
            return Finding(quotation, Verdict.INTACT, match, document_changed=self._has_changed(quotation))
        match, almost = self._matcher.exact(quotation)
        if match is not None:
            return Finding(quotation, _stands(quotation, match), match, document_changed=self._has_changed(quotation))
        near = almost or self._matcher.near(quotation)
        changed = self._has_changed(quotation)
        if near is None:
            return Finding(quotation, Verdict.GONE, document_changed=changed)
        return Finding(quotation, Verdict.CHANGED, near, differences(quotation.text, near.text), changed)

    def _settled(self, finding: Finding) -> Finding:
        """Gone is only what was ours: not what names no document, or a text that we have and that never said it."""
        if finding.verdict is not Verdict.GONE:
            return finding
        quotation, earlier = finding.quotation, finding.earlier
        known = quotation.document_id in self._matcher.rows or earlier is not None
        unsaid = earlier is not None and not earlier.is_quoted
        unchanged = quotation.document_sha256 is not None and known and not finding.document_changed
        is_ours = quotation.document_id is not None and (known or quotation.document_sha256 is not None)
        return finding if is_ours and not unsaid and not unchanged else replace(finding, verdict=Verdict.NOT_OURS)

    def _has_changed(self, quotation: Quotation) -> bool:
        row = self._matcher.rows.get(quotation.document_id or "")
        if quotation.document_sha256 is None:
            return False
        return row is None or self._sha256(row) != quotation.document_sha256

    def _sha256_of(self, row: int) -> str:
        return hashlib.sha256(self._matcher.documents[row].text.encode("utf-8")).hexdigest()


def _stands(quotation: Quotation, match: Match) -> Verdict:
    """Intact where the quotation named no other place than this."""
    elsewhere = quotation.document_id not in {None, match.document.id} or quotation.span is not None
    return Verdict.MOVED if elsewhere else Verdict.INTACT


def _is_open(finding: Finding) -> bool:
    """Whether an earlier snapshot may tell more."""
    return finding.quotation.document_id is not None and finding.verdict in {Verdict.CHANGED, Verdict.GONE}


def _earlier(quotation: Quotation, snapshot: str, documents: Documents) -> Earlier | None:
    """What an earlier snapshot says at the quotation's place; None where it has another text than was quoted."""
    document, span = documents.get(quotation.document_id or ""), quotation.span
    if document is None:
        return None
    sha256 = hashlib.sha256(document.text.encode("utf-8")).hexdigest()
    text = document.text[span.start : span.end] if span else ""
    quoted = same(quotation.text, text) if span else quotation.text in document.text
    if quotation.document_sha256 is None and not quoted:
        return None
    return (
        Earlier(snapshot, text or quotation.text, quoted) if sha256 == (quotation.document_sha256 or sha256) else None
    )
