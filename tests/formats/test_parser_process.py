"""The process that parses: its limits really fire, it is replaced, reused, starts late, and knows no secrets."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import honest
import pytest

from qa.errors import CorpusError, UnreadableFile
from qa.indexing.reading import read_corpus
from qa.readers import READERS, read
from qa.readers.isolation import MEMORY_BYTES, SECONDS, Parser
from qa.types import Document, Unreadable

SLOW = f"<p {' '.join(f'a{number}=1' for number in range(500_000))}>words</p>".encode()  # a minute in one call of C
LARGE = b"<p>" + b"<b>x</b>" * 4_000_000  # a tree of more than a gigabyte
ENGLISH = b"The bridge was opened in 1803."


def reason(readings: list[Document | Unreadable]) -> str:
    (reading,) = readings
    assert isinstance(reading, Unreadable)
    return reading.reason


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process_id}/stat").read_text().split(") ")[1][:1]


def ended_within(process_id: int, seconds: float) -> bool:
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        if not alive(process_id):
            return True
        sleep(0.05)
    return False


@pytest.fixture(scope="module", autouse=True)
def given_up(tmp_path_factory):
    """What came of a folder with the slow file, and after how long; read while the other tests here run."""
    folder = tmp_path_factory.mktemp("slow")
    (folder / "slow.html").write_bytes(SLOW)
    (folder / "z.txt").write_bytes(ENGLISH)

    def read_it():
        started = monotonic()
        return *read_corpus(folder), monotonic() - started

    with ThreadPoolExecutor(1) as reader:
        yield reader.submit(read_it)


def test_the_control_would_take_longer():
    """The same slow file is still being read when three times its limit is over: the limit is what ends it."""
    with Parser(seconds=1) as quick, Parser(seconds=60) as patient:
        thread = threading.Thread(target=patient.parse, args=("slow.html", SLOW), daemon=True)
        thread.start()
        started = monotonic()
        assert "longer than 1 s" in reason(quick.parse("slow.html", SLOW))
        assert monotonic() - started < 3
        thread.join(2)
        assert thread.is_alive()
        assert patient.process_id is not None
        os.kill(patient.process_id, signal.SIGKILL)
        thread.join(5)
        assert not thread.is_alive()


def test_the_limit_of_memory_holds():
    """With the real defaults, a file that needs more than 512 MB is refused; with more memory it would be read."""
    with Parser() as parser:
        assert MEMORY_BYTES == 512 * 2**20
        assert "needs more than 512 MB" in reason(parser.parse("a.html", LARGE))
        assert isinstance(parser.parse("b.txt", ENGLISH)[0], Document)
    small = b"<p>" + b"<b>x</b>" * 60_000
    with Parser(memory_bytes=80 * 2**20) as narrow, Parser() as wide:
        assert "needs more than 80 MB" in reason(narrow.parse("a.html", small))
        assert isinstance(wide.parse("a.html", small)[0], Document)


def test_a_killed_process_is_replaced():
    """A process that dies, even while nobody asks it, costs no file."""
    with Parser() as parser:
        parser.parse("a.txt", ENGLISH)
        first = parser.process_id
        os.kill(first, signal.SIGKILL)
        assert ended_within(first, 5)
        assert parser.parse("a.txt", ENGLISH) == read("a.txt", ENGLISH)
        assert parser.process_id != first


def test_one_process_serves_all_files():
    """Honest and refused files alike are read by the same process, and close ends it."""
    with Parser() as parser:
        assert parser.process_id is None
        parser.parse("a.md", honest.markdown())
        first = parser.process_id
        for name, content in (("b.pdf", b"%PDF-"), ("c.docx", b"PK\3\4"), ("d.txt", b"\0"), ("e.html", honest.html())):
            parser.parse(name, content)
        assert parser.process_id == first
    assert parser.process_id is None
    assert not alive(first)


def test_no_process_for_what_no_reader_reads():
    """A folder without a readable suffix starts nothing."""
    with Parser() as parser:
        assert "'.xyz' is not supported" in reason(parser.parse("a.xyz", b"words"))
        assert parser.process_id is None


def test_the_same_as_in_this_process():
    """Reading elsewhere changes nothing: every field comes back as it was."""
    with Parser() as parser:
        for name, make in (("a.pdf", honest.pdf), ("a.html", honest.html), ("a.jsonl", honest.jsonl)):
            assert parser.parse(name, make()) == read(name, make())


def test_threads_take_turns():
    """Many threads may share a parser; each gets its own file's document."""
    found: dict[int, str] = {}
    with Parser() as parser:

        def ask(number: int) -> None:
            found[number] = parser.parse(f"{number}.txt", f"Number {number} speaks.".encode())[0].text

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: f"Number {number} speaks." for number in range(20)}


