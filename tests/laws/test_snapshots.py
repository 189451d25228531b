"""Laws 6, 8 and 9: what a snapshot's id stands for, what is refused at start, and what never answers again."""

import json
import shutil

import pytest

from qa.errors import IndexMissing, SnapshotDamaged, SnapshotOutdated, StrictBuildRefused
from qa.index import folder as index_folder
from qa.index import snapshot as snapshots
from qa.types import Question

ARTICLES = {
    "plane.txt": "The plane left Hong Kong at noon.\n\nNobody on the ground knew who was in it.",
    "2006/bread.md": "# Bread\n\nThe baker sold rye bread for two coins.",
}


@pytest.fixture
def corpus(tmp_path):
    for name, text in ARTICLES.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "corpus"


@pytest.fixture
def indexer(corpus, tmp_path, indexer_for):
    return indexer_for(corpus, tmp_path / "index")


def best(service, question):
    """The first passage: whether it is also sure enough to be quoted is not at stake here."""
    return service.ask(question).answer.passages[0].passage.text


def flip(path, place=-1):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_the_same_corpus_gives_the_same_id(corpus, tmp_path, indexer_for):
    """Built elsewhere, in another order of writing, the same articles give the same id."""
    other = tmp_path / "other"
    for name in reversed(ARTICLES):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_text(ARTICLES[name], "utf-8")
    first = indexer_for(corpus, tmp_path / "a").build()
    second = indexer_for(other, tmp_path / "b").build()
    assert first.snapshot == second.snapshot
    assert len(first.added) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda c: (c / "plane.txt").write_text(ARTICLES["plane.txt"].replace("noon", "moon")),
        lambda c: (c / "plane.txt").write_text(ARTICLES["plane.txt"] + "\n"),
        lambda c: (c / "plane.txt").rename(c / "plain.txt"),
        lambda c: (c / "plane.txt").unlink(),
        lambda c: (c / "empty.txt").touch(),
        lambda c: (c / "new.txt").write_text("A new article."),
        lambda c: (c / "2006/bread.md").write_text("---\ntags: [food]\n---\n" + ARTICLES["2006/bread.md"]),
    ],
    ids=["one character", "a line end", "renamed", "removed", "an unreadable file", "added", "a tag"],
)
def test_any_change_gives_another_id(indexer, corpus, change):
    """One changed character, name, tag or file gives another id, and the index is stale until it is built."""
    before = indexer.build().snapshot
    assert not indexer.is_stale()
    change(corpus)
    assert indexer.is_stale()
    assert indexer.build().snapshot != before
    assert not indexer.is_stale()


def test_settings_that_decide_the_passages_change_the_id(indexer, corpus, tmp_path, indexer_for):
    """Another recipe (embedder, prompts, passage size) is another snapshot."""
    assert indexer_for(corpus, tmp_path / "other", recipe="another").build().snapshot != indexer.build().snapshot


def test_nothing_is_embedded_twice(indexer, corpus, embedder, monkeypatch):
    """A second build embeds nothing; a changed article only what changed in it."""
    embedded = []
    original = type(embedder).encode_passages

    def counted(self, texts):
        embedded.extend(texts)
        return original(self, texts)

    monkeypatch.setattr(type(embedder), "encode_passages", counted)
    indexer.build()
    assert embedded
    embedded.clear()
    indexer.build()
    assert not embedded
    (corpus / "plane.txt").write_text(ARTICLES["plane.txt"] + " It was late.", "utf-8")
    indexer.build()
    assert all("It was late." in text for text in embedded)
    assert embedded


def test_repeated_sentences_are_embedded_once(indexer, corpus, embedder, monkeypatch):
    """A text that stands in the corpus a thousand times costs one run of the model."""
    (corpus / "again.txt").write_text("The same sentence stands here again. " * 1000, "utf-8")
    embedded = []
    original = type(embedder).encode_passages
    monkeypatch.setattr(
        type(embedder), "encode_passages", lambda self, texts: embedded.extend(texts) or original(self, texts)
    )
    indexer.build()
    assert len(embedded) == len(set(embedded))


def test_changes_are_told(indexer, corpus):
    """A build says which documents were added, changed, removed and unchanged, and which files cannot be read."""
    indexer.build()
    (corpus / "plane.txt").write_text("The plane left at midnight.", "utf-8")
    (corpus / "2006/bread.md").unlink()
    (corpus / "wine.txt").write_text("Wine is red or white.", "utf-8")
    (corpus / "bad.txt").touch()
    changes = indexer.build()
    assert (changes.added, changes.changed, changes.removed) == (("wine.txt",), ("plane.txt",), ("2006/bread.md",))
    assert [(u.document_id, u.reason) for u in changes.unreadable] == [("bad.txt", "the file is empty")]
    assert indexer.build().unchanged == ("plane.txt", "wine.txt")


