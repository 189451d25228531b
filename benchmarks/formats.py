"""How fast each format is read, with the process that parses as in a build: characters and files a second.

Usage: python -m benchmarks.formats, from the checkout, with tests/formats on PYTHONPATH. Prints a table in Markdown.
"""

import time

from saying import file_saying

from qa.readers import READERS
from qa.readers.isolation import Parser
from qa.types import Document

SENTENCES = 400
SECONDS = 1.0
WORDS = " ".join(f"The mill at Kelso ground {number} sacks of oats in the year before." for number in range(SENTENCES))


def main() -> None:
    """Print the table, slowest first."""
    with Parser() as parser:
        rows = sorted((measure(parser, suffix), suffix) for suffix in READERS)
    print(f"| format | files a second ({len(WORDS):,} characters each) | million characters a second |\n|---|---|---|")
    for rate, suffix in rows:
        print(f"| `{suffix}` | {rate:,.0f} | {rate * len(WORDS) / 1e6:.2f} |")


def measure(parser: Parser, suffix: str) -> float:
    """Files a second, once the format's libraries are loaded."""
    content = file_saying(suffix, WORDS)
    assert any(isinstance(reading, Document) for reading in parser.parse(f"a{suffix}", content))
    done, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < SECONDS:
        parser.parse(f"a{suffix}", content)
        done += 1
    return done / spent


if __name__ == "__main__":
    main()
