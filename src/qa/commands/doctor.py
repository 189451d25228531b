"""``qa doctor``."""

import argparse
import json

from qa import compose
from qa.commands import EXIT_ERROR
from qa.commands.rendering import render_checks
from qa.config import Settings
from qa.index import folder as index_folder
from qa.indexing.doctor import examine, examine_engine


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Examine the index; 1 when any check fails."""
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
