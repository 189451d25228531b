"""``qa doctor`` finds what is wrong with an index, and says what mends it."""

import json

import pytest

from qa.cli import main
from qa.index import snapshot as snapshots

pytestmark = pytest.mark.usefixtures("shared_model")


@pytest.fixture
def built(tmp_path, monkeypatch, capsys):
    """An index of two articles, and the settings that point at it."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The plane left at noon.", "utf-8")
    (corpus / "b.txt").write_text("The baker sold rye bread.", "utf-8")
    monkeypatch.setenv("QA_CORPUS", str(corpus))
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    assert main(["index"]) == 0
    capsys.readouterr()
    return tmp_path / "index" / snapshots.current_id(tmp_path / "index")


def examine(capsys):
    status = main(["doctor", "--json"])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert status == (0 if all(check["ok"] for check in checks.values()) else 1)
    return checks


def failing(checks):
    return {name: check["detail"] for name, check in checks.items() if not check["ok"]}


def test_a_sound_index(built, capsys):
    """On a sound index every check passes, with the figures it saw; the status is 0."""
    checks = examine(capsys)
    files = sum(path.is_file() for path in built.rglob("*")) - 2  # without the manifest and its seal
    assert failing(checks) == {}
    assert (
        checks["counts"]["detail"]
        == "2 documents, 2 passages, 2 sentences; vectors: 2 and 2, faiss-flat (exact search)"
    )
    assert checks["verbatim"]["detail"] == "2 of 2 passages are exact slices"
    assert checks["truncated"]["detail"].endswith("the embedder reads 256")
    assert checks["hashes"]["detail"] == f"all {files} files of {built.name} are as written"
    assert main(["doctor"]) == 0
    assert all(line.startswith("ok   ") for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("name", ["documents/texts.npy", "passage_vectors", "sentences.npy", "lexical/data.npy"])
def test_a_flipped_byte(built, capsys, name):
    """A changed byte is found by the file's name; the status is 1."""
    content = bytearray((built / name).read_bytes())
    content[len(content) // 2] ^= 4
    (built / name).write_bytes(content)
    assert failing(examine(capsys)) == {"snapshot": f"snapshot {built.name}: {name} has a wrong byte; run: qa index"}


@pytest.mark.parametrize("name", ["contexts.npy", "lexical/terms.npy"])
def test_a_missing_file(built, capsys, name):
    """A missing file is found by its name."""
    (built / name).unlink()
    assert failing(examine(capsys)) == {"snapshot": f"snapshot {built.name}: {name} is missing; run: qa index"}


def test_a_fallback_is_told(built, tmp_path, capsys):
    """Where an older snapshot serves instead of a damaged one, the doctor says which."""
    (tmp_path / "corpus" / "a.txt").write_text("The plane left at midnight.", "utf-8")
    main(["index"])
    newest = snapshots.current_id(tmp_path / "index")
    (tmp_path / "index" / newest / "contexts.npy").unlink()
    capsys.readouterr()
    assert failing(examine(capsys)) == {
        "snapshot": f"snapshot {newest}: contexts.npy is missing; run: qa index "
        f"(until then {built.name} serves instead of {newest})"
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda c: (c / "a.txt").write_text("The plane left at midnight."),
        lambda c: (c / "b.txt").unlink(),
        lambda c: (c / "c.txt").write_text("Another article."),
    ],
    ids=["changed", "deleted", "added"],
)
def test_a_stale_index(built, tmp_path, capsys, change):
    """A corpus that is no longer as indexed is found, with the command that mends it."""
    change(tmp_path / "corpus")
    assert failing(examine(capsys)) == {"fresh": "the corpus has changed; run: qa index"}
    assert main(["index"]) == 0
    capsys.readouterr()
    assert failing(examine(capsys)) == {}


def test_another_embedder(built, capsys, monkeypatch):
    """An index built with another embedder is found, and both are named."""
    monkeypatch.setenv("QA_QUERY_PROMPT", "query: ")
    found = failing(examine(capsys))
    assert found["embedder"].startswith("built with all-MiniLM-L6-v2@53aa51172d142c89/int8, this installation runs")
    assert "query: " in found["embedder"]


def test_unreadable_files(built, tmp_path, capsys):
    """Files that could not be read are counted."""
    (tmp_path / "corpus" / "bad.txt").touch()
    assert main(["index"]) == 3
    capsys.readouterr()
    assert failing(examine(capsys)) == {"unreadable": "1 files could not be read"}


def test_no_index(tmp_path, monkeypatch, capsys):
    """Without an index the doctor says how to make one."""
    monkeypatch.setenv("QA_INDEX", str(tmp_path))
    assert failing(examine(capsys)) == {"snapshot": "there is no index yet; run: qa index"}


def test_a_missing_corpus(built, capsys, monkeypatch, tmp_path):
    """A corpus folder that is gone is a finding, not a crash."""
    monkeypatch.setenv("QA_CORPUS", str(tmp_path / "nowhere"))
    assert "does not exist; make it and put articles in it" in failing(examine(capsys))["fresh"]
