"""Changes of the corpus folder: never over what is there, never out of the folder, never lost."""

import json
import re

import pytest
from changing import NEW, OLD, add, files, hidden

from qa.corpus.folder import MAX_FILE_BYTES
from qa.corpus.uploads import Outcome, Stored, Uploads
from qa.errors import Conflict, DocumentNotFound, NotStored, TooLarge


def test_a_file_is_added_under_its_safe_name(uploads, corpus):
    """The folder is made where it is not there, and holds the bytes that were sent, and nothing hidden beside them."""
    assert add(uploads, "../../etc/My notes.TXT") == Stored("My-notes.txt", Outcome.ADDED)
    assert files(corpus) == {"My-notes.txt": OLD}
    assert hidden(corpus) == set()


def test_the_same_file_twice_changes_nothing(uploads, corpus):
    """Sent again, the same bytes under the same name are what is there already."""
    add(uploads)
    before = (corpus / "a.txt").stat()
    assert add(uploads) == Stored("a.txt", Outcome.UNCHANGED)
    assert (corpus / "a.txt").stat() == before


def test_another_file_of_the_same_name_is_a_conflict(uploads, corpus):
    """Nothing is overwritten in silence: the error says how to replace."""
    add(uploads)
    with pytest.raises(Conflict, match=re.escape("called a.txt; rename the file, or send it with replace=true")):
        add(uploads, content=NEW)
    assert files(corpus) == {"a.txt": OLD}
    assert hidden(corpus) == set()


def test_a_replaced_file_can_be_brought_back(uploads, corpus):
    """With leave, a file takes the place of another, which is kept aside."""
    add(uploads)
    assert add(uploads, content=NEW, replace=True) == Stored("a.txt", Outcome.REPLACED)
    assert files(corpus) == {"a.txt": NEW}
    with pytest.raises(Conflict, match=r"another document is called a\.txt"):
        uploads.restore("a.txt")
    (corpus / "a.txt").unlink()
    uploads.restore("a.txt")
    assert files(corpus) == {"a.txt": OLD}


def test_delete_and_undo(uploads, corpus):
    """A deleted file is gone from what is indexed, and undone it is back, byte for byte; also in a folder."""
    (corpus / "2006").mkdir(parents=True)
    (corpus / "2006" / "a.txt").write_bytes(OLD)
    add(uploads)
    for name in ("2006/a.txt", "a.txt"):
        uploads.delete(name)
    assert files(corpus) == {}
    (corpus / "2006").rmdir()
    for name in ("2006/a.txt", "a.txt"):
        uploads.restore(name)
    assert files(corpus) == {"2006/a.txt": OLD, "a.txt": OLD}
    with pytest.raises(DocumentNotFound, match="no deleted document"):
        uploads.restore("a.txt")


def test_undo_brings_back_the_last_version(uploads, corpus):
    """Of a file that was deleted more than once, undo brings back what was deleted last."""
    add(uploads)
    uploads.delete("a.txt")
    add(uploads, content=NEW)
    uploads.delete("a.txt")
    uploads.restore("a.txt")
    assert files(corpus) == {"a.txt": NEW}


@pytest.mark.parametrize(
    "name",
    ["b.txt", "", ".", "..", "../secret.txt", "/etc/passwd", ".unindexed", ".deleted", "folder", "a.txt/", "./a.txt",
     "folder/../a.txt", "a.txt\x00", "\udc80", "x" * 5000, "index/CURRENT", "../corpus/a.txt"],
)  # fmt: skip
def test_only_files_of_the_corpus_can_be_deleted(tmp_path, name):
    """What is no visible file of the corpus, by exactly its id, is not found; nothing outside is touched."""
    corpus = tmp_path / "corpus"
    uploads = Uploads(corpus, corpus / "index", 0)
    add(uploads)
    (corpus / "folder").mkdir()
    (corpus / "index").mkdir()
    for path in (corpus / "index" / "CURRENT", tmp_path / "secret.txt"):
        path.write_bytes(OLD)
    for change in (uploads.delete, uploads.restore):
        with pytest.raises(DocumentNotFound, match=r"no (deleted )?document"):
            change(name)
    assert (tmp_path / "secret.txt").exists()
    assert (corpus / "index" / "CURRENT").exists()
    assert files(corpus)["a.txt"] == OLD


