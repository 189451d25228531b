"""``qa migrate``: copies what one engine answers from to another."""

import argparse

from qa.config import Settings
from qa.index.engines import EMBEDDED, connect
from qa.index.engines.embedded import EmbeddedEngine
from qa.index.engines.migration import migrate, migrate_to_folder


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Copy the generation that answers, and let it answer there too."""
    source = EmbeddedEngine(settings.index) if options.source == EMBEDDED else connect(options.source)
    if options.target == EMBEDDED:
        statistics = migrate_to_folder(source, settings.index)
    else:
        statistics = migrate(source, connect(options.target))
    manifest = statistics.manifest
    print(f"generation {manifest.id} answers there now: {manifest.documents} documents, {manifest.passages} passages")
    return 0
