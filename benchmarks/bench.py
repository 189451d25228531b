"""Measure the whole product, print tables and keep them as JSON.

Usage: python benchmarks/bench.py [--only ask,beside,build,start,scale] [--against FILE] [--markdown FILE] [--full]

The first run sets up what later ones find in the work folder: indexes, and the peers in environments of their own,
installed with pip. After that a run takes less than 15 minutes on two cores and needs no network. Everything runs on
one thread; sides that are compared take turns within one run; speeds are medians with their range in brackets.
``--full`` adds what is slow: a million vectors for every index type, one document of 100,000 passages changed,
and the installation into a fresh environment.
"""

import argparse
import sys
import time
from pathlib import Path

import ask
import beside
import build
import goals
import prepare
import report
import scale
import size
import start
from report import Tables

from places import default_work

PARTS = ("ask", "beside", "build", "start", "scale")
SIZES = [0, *prepare.SIZES]


def measure(part: str, work: Path, full: bool) -> Tables:
    """One part's tables."""
    stores = [name for name in scale.TYPES if name.startswith("faiss-")]
    types = list(scale.TYPES) if full else stores
    parts = {
        "ask": lambda: ask.run(work, SIZES),
        "beside": lambda: beside.run(work),
        "build": lambda: build.run(work, large=full),
        "start": lambda: start.run(work, SIZES, with_install=full),
        "scale": lambda: (
            size.run(work, list(prepare.SIZES))
            | scale.run(work, list(scale.SIZES), types, report.RESULTS / "scale.png")
        ),
    }
    return parts[part]()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), metavar="PARTS", help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--work", type=Path, default=default_work(), help="where indexes and environments are kept")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with an earlier run's JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also put the tables into a document")
    parser.add_argument("--full", action="store_true", help="also what takes long")
    options = parser.parse_args()
    tables: Tables = {}
    for part in options.only.split(","):
        started = time.perf_counter()
        tables |= measure(part, options.work, options.full)
        print(f"{part}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    tables |= goals.judge(tables)
    text = report.render(tables)
    print(text)
    print(f"kept as {report.save(tables, options.only.replace(',', '-'))}", file=sys.stderr)
    if options.markdown:
        report.update(options.markdown, tables)
    if options.against:
        print(report.compare(tables, options.against))


if __name__ == "__main__":
    main()
