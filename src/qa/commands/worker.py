"""``qa worker``: encodes for a build that runs elsewhere, until it is interrupted."""

import argparse
import os

from qa import compose
from qa.config import Settings
from qa.indexing.shards import topic_of
from qa.indexing.worker import work


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Encode what builds with the same settings lay out, beside the index or in PostgreSQL."""
    embedders = compose.build_embedders(settings)
    queue = compose.build_work(settings, topic_of(embedders.fingerprint))
    if not options.of:
        where = "PostgreSQL" if settings.engine != "embedded" else str(settings.index)
        print(f"waiting for what qa index --workers lays out in {where}", flush=True)
    try:
        work(queue, embedders, lambda: options.of is not None and os.getppid() != options.of)
    finally:
        queue.close()
    return 0
