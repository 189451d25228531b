"""Only what changed is read, split and encoded; what is known of files is a cache that decides nothing."""

import hashlib
import os
import subprocess
import sys
import time

import pytest

from places import CHECKOUT
from qa.cli import main
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from qa.index.folder import states_path
from qa.indexing import file_states, reading
from qa.indexing.file_states import SETTLED_NS, load_states
from qa.indexing.reading import read_files
from qa.readers.isolation import Parser
from servers import environment

ARTICLES = {
    "bread.md": "---\ntitle: On bread\n---\nThe baker sold rye bread for two coins.",
    "lines.jsonl": '{"id": "x", "text": "The first line speaks of wine."}\nnonsense\n'
    '{"id": "y", "text": "The last, of tea."}\n',
    "plane.txt": "The plane left Hong Kong at noon.",
    "scan.pdf": "%PDF-1.7 nothing",
}
LONG_AGO_NS = 10 * SETTLED_NS


@pytest.fixture
def corpus(tmp_path):
    """Articles, one of them with a bad line, and a bad file, all last changed a while ago."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def later(monkeypatch):
    """Lets files be looked at as if it were later, so that their times have settled."""
    clock = time.time_ns
    monkeypatch.setattr(file_states.time, "time_ns", lambda: clock() + LONG_AGO_NS)


@pytest.fixture
def indexer(corpus, tmp_path, indexer_for):
    return indexer_for(corpus, tmp_path / "index")


@pytest.fixture
def parsed(monkeypatch):
    """The names of the files that are parsed."""
    names = []
    original = Parser.parse
    monkeypatch.setattr(
        Parser, "parse", lambda self, name, content: names.append(name) or original(self, name, content)
    )
    return names


@pytest.fixture
def encoded(embedder, monkeypatch):
    """The texts that are encoded."""
    texts = []
    original = type(embedder).encode_passages
    monkeypatch.setattr(
        type(embedder), "encode_passages", lambda self, batch: texts.extend(batch) or original(self, batch)
    )
    return texts


@pytest.fixture
def opened(monkeypatch):
    """The names of the files whose bytes are read."""
    names = []
    original = file_states.read_file
    monkeypatch.setattr(file_states, "read_file", lambda corpus, name: names.append(name) or original(corpus, name))
    return names


def test_settled_files_are_not_opened(indexer, later, opened, parsed):
    """Where size, times and inode are as they were and old enough, a file is not even opened; all that was said of
    it is said again.
    """
    first = indexer.build()
    assert sorted(opened) == sorted(parsed) == sorted(ARTICLES)
    opened.clear(), parsed.clear()
    second = indexer.build()
    assert not opened
    assert not parsed
    assert second.unreadable == first.unreadable
    assert [entry.document_id for entry in second.unreadable] == ["lines.jsonl/line-2", "scan.pdf"]
    assert second.unchanged == first.added
    assert (second.snapshot, second.passages) == (first.snapshot, first.passages)


def test_a_fresh_file_proves_nothing_by_its_time(indexer, corpus, opened, parsed):
    """A file changed within a tick of the clock keeps its size and time: while these are young, its bytes decide."""
    indexer.build()
    path = corpus / "plane.txt"
    before = path.stat()
    path.write_text(ARTICLES["plane.txt"].replace("noon", "moon"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    states = load_states(indexer.index)
    known = states.files["plane.txt"]
    after = path.stat()
    stamp = (after.st_size, after.st_mtime_ns, before.st_ctime_ns, after.st_ino)
    assert known.stamp == stamp, "nothing but the time of the inode's change could tell, and a coarse clock would not"
    assert not known.still(stamp)
    opened.clear(), parsed.clear()
    assert indexer.build().changed == ("plane.txt",)
    assert {*opened} == {*ARTICLES}
    assert parsed == ["plane.txt"]


@pytest.mark.parametrize("kept", ["mtime", "nothing"])
def test_a_change_of_the_same_size_is_found(indexer, corpus, later, parsed, kept):
    """A change that keeps size, and even the time of change, shows in the inode's time of change."""
    indexer.build()
    parsed.clear()
    path = corpus / "plane.txt"
    before = path.stat()
    path.write_text(ARTICLES["plane.txt"].replace("noon", "moon"), "utf-8")
    if kept == "mtime":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert indexer.build().changed == ("plane.txt",)
    assert parsed == ["plane.txt"]