def test_a_deleted_document_never_answers_again(indexer, corpus, tmp_path, service_for):
    """Until the rebuild the old snapshot serves whole; after it no passage of the deleted document comes back."""
    indexer.build()
    service = service_for(tmp_path / "index")
    service.open()
    question = Question("What did the baker sell for two coins?", 50)
    assert "rye bread" in best(service, question)
    (corpus / "2006/bread.md").unlink()
    assert "rye bread" in best(service, question)
    indexer.build()
    service.open()
    answered = service.ask(question)
    assert {p.passage.document_id for p in answered.answer.passages} == {"plane.txt"}
    assert not answered.answer.answerable
    assert "2006/bread.md" not in answered.snapshot.document_by_id
    assert "rye" in answered.answer.unmatched_terms or "rye" not in answered.snapshot.lexical.vocabulary


def test_a_failed_rebuild_changes_nothing(indexer, corpus, tmp_path, service_for):
    """A strict build over a bad file publishes nothing: the old snapshot stays current and answers."""
    before = indexer.build().snapshot
    (corpus / "plane.txt").unlink()
    (corpus / "bad.txt").touch()
    with pytest.raises(StrictBuildRefused, match=r"nothing was published.*bad\.txt: the file is empty"):
        indexer.build(strict=True)
    assert snapshots.current_id(tmp_path / "index") == before
    service = service_for(tmp_path / "index")
    service.open()
    assert "noon" in best(service, Question("When did the plane leave?"))


def test_an_emptied_corpus_answers_nothing(indexer, corpus, tmp_path, service_for):
    """When the last document is gone, the index is empty, and says so."""
    indexer.build()
    shutil.rmtree(corpus)
    corpus.mkdir()
    assert indexer.build().passages == 0
    service = service_for(tmp_path / "index")
    service.open()
    answer = service.ask(Question("When did the plane leave?")).answer
    assert [reason.value for reason in answer.reasons] == ["empty_index"]


def test_another_embedder_is_refused(indexer, tmp_path, service_for, monkeypatch):
    """A snapshot of another embedder is not served; the message has both names and the command that mends it."""
    monkeypatch.setattr(type(indexer.embedder), "fingerprint", "another-model@0123")
    indexer.build()
    monkeypatch.undo()
    service = service_for(tmp_path / "index")
    message = r"built with the embedder another-model@0123, this service runs all-MiniLM.*run: qa index"
    with pytest.raises(SnapshotOutdated, match=message):
        service.open()
    with pytest.raises(SnapshotOutdated, match=message):
        service.ask(Question("When?"))
    assert not service.ready


def test_another_format_is_refused(indexer, tmp_path, service_for, monkeypatch):
    """A snapshot of another format is not served, and qa index builds one that is."""
    now, defaults = index_folder.FORMAT, snapshots.Manifest.__init__.__defaults__
    assert defaults[-1] == now
    monkeypatch.setattr(index_folder, "FORMAT", now + 1)
    monkeypatch.setattr(snapshots.Manifest.__init__, "__defaults__", (*defaults[:-1], now + 1))
    old = indexer.build().snapshot
    monkeypatch.undo()
    with pytest.raises(SnapshotOutdated, match=rf"{old} has format {now + 1}, this version reads {now}; run: qa index"):
        service_for(tmp_path / "index").open()
    assert indexer.build().snapshot != old
    service_for(tmp_path / "index").open()


def test_a_missing_index_is_named(tmp_path, service_for):
    """Before the first build the message has the command that makes one."""
    with pytest.raises(IndexMissing, match="there is no index yet; run: qa index"):
        service_for(tmp_path / "index").open()


