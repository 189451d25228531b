"""docs/formats.md says what the code does."""

from pathlib import Path

import pytest

from qa.corpus.folder import MAX_FILE_BYTES
from qa.readers import READERS, archives, checks, isolation, jsonl, mail, markdown

TABLE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")


@pytest.mark.parametrize("suffix", READERS)
def test_every_format_is_in_the_table(suffix):
    """Each suffix of the registry has a row."""
    assert any(f"`{suffix}`" in row.split("|")[1] for row in TABLE.splitlines() if row.startswith("| `"))


@pytest.mark.parametrize(
    "words",
    [
        f"| a file | {MAX_FILE_BYTES // 2**20} MB |",
        f"| reading one file | {isolation.SECONDS:g} s |",
        f"| memory while reading | {isolation.MEMORY_BYTES // 2**20} MB of address space |",
        f"{archives.MAX_ENTRIES:,}, {archives.MAX_UNPACKED_BYTES // 2**20} MB, {archives.MAX_PART_BYTES // 2**20} MB",
        f"| nesting of lists and quotations in Markdown | {markdown.MAX_NESTING} levels |",
        f"| text of one document | {checks.MAX_TEXT:,} characters |",
        f"| messages of a mailbox | {mail.MAX_MESSAGES:,} |",
        f"| text without the end of a sentence or line | {checks.MAX_UNBROKEN:,} characters |",
        f"| a line of front matter, or a field of a `.jsonl` | {checks.MAX_LINE:,} characters |",
        f"| bad lines of a `.jsonl` reported one by one | {jsonl.MAX_REFUSED} |",
    ],
)
def test_limits_are_the_ones_in_force(words):
    """The limits in the table are the constants of the code."""
    assert words in TABLE