def test_a_touched_file_is_not_parsed(indexer, corpus, later, opened, parsed):
    """New times over the same bytes: the file is hashed once, never parsed, and not opened again afterwards."""
    indexer.build()
    (corpus / "plane.txt").touch()
    opened.clear(), parsed.clear()
    assert len(indexer.build().unchanged) == 4
    assert opened == ["plane.txt"]
    opened.clear()
    indexer.build()
    assert not opened
    assert not parsed


@pytest.fixture
def split(indexer, monkeypatch):
    """The ids of the documents that are split."""
    ids = []
    original = type(indexer.splitter).__call__
    monkeypatch.setattr(
        type(indexer.splitter), "__call__", lambda self, document: ids.append(document.id) or original(self, document)
    )
    return ids


def test_one_changed_file_costs_that_file(indexer, corpus, later, parsed, encoded, split):
    """Of the others nothing is opened, split or encoded."""
    indexer.build()
    parsed.clear(), encoded.clear(), split.clear()
    (corpus / "plane.txt").write_text("The plane left at midnight.", "utf-8")
    indexer.build()
    assert parsed == ["plane.txt"]
    assert split == ["plane.txt"]
    assert encoded == ["The plane left at midnight."]


def test_passages_are_taken_over_from_the_same_recipe_only(indexer, indexer_for, corpus, later, split):
    """The snapshot itself says how it was made: where the states are lost, too, only what changed is split."""
    indexer.build()
    split.clear()
    states_path(indexer.index).unlink()
    (corpus / "plane.txt").write_text("The plane left at midnight.", "utf-8")
    indexer.build()
    assert split == ["plane.txt"]
    split.clear()
    indexer_for(corpus, indexer.index, recipe="another").build()
    assert sorted(split) == sorted(snapshots.open_current(indexer.index)[0].document_by_id)


def test_the_states_decide_nothing(indexer_for, corpus, tmp_path, later):
    """Whether files are known or all read anew, a build gives the same snapshot, byte for byte but for its time."""
    kept, lost = (indexer_for(corpus, tmp_path / name) for name in ("kept", "lost"))
    for change in (
        lambda: None,
        lambda: (corpus / "plane.txt").write_text("The plane left at midnight.", "utf-8"),
        (corpus / "bread.md").unlink,
        lambda: (corpus / "lines.jsonl").write_text('{"id": "y", "text": "The last, of tea."}\n', "utf-8"),
        lambda: (corpus / "lines.jsonl").rename(corpus / "other.jsonl"),
        lambda: (corpus / "scan.pdf").rename(corpus / "plan.txt"),
    ):
        change()
        states_path(lost.index).unlink(missing_ok=True)
        built = {kept.build().snapshot, lost.build().snapshot}
        assert len(built) == 1
        contents = [
            {
                path.relative_to(indexer.index): path.read_bytes()
                for path in sorted((indexer.index / built.copy().pop()).rglob("*"))
                if path.is_file() and not path.name.startswith("manifest")
            }
            for indexer in (kept, lost)
        ]
        assert contents[0].keys() == contents[1].keys()
        documents = [{k.name: v for k, v in one.items() if k.parent.name == "documents"} for one in contents]
        assert documents[0] == documents[1] != {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"plane.txt", b"plane.tx_"),
        lambda content: b"null",
        lambda content: b"\xff" * 100,
    ],
    ids=["emptied", "cut", "changed", "no states", "no text"],
)
def test_damaged_states_are_none(indexer, corpus, later, parsed, damage):
    """States that are not as they were written count for nothing: all is read again."""
    indexer.build()
    path = states_path(indexer.index)
    path.write_bytes(damage(path.read_bytes()))
    parsed.clear()
    assert len(indexer.build().unchanged) == 4
    assert sorted(parsed) == sorted(ARTICLES)
    parsed.clear()
    indexer.build()
    assert not parsed


