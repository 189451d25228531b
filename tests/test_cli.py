"""The command line: what it prints, and with what status it ends."""

import json
import os
import subprocess
import sys
import time

import pytest

import qa
from places import CHECKOUT
from qa.cli import main
from qa.index import snapshot as snapshots
from qa.readers import UNSUPPORTED
from qa.readers.isolation import Parser
from qa.types import Unreadable
from servers import environment, run_qa

pytestmark = pytest.mark.usefixtures("shared_model")

PLANE = "The plane left Hong Kong at noon.\n\nNobody on the ground knew who was in it."
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


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A corpus of one article; the settings point at it and at an index beside it."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "plane.txt").write_text(PLANE, "utf-8")
    monkeypatch.setenv("QA_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    return tmp_path / "corpus"


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"


def test_index_tells_what_changed(corpus, capsys):
    """``qa index`` prints what was added, changed, removed, unchanged and unreadable, and ends with 0."""
    assert main(["index"]) == 0
    assert capsys.readouterr().out.startswith("1 added, 0 changed, 0 removed, 0 unchanged, 0 unreadable; 1 passages in")
    (corpus / "plane.txt").write_text(PLANE + " It was late.", "utf-8")
    (corpus / "new.txt").write_text("A new article.", "utf-8")
    assert main(["index"]) == 0
    assert capsys.readouterr().out.startswith("1 added, 1 changed, 0 removed, 0 unchanged, 0 unreadable; 2 passages in")
    assert main(["index"]) == 0
    assert capsys.readouterr().out.startswith("0 added, 0 changed, 0 removed, 2 unchanged, 0 unreadable; 2 passages in")


def lines_of(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_reread_tries_every_file_again(corpus, capsys, monkeypatch):
    """What could not be read stays so while the file is as it was; ``--reread`` gives every file another try."""
    (corpus / "slow.txt").write_text("The slow train left at noon.", "utf-8")
    with monkeypatch.context() as busy:
        busy.setattr(Parser, "parse", lambda self, name, content: [Unreadable(name, "reading it takes longer")])
        assert main(["index"]) == 3
    capsys.readouterr()
    for options, status in (([], 3), (["--reread"], 0), ([], 0)):
        assert main(["index", *options]) == status
        assert ("unreadable: slow.txt" in capsys.readouterr().out) == bool(status)


def test_index_tells_another_program(corpus, index, capsys):
    """With ``--json`` every line is an object: stage, done and total while it works, and at last the result."""
    (corpus / "bad.txt").touch()
    assert main(["index", "--json"]) == 3
    *progress, last = lines_of(capsys)
    assert {line["stage"] for line in progress} == {"reading", "encoding"}
    assert [line for line in progress if line["stage"] == "reading"][-1] == {"stage": "reading", "done": 2, "total": 2}
    assert all(line.keys() == {"stage", "done", "total"} and line["done"] <= line["total"] for line in progress)
    assert last == {
        "result": {
            "snapshot": snapshots.current_id(index),
            "added": ["plane.txt"],
            "changed": [],
            "removed": [],
            "unchanged": 0,
            "unreadable": [{"document_id": "bad.txt", "reason": "the file is empty"}],
            "passages": 1,
        }
    }


def test_index_tells_another_program_why_it_failed(corpus, tmp_path, capsys):
    """With ``--json`` the last line has the error, be it expected or the system's; the status is 1."""
    (corpus / "bad.txt").touch()
    assert main(["index", "--json", "--strict"]) == 1
    assert lines_of(capsys)[-1] == {
        "error": "nothing was published, since files cannot be read: bad.txt: the file is empty",
        "kind": "StrictBuildRefused",
    }
    (tmp_path / "file").touch()
    assert main(["index", "--json", "--index", str(tmp_path / "file")]) == 1
    assert lines_of(capsys)[-1] == {"error": f"File exists: {tmp_path / 'file'}", "kind": "FileExistsError"}


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


def test_names_that_are_not_unicode(corpus, capsys):
    """A file whose name is not Unicode is listed with its bytes escaped."""
    with open(os.fsencode(corpus) + b"/b\xffd.txt", "wb") as file:  # noqa: PTH123  a name that Path cannot spell
        file.write(b"words")
    assert main(["index"]) == 3
    assert r"unreadable: b\udcffd.txt: the file's name is not valid Unicode; rename it" in capsys.readouterr().out


def test_names_of_all_kinds(corpus, index):
    """Spaces, quotes, percent signs, emoji and line ends in names are no obstacle."""
    names = [
        "a b.txt",
        "100%.txt",
        "what?.txt",
        "a#b.txt",
        "😀.txt",
        "e\u0301.txt",
        "new\nline.txt",
        "'\".txt",
        "x" * 240 + ".txt",
    ]
    for name in names:
        (corpus / name).write_text(f"An article called {name!r}.", "utf-8")
    assert main(["index"]) == 0
    documents = snapshots.open_current(index)[0].documents
    assert sorted(d.id for d in documents) == sorted([*names, "plane.txt"])


def test_a_line_of_3_mb(corpus, index, capsys):
    """A 3 MB line of sentences is an article as any other: every sentence is there."""
    sentence = "The plane left Hong Kong at noon, and nobody knew why. "
    (corpus / "line.txt").write_text(sentence * (LINE_OF_3_MB // len(sentence)), "utf-8")
    assert main(["index"]) == 0
    manifest = snapshots.open_current(index)[0].manifest
    assert manifest.sentences == LINE_OF_3_MB // len(sentence) + 2


def test_an_empty_corpus(corpus, capsys):
    """Nothing to index: the message says where to put articles, and the status is 4."""
    (corpus / "plane.txt").unlink()
    assert main(["index"]) == 4
    assert f"qa: no article in {corpus}; put files there (.txt, .md, " in capsys.readouterr().err
    assert main(["ask", "When did the plane leave?"]) == 0
    assert "there are no documents yet" in capsys.readouterr().out


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


def test_a_missing_corpus(tmp_path, index, capsys):
    """A corpus folder that is not there is an error that names it and the setting."""
    assert main(["index", "--corpus", str(tmp_path / "nowhere"), "--index", str(index)]) == 1
    assert "nowhere does not exist; make it and put articles in it, or set QA_CORPUS" in capsys.readouterr().err
    assert not (index / "CURRENT").exists()


def test_a_corpus_that_is_the_index(corpus, capsys):
    """One folder cannot be both."""
    assert main(["index", "--index", str(corpus)]) == 1
    assert "cannot be both the corpus and the index; set QA_INDEX to another folder" in capsys.readouterr().err


def test_an_index_inside_the_corpus(corpus, capsys):
    """An index inside the corpus is not read as articles: a second build finds nothing new."""
    index = corpus / "built"
    assert main(["index", "--index", str(index)]) == 0
    assert main(["index", "--index", str(index)]) == 0
    assert (
        capsys.readouterr().out.splitlines()[-1].startswith("0 added, 0 changed, 0 removed, 1 unchanged, 0 unreadable")
    )


def test_a_linked_corpus(corpus, tmp_path, capsys):
    """A corpus folder may be a link."""
    (tmp_path / "link").symlink_to(corpus)
    assert main(["index", "--corpus", str(tmp_path / "link")]) == 0
    assert "1 added" in capsys.readouterr().out


def test_links_in_the_corpus(corpus, tmp_path, capsys):
    """A link to a file inside counts; one that leads out, to a folder, to itself or nowhere is listed,
    never skipped.
    """
    (tmp_path / "secret.txt").write_text("a secret", "utf-8")
    (corpus / "inside.txt").symlink_to(corpus / "plane.txt")
    (corpus / "outside.txt").symlink_to(tmp_path / "secret.txt")
    (corpus / "folder").symlink_to(tmp_path)
    (corpus / "self.txt").symlink_to("self.txt")
    (corpus / "nowhere.txt").symlink_to("nothing.txt")
    os.mkfifo(corpus / "pipe.txt")
    assert main(["index"]) == 3
    printed = capsys.readouterr().out
    assert printed.startswith("2 added, 0 changed, 0 removed, 0 unchanged, 5 unreadable")
    for line in (
        "outside.txt: the link leads out of the corpus folder; copy the file into it",
        "folder: the link leads out of the corpus folder; copy the file into it",
        "self.txt: the link leads back to itself; remove it",
        "nowhere.txt: this is not a regular file",
        "pipe.txt: this is not a regular file",
    ):
        assert f"unreadable: {line}" in printed


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


def test_an_index_that_cannot_be_written(corpus, tmp_path, capsys):
    """Where the index cannot be made, one line says why."""
    (tmp_path / "file").touch()
    assert main(["index", "--index", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"qa: File exists: {tmp_path / 'file'}"


def test_a_second_build_says_who_builds(corpus, index, capsys):
    """While another process holds the lock, a build ends with 1 and that process's id; afterwards it goes on."""
    index.mkdir()
    code = (
        "import sys, time; from pathlib import Path; from qa.index.folder import exclusive\n"
        "with exclusive(Path(sys.argv[1])): print('held', flush=True); time.sleep(120)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(index)], env=environment(), stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        assert main(["index"]) == 1
        message = f"qa: process {holder.pid} is building this index; wait until it has finished"
        assert message in capsys.readouterr().err
        holder.kill()
    assert main(["index"]) == 0


def test_a_folder_and_an_unquoted_question_are_understood(corpus, capsys, monkeypatch):
    """``qa index FOLDER`` indexes that folder, and ``qa ask`` takes the words of a question without quotes."""
    monkeypatch.delenv("QA_CORPUS")
    assert main(["index", str(corpus)]) == 0
    assert main(["ask", "When", "did", "the", "plane", "leave", "Hong", "Kong?"]) == 0
    assert "“The plane left Hong Kong at noon.” [1]" in capsys.readouterr().out
    assert main(["index", str(corpus / "plane.txt")]) == 1
    assert "plane.txt is a file; name the folder that holds it" in capsys.readouterr().err


def test_ask_quotes_and_cites(corpus, capsys):
    """``qa ask`` prints the sentence in quotation marks, its document and its place, and the passages."""
    main(["index"])
    capsys.readouterr()
    assert main(["ask", "When did the plane leave Hong Kong?"]) == 0
    printed = capsys.readouterr().out
    assert "“The plane left Hong Kong at noon.” [1]" in printed
    assert (
        "[1] plane.txt – plane.txt, characters 0–33" in printed
        or "[1] The plane left Hong Kong at noon. – plane" in printed
    )
    assert "Passages" in printed


def test_ask_prints_what_the_api_returns(corpus_index, client, capsys):
    """``--json`` prints the body of POST /ask, field by field, but for the id and the timings."""
    question = "When did Xu Jiatun fly to San Francisco?"
    assert main(["ask", question, "--json", "--top-k", "3", "--index", str(corpus_index)]) == 0
    printed = json.loads(capsys.readouterr().out)
    body = client.post("/ask", json={"question": question, "top_k": 3}).json()
    assert {*printed} == {*body}
    assert {*printed["timings_ms"]} == {*body["timings_ms"]}
    for changing in ("id", "timings_ms"):
        del printed[changing], body[changing]
    for passage in (*printed["passages"], *body["passages"]):
        passage["score"] = round(passage["score"], 3)
    assert printed == body


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "qa: question: it is empty; write what you want to know"),
        (["ask", " \n "], "qa: question: "),
        (["ask", "a" * 2001], "qa: question: "),
        (["ask", "\udcff"], "qa: question: "),
        (["ask", "a", "--top-k", "0"], "qa: top_k: "),
        (["ask", "a", "--top-k", "51"], "qa: top_k: "),
        (["serve", "--port", "x"], "qa: QA_PORT cannot be 'x': "),
        (["ask", "a"], "qa: there is no index yet; run: qa index"),
        (["ask", "a", "--model", "/no/such/model"], "qa: the model directory /no/such/model does not exist; "),
        (["index", "--log-level", "loud"], "qa: QA_LOG_LEVEL cannot be 'loud': "),
    ],
)
def test_what_cannot_be_done_is_one_line(corpus, capsys, arguments, message):
    """A failure is one line on standard error that says what is wrong, and status 1."""
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert len(captured.err.splitlines()) == 1
    assert captured.out == ""


def test_unknown_settings_are_refused(monkeypatch, capsys):
    """A misspelt setting ends every command before it does anything."""
    monkeypatch.setenv("QA_INDXE", "x")
    assert main(["index"]) == 1
    assert capsys.readouterr().err.startswith("qa: QA_INDXE is not a setting; did you mean QA_INDEX?")


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["ask"], ["index", "a", "b"], ["index", "--nonsense"], ["ask", "a", "--top-k", "x"]]
)
def test_wrong_usage(capsys, arguments):
    """Wrong usage ends with status 2 and a usage line."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: qa" in capsys.readouterr().err


@pytest.mark.parametrize("command", [None, "index", "ask", "serve", "doctor"])
def test_help(capsys, command):
    """``--help`` of every command says what it does."""
    with pytest.raises(SystemExit, match="0"):
        main([*([command] if command else []), "--help"])
    assert len(capsys.readouterr().out.splitlines()) > 8


def test_version(capsys):
    """``qa --version`` prints the version."""
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"qa {qa.__version__}\n"


def test_nothing_but_our_own_words(corpus_index):
    """A process of its own prints the answer, and on standard error at most its own log: no warnings of libraries."""
    done = run_qa("ask", "Who is Jia Jia?", "--index", corpus_index, cwd=CHECKOUT, env={"PYTHONWARNINGS": "default"})
    assert done.returncode == 0
    assert "Jia Jia" in done.stdout
    assert all(line.startswith("INFO serving snapshot") for line in done.stderr.splitlines())


def test_a_reader_that_goes_away(corpus_index):
    """``qa ask … | head`` ends without a complaint."""
    command = [sys.executable, "-m", "qa.cli", "ask", "Who is Jia Jia?", "--top-k", "50", "--index", str(corpus_index)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        errors = process.stderr.read()
    assert "Traceback" not in errors
    assert "Broken" not in errors


def test_ctrl_c_ends_a_build(corpus, index):
    """Ctrl+C during a build ends it at once with 130, without a traceback; the index stays as it was."""
    for number in range(40):
        words = " ".join(
            f"The plane {number} left gate {n} at noon, and nobody knew why it was late." for n in range(40)
        )
        (corpus / f"{number}.txt").write_text(words, "utf-8")
    command = [sys.executable, "-m", "qa.cli", "index", "--corpus", str(corpus), "--index", str(index)]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if "reading: 41 of 41" in line:
                break
        time.sleep(1)
        process.send_signal(2)
        errors = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert not (index / "CURRENT").exists()