def test_a_large_file_passes_whole():
    """The pipes carry what is larger than their buffers, both ways, character by character."""
    text = "許家屯は一九九〇年に😀米国へ渡った。\n\n" * 200_000
    with Parser() as parser:
        (document,) = parser.parse("a.txt", text.encode())
    assert document.text == text


def test_the_process_ends_with_the_one_that_started_it(tmp_path):
    """No parser outlives a killed build: idle, its input ends; at work, its own alarm ends it."""
    slow = tmp_path / "slow.html"
    slow.write_bytes(SLOW)
    program = (
        "import sys, threading, time; from pathlib import Path; from qa.readers.isolation import Parser\n"
        "idle, busy = Parser(seconds=1), Parser(seconds=1)\n"
        "idle.parse('a.txt', b'words'); busy.parse('a.txt', b'words')\n"
        "print(idle.process_id, busy.process_id, flush=True)\n"
        f"busy.parse('slow.html', Path({str(slow)!r}).read_bytes())\n"
    )
    path = os.pathsep.join(sys.path)
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
    )
    idle, busy = map(int, child.stdout.readline().split())
    sleep(0.5)
    assert alive(busy)  # at work
    child.kill()
    child.communicate()
    assert ended_within(idle, 5)
    assert ended_within(busy, 10)


def test_the_process_knows_no_secrets(monkeypatch):
    """What the environment holds, such as tokens, is not handed to the process that reads strangers' files."""
    monkeypatch.setenv("QA_ADMIN_TOKEN", "very-secret")
    with Parser() as parser:
        parser.parse("a.txt", ENGLISH)
        environment = Path(f"/proc/{parser.process_id}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"very-secret" not in environment


def test_answers_cannot_carry_code():
    """What comes back is JSON, so that a parser that was taken over cannot run anything on this side."""
    source = "\n".join(Path(sys.modules[name].__file__).read_text() for name in ("qa.readers.isolation",))
    assert not re.search(r"import pickle|multiprocessing|eval\(|exec\(", source)
    assert json.loads(json.dumps([1])) == [1]


IMPORTS = "import sys; import {}; print(*sorted(name for name in {} if name in sys.modules))"
PARSERS = ("lxml", "trafilatura", "docx", "pypdfium2", "markdown_it", "yaml", "charset_normalizer", "numpy")


@pytest.mark.parametrize("module", ["qa.readers.isolation", "qa.readers.worker"])
def test_parsers_are_imported_where_and_when_they_are_needed(module):
    """Neither side imports a parser's library, or anything as heavy, before a file needs it: both start fast."""
    program = IMPORTS.format(module, PARSERS)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True).stdout
    assert loaded.split() == []


def test_every_reader_can_be_imported():
    """Each name in the registry leads to a reader."""
    assert all(callable(reader.load()) for reader in READERS.values())


def test_an_unknown_failure_of_a_parser_is_a_reason(monkeypatch):
    """An exception that no reader expects refuses the file, and only that."""

    def fail(document_id: str, content: bytes) -> list[Document]:
        raise KeyError(document_id)

    monkeypatch.setattr("qa.readers.plain.read_plain", fail)
    with pytest.raises(UnreadableFile, match="its parser stopped with KeyError"):
        read("a.txt", b"words")


def test_read_corpus_reports_files_lines_and_pages(tmp_path):
    """Every kind of unreadable thing of a folder is listed with its reason beside all that was read."""
    (tmp_path / "a.jsonl").write_bytes(b'{"id": "x", "text": "Some words."}\nnonsense\n')
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 nothing")
    (tmp_path / "c.txt").write_bytes(ENGLISH)
    documents, unreadable = read_corpus(tmp_path)
    assert [document.id for document in documents] == ["a.jsonl/x", "c.txt"]
    assert [entry.document_id for entry in unreadable] == ["a.jsonl/line-2", "b.pdf"]
    assert all(entry.reason for entry in unreadable)


def test_the_limit_of_time_kills(given_up):
    """With the real defaults, a file that takes longer than ten seconds is given up then, and the next one is read."""
    documents, unreadable, seconds = given_up.result()
    assert SECONDS == 10.0
    assert SECONDS <= seconds < SECONDS + 5
    assert [document.id for document in documents] == ["z.txt"]
    assert unreadable == [Unreadable("slow.html", "reading it takes longer than 10 s; split or simplify it")]


def test_a_process_that_cannot_start_is_said(monkeypatch):
    """Where Python itself cannot be run, that is an expected failure of the build and blames no file."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Parser() as parser, pytest.raises(CorpusError, match=r"cannot be started \(No such file or directory\)"):
        parser.parse("a.txt", ENGLISH)