def test_a_line_of_a_file_cannot_be_deleted(uploads, corpus):
    """A document of a JSON Lines file goes only with its file, and the error says so."""
    add(uploads, "all.jsonl", json.dumps({"id": "one", "text": "Text."}).encode())
    with pytest.raises(Conflict, match=re.escape("one of those in all.jsonl; delete or replace that file")):
        uploads.delete("all.jsonl/one")


@pytest.mark.parametrize("where", ["outside", "inside", "nowhere"])
def test_links_are_never_followed(uploads, corpus, tmp_path, where):
    """A link that has the name of an upload is neither written through nor replaced nor deleted."""
    add(uploads, "b.txt")
    target = {"outside": tmp_path / "secret.txt", "inside": corpus / "b.txt", "nowhere": tmp_path / "none"}[where]
    if where == "outside":
        target.write_bytes(b"secret")
    (corpus / "a.txt").symlink_to(target)
    for replace in (False, True):
        with pytest.raises(Conflict, match=r"a\.txt is a link or a folder"):
            add(uploads, content=NEW, replace=replace)
    with pytest.raises(Conflict, match="this is a link"):
        uploads.delete("a.txt")
    assert (corpus / "a.txt").is_symlink()
    assert (corpus / "b.txt").read_bytes() == OLD
    if where == "outside":
        assert target.read_bytes() == b"secret"


def test_what_is_deleted_never_leaves_through_a_link(uploads, corpus, tmp_path):
    """Where the hidden folder, or a document's folder, has become a link, nothing is moved through it."""
    (corpus / "2006").mkdir(parents=True)
    (corpus / "2006" / "a.txt").write_bytes(OLD)
    uploads.delete("2006/a.txt")
    (corpus / "2006").rmdir()
    (corpus / "2006").symlink_to(tmp_path)
    with pytest.raises(Conflict, match="is a link by now"):
        uploads.restore("2006/a.txt")
    assert not (tmp_path / "a.txt").exists()
    (corpus / "2006").unlink()
    (corpus / "2006").mkdir()
    (corpus / "2006" / "deep").mkdir()
    (corpus / "2006" / "deep" / "b.txt").write_bytes(OLD)
    uploads.delete("2006/deep/b.txt")
    (corpus / "2006" / "deep").rmdir()
    (corpus / "2006").rmdir()
    (corpus / "2006").symlink_to(tmp_path)
    with pytest.raises(Conflict, match="is a link by now"):
        uploads.restore("2006/deep/b.txt")
    assert not (tmp_path / "deep").exists(), "a folder was made outside"
    (corpus / "2006").unlink()
    (corpus / "2006").write_bytes(b"a file where the folder was")
    for name in ("2006/a.txt", "2006/deep/b.txt"):
        with pytest.raises(Conflict, match="is a file by now"):
            uploads.restore(name)
    add(uploads)
    (corpus / ".deleted").rename(tmp_path / "moved")
    (corpus / ".deleted").symlink_to(tmp_path / "moved")
    with pytest.raises(Conflict, match="is a link; remove it"):
        uploads.delete("a.txt")
    assert (corpus / "a.txt").read_bytes() == OLD


@pytest.mark.parametrize(
    ("free_bytes", "content", "error", "says"),
    [
        (0, OLD * (MAX_FILE_BYTES // len(OLD) + 1), TooLarge, f"at most {MAX_FILE_BYTES} are taken; split it"),
        (2**60, OLD, NotStored, "MB free, and [0-9]+ MB must stay so"),
    ],
    ids=["large file", "full disk"],
)
def test_limits(uploads, corpus, free_bytes, content, error, says):
    """Each limit has its error, which says how much is there and what to do; nothing is written."""
    add(uploads)
    with pytest.raises(error, match=says):
        add(Uploads(corpus, corpus.parent / "index", free_bytes), "b.txt", content)
    assert files(corpus) == {"a.txt": OLD}
    assert hidden(corpus) == set()


def test_purging_gives_everything_back(uploads, corpus):
    """What was deleted or replaced is gone at once, and what stands in the folder stays."""
    add(uploads)
    add(uploads, content=NEW, replace=True)
    add(uploads, "b.txt")
    uploads.delete("b.txt")
    assert uploads.purge() == 2
    assert files(corpus) == {"a.txt": NEW}
    assert list((corpus / ".deleted").glob("*")) == []
    with pytest.raises(DocumentNotFound):
        uploads.restore("b.txt")
