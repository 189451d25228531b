"""Files that cannot be read are named with the reason, and stop no other."""

import os

import pytest

from qa.cli import main
from qa.index import snapshot as snapshots
from qa.readers import UNSUPPORTED

pytestmark = pytest.mark.usefixtures("shared_model")

LINE_OF_3_MB = 3_000_000


BAD_FILES = {
    "zero.txt": (b"", "the file is empty"),
    "blank.md": (b" \n\t\r\n ", "the file holds no words"),
    "picture.gif": (b"GIF89a", UNSUPPORTED),
    "cut.png": (b"\x89PNG\r\n\x1a\n", "the picture is damaged, or of a kind that is not read"),
    "no-suffix": (b"words", UNSUPPORTED),
    "binary.txt": (bytes(range(256)) * 40, "is not UTF-8 and no other encoding fits; save the file as UTF-8"),
    "nul.md": (b"words\0words", "the file is not text (it holds control characters)"),
    "cut.txt": (b"\xff\xfe" + "words".encode("utf-16-le") + b"\x00", "the file begins as UTF-16-LE but byte"),
    "line.txt": (b"word " * (LINE_OF_3_MB // 5), "characters stand without the end of a sentence or line"),
    "front.md": (
        b"---\ntitle: [a\n---\nwords",
        "the front matter is not valid YAML; mend the lines between the two ---",
    ),
    "date.md": (b"---\npublished: soon\n---\nwords", "published must be a date such as 2006-10-27, 2006-10 or 2006"),
    "tags.md": (b"---\ntags: {a: b}\n---\nwords", "tags must be a list of words, such as [china, defectors]"),
    "title.md": (b'---\ntitle: "a\\0b"\n---\nwords', "title must be one line of text"),
    "digits.md": (b"---\ntitle: 0x" + b"f" * 9000 + b"\n---\nwords", "title must be one line of text"),
    "bomb.md": (
        b"---\na: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(9))
        + b"tags: *j\n---\nwords",
        "tags must be a list of words",
    ),
    "code.md": (b"---\na: !!python/object/apply:os.system [id]\n---\nwords", "the front matter is not valid YAML"),
    "deep-front.md": (b"---\na: " + b"[" * 5000 + b"\n---\nwords", "the front matter is not valid YAML"),
    "deep.md": (b"> " * 5000 + b"words", "lists or quotations are nested 100 deep or deeper; nest them less"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_one_bad_file(corpus, index, capsys, name):
    """A bad file is listed with its reason, the others are indexed, and the status is 3; with --strict
    nothing changes.
    """
    content, reason = BAD_FILES[name]
    (corpus / name).write_bytes(content)
    assert main(["index"]) == 3
    printed = capsys.readouterr().out
    assert "1 added, 0 changed, 0 removed, 0 unchanged, 1 unreadable; 1 passages in" in printed
    if reason == UNSUPPORTED:
        assert printed.splitlines()[-1].startswith("  not supported: 1 file is of no format that is read (1 × ")
        assert printed.splitlines()[-1].endswith(f"): {name}")
    else:
        [line] = [line for line in printed.splitlines() if line.startswith("  unreadable: ")]
        assert line.startswith(f"  unreadable: {name}: ")
        assert reason in line
    before = snapshots.current_id(index)
    (corpus / "plane.txt").write_text("Another text.", "utf-8")
    assert main(["index", "--strict"]) == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines()[-1].startswith(f"qa: nothing was published, since files cannot be read: {name}: ")
    assert captured.out == ""
    assert snapshots.current_id(index) == before


def test_all_bad_files_at_once(corpus, index, service_for, capsys):
    """However many files are bad, each is listed and the good one answers; GET /index will list them too."""
    for name, (content, _) in BAD_FILES.items():
        (corpus / name).write_bytes(content)
    assert main(["index"]) == 3
    printed = capsys.readouterr().out
    unsupported = [name for name, (_, reason) in BAD_FILES.items() if reason == UNSUPPORTED]
    assert printed.count("  unreadable: ") == len(BAD_FILES) - len(unsupported)
    assert f"  not supported: {len(unsupported)} files are of no format that is read (" in printed
    snapshot = snapshots.open_current(index)[0]
    assert sorted(u.document_id for u in snapshot.manifest.unreadable) == sorted(BAD_FILES)
    assert [d.id for d in snapshot.documents] == ["plane.txt"]


def test_a_line_of_3_mb(corpus, index, capsys):
    """A 3 MB line of sentences is an article as any other: every sentence is there."""
    sentence = "The plane left Hong Kong at noon, and nobody knew why. "
    (corpus / "line.txt").write_text(sentence * (LINE_OF_3_MB // len(sentence)), "utf-8")
    assert main(["index"]) == 0
    manifest = snapshots.open_current(index)[0].manifest
    assert manifest.sentences == LINE_OF_3_MB // len(sentence) + 2


def test_only_bad_files(corpus, capsys):
    """Where no file can be read, each is listed, and the status is 3 as with any bad file."""
    (corpus / "plane.txt").write_bytes(b"")
    assert main(["index"]) == 3
    captured = capsys.readouterr()
    assert "unreadable: plane.txt: the file is empty" in captured.out
    assert "no article in" in captured.err
    assert main(["ask", "When did the plane leave?"]) == 0
    printed = capsys.readouterr().out
    assert "There is nothing to answer from: no file in the corpus could be read." in printed
    assert "1 file could not be read" in printed


def as_nobody(function):
    """Run a function in a process that file permissions hold for (they do not for root); returns what it returns."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            os.write(writing, function().encode())
        except BaseException as error:  # noqa: BLE001  the parent is told
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def test_a_file_without_permission(tmp_path_factory):
    """A file that may not be read is refused with the reason, and the one beside it is read.

    As another user only files are opened: that one may be kept from starting this Python, which parses them.
    """
    import tempfile
    from pathlib import Path

    from qa.corpus.folder import read_file
    from qa.errors import UnreadableFile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "good.txt").write_text("words", "utf-8")
        (folder / "closed.txt").write_text("words", "utf-8")
        (folder / "closed.txt").chmod(0)
        assert as_nobody(lambda: read_file(folder, "good.txt").decode()) == "words"
        told = as_nobody(lambda: repr(read_file(folder, "closed.txt")))
    assert told == f"{UnreadableFile.__name__}: the file cannot be opened (Permission denied)"
