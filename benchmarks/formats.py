"""How fast each format is read by the process that parses: files a second of its processor time, as on a free core.

Usage: python -m benchmarks.formats, from the checkout, with tests/formats on PYTHONPATH. Prints a table in Markdown.
"""

import time

import psutil
from saying import as_picture, file_saying

from qa.readers import PICTURES, READERS
from qa.readers.isolation import Parser
from qa.readers.scans import MEMORY_BYTES, PAGE_S
from qa.types import Document

SENTENCES = 400
SECONDS = 0.5
PAGES = 2
WORDS = " ".join(f"The mill at Kelso ground {number} sacks of oats in the year before." for number in range(SENTENCES))


def main() -> None:
    """Print the table, slowest first, and what it takes to recognise a page of a picture."""
    with Parser() as parser:
        rows = sorted((measure(parser, suffix), suffix) for suffix in READERS if suffix not in PICTURES)
    print(f"| format | files a second ({len(WORDS):,} characters each) | million characters a second |\n|---|---|---|")
    for rate, suffix in rows:
        print(f"| `{suffix}` | {rate:,.0f} | {rate * len(WORDS) / 1e6:.2f} |")
    print(f"a page of a picture: {recognising():.1f} s of processor time")


def measure(parser: Parser, suffix: str) -> float:
    """Files a second, once the format's libraries are loaded."""
    content = file_saying(suffix, WORDS)
    assert any(isinstance(reading, Document) for reading in parser.parse(f"a{suffix}", content))
    done, begun, started = 0, used(parser), time.perf_counter()
    while time.perf_counter() - started < SECONDS or used(parser) == begun:
        parser.parse(f"a{suffix}", content)
        done += 1
    return done / (used(parser) - begun)


def recognising() -> float:
    """Seconds of processor time a page of 30 lines takes, once the models are loaded."""
    page = as_picture(WORDS[:1800], "PNG")
    with Parser(PAGE_S, MEMORY_BYTES) as parser:
        parser.run("recognise", page)
        begun = used(parser)
        for _ in range(PAGES):
            parser.run("recognise", page)
        return (used(parser) - begun) / PAGES


def used(parser: Parser) -> float:
    """Processor time of the process that parses, in seconds."""
    times = psutil.Process(parser.process_id).cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
