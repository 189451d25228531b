"""``qa snapshots``, ``qa rollback`` and ``qa diff``."""

import json
from dataclasses import asdict

import pytest

from qa.cli import main
from qa.index import folder as index_folder
from qa.serving.feedback import Judgement
from qa.types import Question

pytestmark = pytest.mark.usefixtures("shared_model")

TEXTS = tuple(f"The plane left Hong Kong at {time}." for time in ("noon", "midnight", "dawn"))


@pytest.fixture(scope="module")
def built(tmp_path_factory, indexer_for):
    """An index of three generations, oldest first."""
    folder = tmp_path_factory.mktemp("generations")
    indexer = indexer_for(folder / "corpus", folder / "index")
    indexer.corpus.mkdir()
    ids = []
    for number, text in enumerate(TEXTS):
        (indexer.corpus / "plane.txt").write_text(text, "utf-8")
        (indexer.corpus / f"{number}.txt").write_text(f"The baker sold {number} loaves of rye bread.", "utf-8")
        (indexer.corpus / f"{number - 1}.txt").unlink(missing_ok=True)
        ids.append(indexer.build().snapshot)
    return indexer, ids


@pytest.fixture
def ids(built, monkeypatch):
    indexer, ids = built
    monkeypatch.setenv("QA_CORPUS", str(indexer.corpus))
    monkeypatch.setenv("QA_INDEX", str(indexer.index))
    index_folder.publish(indexer.index, ids[-1])
    return ids


@pytest.fixture
def index(built):
    return built[0].index


def printed(capsys, *arguments):
    assert main(list(map(str, arguments))) == 0
    return json.loads(capsys.readouterr().out)


def test_snapshots_are_listed(ids, capsys, index):
    """Newest first, each with its counts, size and state; the one that answers is marked."""
    listed = printed(capsys, "snapshots", "--json")
    assert [entry["id"] for entry in listed] == ids[::-1]
    assert [entry["current"] for entry in listed] == [True, False, False]
    assert {(entry["documents"], entry["passages"], entry["damage"]) for entry in listed} == {(2, 2, "")}
    assert listed[0]["size"] == sum(path.stat().st_size for path in (index / ids[-1]).rglob("*") if path.is_file())
    assert main(["snapshots"]) == 0
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"* {ids[2]}  20")
    assert second.startswith(f"  {ids[1]}  20")
    assert "2 documents        2 passages" in first