def test_other_readers_read_again(indexer, later, parsed, monkeypatch):
    """What other readers, or other versions of their libraries, found counts for nothing."""
    indexer.build()
    parsed.clear()
    monkeypatch.setattr(file_states, "readers_version", lambda: "others")
    indexer.build()
    assert sorted(parsed) == sorted(ARTICLES)


def test_links_are_always_looked_into(indexer, corpus, tmp_path, later):
    """A link's own stamp says nothing about what it leads to: one that comes to lead out of the folder is found."""
    (corpus / "inside.txt").symlink_to("plane.txt")
    assert "inside.txt" in indexer.build().added
    (corpus / "inside.txt").unlink()
    os.link(corpus / "plane.txt", tmp_path / "plane.txt")  # the same inode, outside
    (corpus / "inside.txt").symlink_to(tmp_path / "plane.txt")
    changes = indexer.build()
    assert changes.removed == ("inside.txt",)
    assert "the link leads out of the corpus folder" in str(changes.unreadable)


def test_a_file_taken_away_while_others_are_read(indexer, corpus):
    """What is deleted after the folder was listed is not there, and no file that cannot be read."""

    def delete(stage, done, total):
        (corpus / "plane.txt").unlink(missing_ok=True)

    result = read_files(corpus, None, {}, delete)
    assert not (corpus / "plane.txt").exists()
    assert [*result.states] == ["bread.md", "lines.jsonl", "scan.pdf"]
    assert [entry.document_id for entry in result.unreadable] == ["lines.jsonl/line-2", "scan.pdf"]


def test_a_renamed_file_is_not_encoded(indexer, corpus, later, encoded):
    """A title comes from the text, not from the name: under another name it is another document of the same vectors."""
    indexer.build()
    encoded.clear()
    (corpus / "bread.md").rename(corpus / "rye.md")
    changes = indexer.build()
    assert (changes.added, changes.removed) == (("rye.md",), ("bread.md",))
    assert not encoded


def test_a_title_is_part_of_what_is_encoded(indexer, corpus, later, encoded):
    """A new title in the front matter changes what the encoder reads, so the file is encoded anew."""
    indexer.build()
    encoded.clear()
    (corpus / "bread.md").write_text(ARTICLES["bread.md"].replace("On bread", "On rye"), "utf-8")
    indexer.build()
    assert encoded == ["On rye\nThe baker sold rye bread for two coins."]


def test_nothing_to_do_loads_nothing(corpus, tmp_path):
    """The second ``qa index`` imports neither the encoder's libraries nor the stores', and starts no parser; so does
    one that finds new bytes nowhere but new times.
    """
    index = tmp_path / "index"
    code = (
        "import subprocess, sys\n"
        "started = []\n"
        "sys.addaudithook(lambda event, arguments: event == 'subprocess.Popen' and started.append(arguments[1]))\n"
        "from qa.cli import main\n"
        "status = main(['index', '--corpus', sys.argv[1], '--index', sys.argv[2]])\n"
        "heavy = ('torch', 'transformers', 'sentence_transformers', 'onnxruntime', 'faiss', 'bm25s', 'fastapi')\n"
        "print(status, len(started), *(name for name in heavy if name in sys.modules))\n"
    )

    def build():
        run = subprocess.run(
            [sys.executable, "-c", code, str(corpus), str(index)], cwd=CHECKOUT, env=environment(), text=True,
            capture_output=True, check=True,
        )  # fmt: skip
        return run.stdout.splitlines()[-1].split()

    status, parsers, *heavy = build()
    assert (status, parsers) == ("3", "1")
    assert {"faiss", "bm25s"} < {*heavy}
    assert build() == ["3", "0"]
    (corpus / "plane.txt").touch()
    assert build() == ["3", "0"]


