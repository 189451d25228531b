"""``qa doctor``."""

import argparse
import json

from qa import compose
from qa.commands import EXIT_ERROR
from qa.commands.coverage import coverage_json, render_coverage
from qa.commands.rendering import render_checks
from qa.config import Settings
from qa.errors import SettingsError
from qa.evaluation.coverage import cover
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from qa.indexing.doctor import examine, examine_engine
from qa.progress import ProgressBars
from qa.serving.refusals import REFUSALS, refused_often

REFUSED = 20  # questions that are shown, the most frequent first


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Examine the index; 1 when any check fails."""
    if options.coverage:
        return _cover(settings, options.json)
    checks = examine(settings, compose.build_indexer(settings))
    engine = compose.build_engine(settings)
    if engine is not None:
        checks += examine_engine(engine, index_folder.current_id(settings.index))
    if options.json:
        print(
            json.dumps([{"name": c.name, "ok": c.ok, "detail": c.detail} for c in checks], indent=2, ensure_ascii=False)
        )
    else:
        print(render_checks(checks))
    return 0 if all(check.ok for check in checks) else EXIT_ERROR


def _cover(settings: Settings, as_json: bool) -> int:
    """Say which parts of the corpus questions do not reach, and what readers missed; findings are no failure."""
    if compose.build_engine(settings) is not None:
        raise SettingsError("--coverage looks into the index folder, and QA_ENGINE is set; unset it")
    snapshot, _ = snapshots.open_current(settings.index)
    retriever = compose.build_retriever(settings, compose.build_embedder(settings, threads=1))

    def search(question: str) -> list[int]:
        return [candidate.row for candidate in retriever.retrieve(snapshot, question).candidates]

    with ProgressBars() as progress:
        coverage = cover(snapshot, search, progress)
    kept = settings.index / REFUSALS
    refused = refused_often(kept, REFUSED) if kept.exists() else None
    print(coverage_json(coverage, refused) if as_json else render_coverage(coverage, refused))
    return 0