def test_an_empty_index_is_said(tmp_path, capsys):
    """Where nothing has been built, the command that does is named."""
    assert main(["snapshots", "--index", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "there is no index yet; run: qa index\n"


def test_rollback_makes_no_index(tmp_path, capsys):
    """A folder that is not there, such as a mistyped one, is named as no index, and not made."""
    assert main(["rollback", "--index", str(tmp_path / "idnex")]) == 1
    assert "there is no index yet" in capsys.readouterr().err
    assert not (tmp_path / "idnex").exists()


def test_rollback_goes_back_one(ids, capsys, index, service_for):
    """Without an id the snapshot before the current one answers, again and again until there is none."""
    for expected in (ids[1], ids[0]):
        assert main(["rollback"]) == 0
        assert f"snapshot {expected} of 20" in capsys.readouterr().out
        assert index_folder.current_id(index) == expected
    service = service_for(index)
    service.open()
    assert service.ask(Question("When did the plane leave?")).answer.passages[0].passage.text == TEXTS[0]
    assert main(["rollback"]) == 1
    assert "there is no earlier snapshot to go back to; qa snapshots lists" in capsys.readouterr().err
    assert index_folder.current_id(index) == ids[0]


def test_rollback_to_one_by_the_beginning_of_its_id(ids, capsys, index):
    """An id may be cut; one that is none changes nothing."""
    assert main(["rollback", ids[0][:12]]) == 0
    assert index_folder.current_id(index) == ids[0]
    assert main(["rollback", ids[2]]) == 0
    capsys.readouterr()
    for wrong in ("xyz", "../corpus"):
        assert main(["rollback", wrong]) == 1
        assert f"no snapshot begins with {wrong!r}" in capsys.readouterr().err
    assert index_folder.current_id(index) == ids[2]


def test_a_damaged_snapshot_is_not_published(ids, capsys, index):
    """Going back to a snapshot with a wrong byte is refused by the file's name, and the listing says so too."""
    path = index / ids[1] / "contexts.npy"
    content = path.read_bytes()
    path.write_bytes(content + b" ")
    try:
        assert main(["rollback"]) == 1
        assert f"snapshot {ids[1]}: contexts.npy has a wrong byte" in capsys.readouterr().err
        assert index_folder.current_id(index) == ids[2]
        listed = printed(capsys, "snapshots", "--json")
        assert [bool(entry["damage"]) for entry in listed] == [False, True, False]
    finally:
        path.write_bytes(content)


def test_rollback_waits_for_no_build(ids, capsys, index):
    """While a build holds the lock, going back is refused."""
    with index_folder.exclusive(index):
        assert main(["rollback"]) == 1
    assert "is building this index; wait until it has finished" in capsys.readouterr().err
    assert index_folder.current_id(index) == ids[2]


def test_diff_of_documents(ids, capsys):
    """Which documents came, went and changed from one snapshot to another, in the order given."""
    assert printed(capsys, "diff", ids[0], ids[1], "--json") == {
        "added": ["1.txt"], "removed": ["0.txt"], "changed": ["plane.txt"], "asked": 0, "moved": [],
    }  # fmt: skip
    assert printed(capsys, "diff", ids[1], ids[0], "--json")["added"] == ["0.txt"]
    assert main(["diff", ids[0], ids[0]]) == 0
    assert capsys.readouterr().out == "documents: 0 added, 0 removed, 0 changed\n"


def test_diff_of_answers(ids, capsys, tmp_path):
    """Questions with known answers are won or lost with the first passage; without one an answer has moved."""
    questions = [
        {"id": "1", "question": "When did the plane leave Hong Kong?", "answers": ["midnight"]},
        {"id": "2", "question": "When did the plane leave Hong Kong?", "answers": ["noon"]},
        {"id": "3", "question": "When did the plane leave Hong Kong?"},
    ]
    path = tmp_path / "queries.jsonl"
    path.write_text("".join(json.dumps(question) + "\n" for question in questions), "utf-8")
    difference = printed(capsys, "diff", ids[0], ids[1], "--questions", path, "--json")
    assert [moved["verdict"] for moved in difference["moved"]] == ["won", "lost", "moved"]
    assert "noon" in difference["moved"][0]["before"]
    assert "midnight" in difference["moved"][0]["after"]
    assert main(["diff", ids[0], ids[1], "--questions", str(path)]) == 0
    out = capsys.readouterr().out
    assert "of 3 questions 1 won, 1 lost, 1 otherwise moved" in out
    assert "  won: When did the plane leave Hong Kong?" in out
    assert printed(capsys, "diff", ids[0], ids[0], "--questions", path, "--json")["moved"] == []


def test_diff_by_the_readers_judgements(ids, capsys, tmp_path):
    """What readers found helpful is asked again."""
    judgement = Judgement("When did the plane leave Hong Kong?", "plane.txt", "plane.txt#0", 0, 33, 1, ids[0], "2026")
    path = tmp_path / "judgements.jsonl"
    path.write_text(json.dumps(asdict(judgement)) + "\n", "utf-8")
    difference = printed(capsys, "diff", ids[0], ids[1], "--questions", path, "--json")
    assert (difference["asked"], len(difference["moved"])) == (1, 1)


def test_diff_refuses_what_it_cannot_use(ids, capsys, tmp_path):
    """A missing or empty file of questions, and an unknown snapshot, are one line each."""
    (tmp_path / "none.jsonl").touch()
    for arguments, message in (
        ((ids[0], "zzz"), "no snapshot begins with 'zzz'"),
        ((ids[0], ids[1], "--questions", tmp_path / "nowhere"), "nowhere does not exist; give a queries.jsonl"),
        ((ids[0], ids[1], "--questions", tmp_path / "none.jsonl"), "none.jsonl holds no question"),
    ):
        assert main(["diff", *map(str, arguments)]) == 1
        assert message in capsys.readouterr().err
