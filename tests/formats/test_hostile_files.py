"""Hostile files are read or refused within the limits, and change nothing for the honest ones beside them."""

import base64
import contextlib
import io
import re
import socket
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from time import monotonic

import honest
import hostile
import pytest
from hostile_case import SECRET, Case

from qa.corpus.folder import list_files, read_file
from qa.errors import UnreadableFile
from qa.readers import picture, read
from qa.readers.isolation import MEMORY_BYTES, Parser
from qa.types import Document, Unreadable

SECONDS = 3.0
PARSERS = 2
SLACK = 5.0  # to end a process and start another on a busy machine
AFTER = "zz-honest.md"  # the last name of its folder: read right after a family of hostile files
HONEST = {
    "honest/a.md": honest.markdown,
    "honest/a.html": honest.html,
    "honest/a.docx": honest.word,
    "honest/a.epub": honest.epub,
    "honest/a.pdf": honest.pdf,
    "honest/a.jsonl": honest.jsonl,
    "honest/a.txt": honest.plain,
}


@dataclass(frozen=True)
class Outcome:
    readings: list[Document | Unreadable]
    seconds: float
    peak_bytes: int

    @property
    def documents(self) -> list[Document]:
        return [reading for reading in self.readings if isinstance(reading, Document)]

    @property
    def reasons(self) -> str:
        return "\n".join(reading.reason for reading in self.readings if isinstance(reading, Unreadable))


