"""``qa verify``: whether the quotations in a file stand."""

import argparse
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from qa import compose
from qa.api.schemas.verification import VerifyResponse
from qa.commands import EXIT_QUOTATIONS
from qa.config import Settings
from qa.errors import IndexMissing
from qa.evidence.check import check_pack
from qa.index.engines.remote import EngineSource
from qa.index.folder import current_id, read_manifest
from qa.index.snapshot import Manifest, read_documents
from qa.serving.verifying import earlier_documents
from qa.types import Document
from qa.verification.quoted import quotations_in
from qa.verification.records import Edit, Finding, Verdict
from qa.verification.verifier import Verifier

LONGEST_SHOWN = 100
WORDS = {
    Verdict.INTACT: "intact",
    Verdict.MOVED: "MOVED",
    Verdict.CHANGED: "CHANGED",
    Verdict.GONE: "GONE",
    Verdict.NOT_OURS: "NOT OURS",
}


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Verify every quotation of a file against the index, without a model; 5 where one does not stand."""
    if options.file != Path("-") and zipfile.is_zipfile(options.file):
        return _verify_pack(options)
    content = sys.stdin.read() if options.file == Path("-") else options.file.read_text("utf-8", "replace")
    manifest, documents = _opened(settings)
    findings = Verifier(documents, earlier_documents(settings.index, manifest.id)).verify(quotations_in(content))
    if options.json:
        print(VerifyResponse.of(findings, manifest).model_dump_json(indent=2))
    else:
        print(render_findings(findings))
    standing = {Verdict.INTACT} if options.strict else {Verdict.INTACT, Verdict.MOVED}
    return 0 if all(finding.verdict in standing for finding in findings) else EXIT_QUOTATIONS


def _verify_pack(options: argparse.Namespace) -> int:
    """Check an evidence pack; neither index nor settings matter to it."""
    checks = check_pack(options.file.read_bytes(), options.key.read_bytes() if options.key else None)
    if options.json:
        print(json.dumps([asdict(check) for check in checks], indent=2, ensure_ascii=False))
    else:
        print("\n".join(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}" for check in checks))
    return 0 if all(check.ok for check in checks) else EXIT_QUOTATIONS


def _opened(settings: Settings) -> tuple[Manifest, Sequence[Document]]:
    """What answers now: of the index folder the documents alone are read."""
    engine = compose.build_engine(settings)
    if engine is not None:
        snapshot, _ = EngineSource(engine, settings.index / compose.STATISTICS).open()
        return snapshot.manifest, snapshot.documents
    current = current_id(settings.index)
    if current is None:
        raise IndexMissing("there is no index yet; run: qa index")
    return read_manifest(settings.index, current), list(read_documents(settings.index, current))


def render_findings(findings: Sequence[Finding]) -> str:
    """A line a quotation, what does not stand with what the documents say, and the sums."""
    if not findings:
        return "There are no quotations in this."
    lines = [line for finding in findings for line in _lines(finding)]
    counts = Counter(finding.verdict for finding in findings)
    sums = ", ".join(f"{counts[verdict]} {verdict.value.replace('_', ' ')}" for verdict in Verdict if counts[verdict])
    return "\n".join([*lines, "", f"{len(findings)} quotations: {sums}"])


def _lines(finding: Finding) -> list[str]:
    quoted = " ".join(finding.quotation.text.split())
    shown = quoted if len(quoted) <= LONGEST_SHOWN else quoted[: LONGEST_SHOWN - 1] + "…"
    lines = [f"{WORDS[finding.verdict]:<9} “{shown}”"]
    if finding.match:
        span = finding.match.span
        lines.append(f"          {finding.match.document.id}, characters {span.start}–{span.end}")
    if finding.verdict is Verdict.CHANGED:
        steps = (_step(step.edit, step.quoted, step.says) for step in finding.differences)
        lines.append("          " + " ".join("".join(steps).split()))
    if finding.earlier and finding.earlier.is_quoted:
        lines.append(f"          snapshot {finding.earlier.snapshot} said it: the document has changed since")
    return lines


def _step(edit: Edit, quoted: str, says: str) -> str:
    """Words of the quotation that the document lacks as [-words-], those that it has instead as {+words+}."""
    if edit is Edit.SAME:
        return says
    return (f" [-{quoted.strip()}-]" if quoted.strip() else "") + (f" {{+{says.strip()}+}}" if says.strip() else "")