@pytest.mark.parametrize("change", ["nothing", "a file"])
def test_every_file_is_looked_at_once(corpus, tmp_path, monkeypatch, shared_model, change):
    """``qa index`` looks at each file once and takes the lock once, whether it builds or finds nothing to do."""
    looked, locked = [], []
    look, lock = reading.look, index_folder.exclusive
    monkeypatch.setattr(reading, "look", lambda corpus, name, *more: looked.append(name) or look(corpus, name, *more))
    monkeypatch.setattr(index_folder, "exclusive", lambda index: locked.append(index) or lock(index))
    command = ["index", "--corpus", str(corpus), "--index", str(tmp_path / "index")]
    assert main(command) == 3
    if change == "a file":
        (corpus / "bread.md").write_text("The baker sold wheat bread for three coins.", "utf-8")
    looked.clear()
    locked.clear()
    assert main(command) == 3
    assert looked == sorted(ARTICLES)
    assert len(locked) == 1


def test_a_removed_file_loads_no_model(corpus, tmp_path):
    """Where files only went away nothing is left to encode, and no encoder is loaded."""
    index = tmp_path / "index"
    code = (
        "import sys; from qa.cli import main\n"
        "status = main(['index', '--corpus', sys.argv[1], '--index', sys.argv[2]])\n"
        "print(status, *(name for name in ('torch', 'onnxruntime', 'tokenizers') if name in sys.modules))\n"
    )
    command = [sys.executable, "-c", code, str(corpus), str(index)]
    runs = []
    for name in ("nothing", "bread.md"):
        (corpus / name).unlink(missing_ok=True)
        run = subprocess.run(command, cwd=CHECKOUT, env=environment(), text=True, capture_output=True, check=True)
        runs.append(run.stdout.splitlines())
    assert "tokenizers" in runs[0][-1]
    assert runs[1][-1] == "3"
    assert runs[1][0].startswith("0 added, 0 changed, 1 removed, 3 unchanged, 2 unreadable")


def test_a_damaged_snapshot_is_mended_though_nothing_changed(indexer, later):
    """That nothing changed is only said of a snapshot of which every byte is right."""
    built = indexer.build().snapshot
    path = indexer.index / built / "documents/texts.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b" \n")
    indexer.build()
    assert path.read_bytes() == content
    snapshots.open_snapshot(indexer.index, built)


def test_a_disk_that_is_full_when_the_states_are_written(indexer, later, monkeypatch, caplog):
    """The states are a convenience: where they cannot be kept, what is published stays published."""
    states_path(indexer.index).mkdir(parents=True)  # nothing can be put in its place
    built = indexer.build().snapshot
    assert index_folder.current_id(indexer.index) == built
    assert "the states of the files cannot be kept" in caplog.text
    assert sorted(path.name for path in indexer.index.iterdir()) == sorted([built, "CURRENT", "LOCK", "files.json"])


def test_the_manifest_of_files(indexer, corpus, later):
    """For every file its SHA-256 is kept, with the documents that it gave and what could not be read in it."""
    indexer.build()
    states = load_states(indexer.index).files
    assert {name: state.sha256 for name, state in states.items()} == {
        name: hashlib.sha256((corpus / name).read_bytes()).hexdigest() for name in ARTICLES
    }
    assert states["lines.jsonl"].documents == ("lines.jsonl/x", "lines.jsonl/y")
    assert [entry.document_id for entry in states["lines.jsonl"].unreadable] == ["lines.jsonl/line-2"]
    assert read_files(corpus, indexer.index, states).parsed == {}