def snapshot_files(index, snapshot_id):
    folder = index / snapshot_id
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_every_flipped_byte_is_found(indexer, tmp_path):
    """One flipped bit in any file of a snapshot, at its start, middle or end, is refused before it is parsed."""
    current = indexer.build().snapshot
    index = tmp_path / "index"
    names = snapshot_files(index, current)
    assert len(names) >= 12
    for name in names:
        path = index / current / name
        for place in (0, path.stat().st_size // 2, -1):
            original = path.read_bytes()
            flip(path, place)
            assert path.read_bytes() != original
            if name == "manifest.sha256" and path.read_text("utf-8", "replace").strip() == original.decode().strip():
                path.write_bytes(original)  # only its line end changed
                continue
            with pytest.raises(SnapshotDamaged, match=rf"snapshot {current}: .*; run: qa index"):
                snapshots.open_snapshot(index, current)
            path.write_bytes(original)
    snapshots.open_snapshot(index, current)


def test_every_missing_file_is_found(indexer, tmp_path):
    """A snapshot without any one of its files, or with one too many, is refused by that file's name."""
    current = indexer.build().snapshot
    folder = tmp_path / "index" / current
    for name in snapshot_files(tmp_path / "index", current):
        (folder / name).rename(tmp_path / "away")
        with pytest.raises(SnapshotDamaged, match=r"is missing|missing or damaged"):
            snapshots.open_snapshot(tmp_path / "index", current)
        (tmp_path / "away").rename(folder / name)
    (folder / "extra").touch()
    with pytest.raises(SnapshotDamaged, match="extra does not belong to it"):
        snapshots.open_snapshot(tmp_path / "index", current)


def test_files_swapped_between_snapshots_are_found(indexer, corpus, tmp_path):
    """A sound file of another snapshot is a wrong one, and so is a whole snapshot under another's name."""
    first = indexer.build().snapshot
    (corpus / "plane.txt").write_text("The plane left at midnight.", "utf-8")
    second = indexer.build().snapshot
    index = tmp_path / "index"
    for name in set(snapshot_files(index, first)) & set(snapshot_files(index, second)):
        original = (index / second / name).read_bytes()
        if (index / first / name).read_bytes() == original:
            continue
        shutil.copy(index / first / name, index / second / name)
        with pytest.raises(SnapshotDamaged, match=second):
            snapshots.open_snapshot(index, second)
        (index / second / name).write_bytes(original)
    shutil.rmtree(index / second)
    (index / first).rename(index / second)
    with pytest.raises(SnapshotDamaged, match=rf"{second}: manifest.json is missing or damaged"):
        snapshots.open_snapshot(index, second)


def test_the_last_good_snapshot_serves(indexer, corpus, tmp_path, service_for, caplog):
    """Where the current snapshot is damaged, the newest sound one answers and the log says so; qa index mends it."""
    old = indexer.build().snapshot
    (corpus / "plane.txt").write_text("The plane left at midnight.", "utf-8")
    new = indexer.build().snapshot
    flip(tmp_path / "index" / new / "passage_vectors")
    service = service_for(tmp_path / "index")
    service.open()
    assert "noon" in best(service, Question("When did the plane leave?"))
    assert (
        f"snapshot {new}: passage_vectors has a wrong byte; run: qa index; serving snapshot {old} instead"
        in caplog.text
    )
    assert indexer.build().snapshot == new
    service.open()
    assert "midnight" in best(service, Question("When did the plane leave?"))


@pytest.mark.parametrize("content", [b"", b"\n", b"../../etc", b"\xff\xfe", b"\0", b"a" * 5000, b"0123456789abcdef\n"])
def test_a_damaged_current_falls_back_and_is_mended(indexer, tmp_path, service_for, content):
    """Whatever stands in CURRENT, the newest sound snapshot answers, and qa index mends it; nothing is called new."""
    built = indexer.build().snapshot
    (tmp_path / "index" / "CURRENT").write_bytes(content)
    service = service_for(tmp_path / "index")
    service.open()
    assert service.snapshot.manifest.id == built
    assert_mended(indexer, built)


def assert_mended(indexer, built):
    changes = indexer.build()
    assert changes.snapshot == built
    assert changes.unchanged
    assert (changes.added, changes.changed, changes.removed) == ((), (), ())
    assert (indexer.index / "CURRENT").read_text() == f"{built}\n"


def test_a_lost_current_is_mended(indexer):
    """Where CURRENT is gone, a build names the snapshot again, and says that nothing has changed; or what has."""
    built = indexer.build().snapshot
    (indexer.index / "CURRENT").unlink()
    assert_mended(indexer, built)
    (indexer.index / "CURRENT").unlink()
    (indexer.corpus / "new.txt").write_text("The train left at one.", "utf-8")
    assert indexer.build().added == ("new.txt",)


def test_an_index_without_a_sound_snapshot_is_refused(indexer, tmp_path, service_for):
    """Where no snapshot is sound, nothing serves."""
    built = indexer.build().snapshot
    flip(tmp_path / "index" / built / "documents/texts.npy")
    with pytest.raises(SnapshotDamaged, match=r"documents/texts.npy has a wrong byte; run: qa index"):
        service_for(tmp_path / "index").open()


def test_a_sealed_snapshot_is_never_changed(indexer, corpus, tmp_path):
    """Later builds leave a published snapshot's files as they were, byte by byte and time by time."""
    first = indexer.build().snapshot
    folder = tmp_path / "index" / first
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}
    (corpus / "plane.txt").write_text("The plane left at midnight.", "utf-8")
    indexer.build()
    (corpus / "plane.txt").write_text(ARTICLES["plane.txt"], "utf-8")
    assert indexer.build().snapshot == first
    assert before == {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}


def test_old_snapshots_are_swept(indexer_for, corpus, tmp_path):
    """Only the newest few snapshots stay, the current one always, and nothing of killed builds."""
    indexer = indexer_for(corpus, tmp_path / "index", keep=2)
    for number in range(4):
        (corpus / "plane.txt").write_text(f"The plane left at {number}.", "utf-8")
        (tmp_path / "index" / ".building-1").mkdir(parents=True, exist_ok=True)
        newest = indexer.build().snapshot
    ids = snapshots.list_ids(tmp_path / "index")
    assert len(ids) == 2
    assert ids[0] == newest == snapshots.current_id(tmp_path / "index")
    assert not list((tmp_path / "index").glob(".building*"))


def test_manifests_name_every_file(indexer, tmp_path):
    """The manifest has the SHA-256 of every file but itself and its seal."""
    built = indexer.build().snapshot
    manifest = json.loads((tmp_path / "index" / built / "manifest.json").read_text("utf-8"))
    assert sorted([*manifest["files"], "manifest.json", "manifest.sha256"]) == snapshot_files(tmp_path / "index", built)
