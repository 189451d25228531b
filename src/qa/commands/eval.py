"""``qa eval``."""

import argparse

from qa import compose
from qa.config import Settings
from qa.evaluation.report import compare, render_table, to_json
from qa.progress import ProgressBars
from qa.serving.feedback import JUDGEMENTS


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Measure; print one table."""
    bench = compose.build_bench(settings, options.work or settings.index / "eval")
    systems = [name for name in options.compare.split(",") if name]
    with ProgressBars() as bars:
        rows = bench.run(options.sets or [settings.index / JUDGEMENTS], systems, options.only, bars)
    text = to_json(rows)
    if options.save:
        options.save.write_text(text, "utf-8")
    print(text if options.json else render_table(rows))
    if options.against:
        print(compare(rows, options.against))
    return 0
