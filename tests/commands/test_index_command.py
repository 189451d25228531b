"""``qa index``: what it prints, to a reader and to another program."""

import json
import subprocess
import sys
import time

import pytest

from qa.cli import main
from qa.index import snapshot as snapshots
from qa.readers.isolation import Parser
from qa.types import Unreadable
from servers import environment

pytestmark = pytest.mark.usefixtures("shared_model")


def test_index_tells_what_changed(corpus, capsys):
    """``qa index`` prints what was added, changed, removed, unchanged and unreadable, and ends with 0."""
    assert main(["index"]) == 0
    assert capsys.readouterr().out.startswith("1 added, 0 changed, 0 removed, 0 unchanged, 0 unreadable; 1 passages in")
    plane = corpus / "plane.txt"
    plane.write_text(plane.read_text("utf-8") + " It was late.", "utf-8")
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