@pytest.fixture(scope="module")
def listener():
    """A server that files point at, and nobody may ask."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


@pytest.fixture(scope="module")
def cases(tmp_path_factory, listener) -> list[Case]:
    canary = tmp_path_factory.mktemp("outside") / "canary.txt"
    canary.write_text(SECRET)
    return hostile.cases(canary, f"http://127.0.0.1:{listener.getsockname()[1]}")


@pytest.fixture(scope="module")
def outcomes(cases, tmp_path_factory) -> dict[str, Outcome]:
    """All files of a corpus, hostile and honest mixed, in the order of the indexer.

    Two parsers at a time, each with families of its own: most of the time here is waited for limits.
    """
    corpus = tmp_path_factory.mktemp("corpus")
    for name, content in [(case.name, case.content) for case in cases] + [(n, make()) for n, make in HONEST.items()]:
        (corpus / name).parent.mkdir(exist_ok=True)
        (corpus / name).write_bytes(content)
    for family in list(corpus.iterdir()):
        (family / AFTER).write_bytes(honest.markdown())
    families = [list(names) for _, names in groupby(list_files(corpus), lambda name: name.split("/")[0])]
    with ThreadPoolExecutor(PARSERS) as readers:
        shares = readers.map(partial(read_all, corpus), [families[first::PARSERS] for first in range(PARSERS)])
    return {name: outcome for share in shares for name, outcome in share.items()}


def read_all(corpus: Path, families: list[list[str]]) -> dict[str, Outcome]:
    with Parser(seconds=SECONDS) as parser:
        return {name: read_one(parser, corpus, name) for family in families for name in family}


def read_one(parser: Parser, corpus: Path, name: str) -> Outcome:
    content = read_file(corpus, name)
    started = monotonic()
    readings = parser.parse(name, content)
    return Outcome(readings, monotonic() - started, peak_memory(parser.process_id))


def peak_memory(process_id: int | None) -> int:
    """The most address space that a process has had, in bytes; 0 where it has gone."""
    if process_id is None:
        return 0
    status = Path(f"/proc/{process_id}/status")
    if not status.exists():
        pytest.skip("the system does not say how much memory a process has had")
    return int(re.search(r"VmPeak:\s+(\d+) kB", status.read_text()).group(1)) * 1024


def test_there_are_at_least_four_hundred(cases, outcomes):
    """Every hostile file was asked about."""
    assert len(cases) >= 400
    assert {case.name for case in cases} <= set(outcomes)


def test_every_file_has_an_outcome_in_words(outcomes):
    """A file gives documents or a reason; never nothing."""
    silent = [name for name, outcome in outcomes.items() if not outcome.documents and not outcome.reasons.strip()]
    assert silent == []


def test_every_file_stays_within_its_limits(outcomes):
    """Time is the limit's, twice where a crash was tried again in a fresh process; memory is always the limit's."""
    slow = {
        n: o.seconds
        for n, o in outcomes.items()
        if o.seconds > (SECONDS + SLACK) * (2 if "crashed" in o.reasons else 1)
    }
    large = {n: o.peak_bytes for n, o in outcomes.items() if o.peak_bytes > MEMORY_BYTES}
    assert (slow, large) == ({}, {})


def test_the_limits_had_to_fire(outcomes):
    """The files are hostile enough: some had to be killed for their time, and their reasons say so."""
    killed = [name for name, outcome in outcomes.items() if "takes longer than 3 s" in outcome.reasons]
    assert len(killed) >= 3
    assert all(outcomes[name].seconds >= SECONDS for name in killed)


def test_no_hidden_or_outside_word_is_read(outcomes):
    """Scripts, hidden text, deleted text, comments and the content of other files appear in no field."""
    leaks = [name for name, outcome in outcomes.items() if SECRET in str(outcome.readings)]
    assert leaks == []


def test_what_is_displayed_is_read(cases, outcomes):
    """A file that only tries to hide or smuggle something still gives its visible words."""
    lost = [c.name for c in cases if c.wanted and not any(c.wanted in d.text for d in outcomes[c.name].documents)]
    assert lost == []


def test_refusals_say_why(cases, outcomes):
    """A file that must be refused is refused for its own reason, never indexed as empty."""
    wrong = {
        c.name: outcomes[c.name].reasons
        for c in cases
        if c.reason and not re.search(c.reason, outcomes[c.name].reasons)
    }
    indexed = [c.name for c in cases if c.reason and not c.wanted and outcomes[c.name].documents]
    assert (wrong, indexed) == ({}, [])


def test_no_parser_crashes_on_its_own_account(outcomes):
    """Only running out of memory ends a parser by itself: whatever else is wrong with a file has a reason in words."""
    crashed = {name for name, outcome in outcomes.items() if "crashed" in outcome.reasons}
    assert crashed <= {"paper/stream-bomb.pdf", "paper/text-bomb.pdf", "paper/form-growth.pdf", "paper/nested-bomb.pdf"}


@pytest.mark.parametrize("name", HONEST)
def test_honest_files_beside_them_are_read_as_ever(name, outcomes):
    """An honest file gives the same documents among hostile ones as by itself."""
    with Parser() as parser:
        assert outcomes[name].readings == parser.parse(name, HONEST[name]())
    assert any(honest.LAST in document.text for document in outcomes[name].documents)


def test_an_honest_file_after_each_family_is_read(outcomes):
    """Nothing that a hostile file leaves behind reaches the next one."""
    after = [outcome for name, outcome in outcomes.items() if name.endswith(AFTER)]
    assert len(after) >= 10
    assert all([honest.LAST in document.text for document in outcome.documents] == [True] for outcome in after)


def test_documents_hold_what_they_promise(outcomes):
    """Headings and pages of every document, however odd its file, lie inside its text, in order."""
    for document in (document for outcome in outcomes.values() for document in outcome.documents):
        assert any(character.isalnum() for character in document.text)
        ends = [0, *(place for span in document.headings for place in (span.start, span.end)), len(document.text)]
        assert ends == sorted(ends)
        assert list(document.pages) == sorted(document.pages)
        assert not document.pages or (document.pages[0] == 0 and document.pages[-1] <= len(document.text))


def test_no_reader_asks_anybody(cases, listener):
    """Files that point at a server are read without the sandbox, too, and nothing ever connects to it."""
    address = f"127.0.0.1:{listener.getsockname()[1]}".encode()
    outward = [case for case in cases if address in unpacked(case.content)]
    assert len(outward) >= 15
    for case in outward:
        with contextlib.suppress(UnreadableFile, MemoryError):
            read(case.name, case.content)
    with pytest.raises(BlockingIOError, match=r"."):
        listener.accept()


def unpacked(content: bytes) -> bytes:
    """What a small file holds, for a zip file in all its parts."""
    if content[:2] != b"PK" or len(content) > 50_000:
        return content
    with contextlib.suppress(Exception):  # some are damaged on purpose
        archive = zipfile.ZipFile(io.BytesIO(content))
        return b"".join(archive.read(entry) for entry in archive.infolist())
    return b""


def test_hostile_pictures_are_drawn_within_bounds(cases):
    """A picture that would unpack to gigabytes is refused, or drawn in at most twelve million dots."""
    with Parser(seconds=SECONDS + SLACK) as parser:
        for case in (case for case in cases if case.name.startswith("picture/")):
            with contextlib.suppress(UnreadableFile):
                drawn = base64.b64decode(parser.run("picture-page", case.content, number=0))
                width, height = struct.unpack(">II", drawn[16:24])
                assert width * height <= picture.MOST_PIXELS
