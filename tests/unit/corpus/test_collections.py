"""Named sets of documents: kept whole on the disk, and put into a filter in the stead of their names."""

import pytest

from qa.corpus.collections import FILE, MAX_NAME, Collections
from qa.errors import ChangeRefused, CollectionNotFound, Conflict, QuestionError
from qa.types import Document, Filters


@pytest.fixture
def collections(tmp_path):
    return Collections(tmp_path / "corpus")


def test_members_are_kept_in_their_order_and_once(collections, tmp_path):
    """What is put is there for the next process too; adding keeps what was there, and taking out the last forgets."""
    collections.put("ships", ["b.md", "2006/", "b.md"])
    assert collections.add("ships", ["a.md", "2006/"]) == ("b.md", "2006/", "a.md")
    assert Collections(tmp_path / "corpus").all() == {"ships": ("b.md", "2006/", "a.md")}
    collections.take_out("ships", ["b.md", "2006/"])
    assert collections.all() == {"ships": ("a.md",)}
    collections.take_out("ships", ["a.md"])
    assert collections.all() == {}


def test_a_filter_admits_members_only(collections):
    """Documents, and what lies in and below folders, of any of the collections; ids beside them are admitted too."""
    collections.put("ships", ["b.md", "2006/"])
    collections.put("trains", ["c.md"])
    filters = collections.resolved(Filters(document_ids=("d.md",), collections=("ships", "trains")))
    admits = filters.predicate()
    ids = ["a.md", "b.md", "b.md.txt", "2006/x.md", "2006/y/z.md", "20065.md", "c.md", "d.md"]
    assert [name for name in ids if admits(Document(name, "", "x"))] == [
        "b.md", "2006/x.md", "2006/y/z.md", "c.md", "d.md",
    ]  # fmt: skip


def test_a_filter_that_is_not_resolved_admits_nothing():
    """Ignoring the names would let every document answer."""
    with pytest.raises(ValueError, match="is resolved by the corpus"):
        Filters(collections=("ships",)).admits(Document("a.md", "", "x"))


def test_unknown_names_are_refused(collections):
    """Neither asking nor forgetting passes over a name that is not there."""
    with pytest.raises(QuestionError, match="no collection of this name"):
        collections.resolved(Filters(collections=("ships",)))
    with pytest.raises(CollectionNotFound, match="no collection of this name"):
        collections.delete("ships")


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "\u202eevil", "x" * (MAX_NAME + 1)])
def test_names_are_one_short_line(collections, name):
    """A name can be shown anywhere as it is."""
    with pytest.raises(ChangeRefused, match="one line of at most 80 characters"):
        collections.put(name, ["a.md"])


def test_no_collection_is_empty(collections):
    """A filter by nothing would be one by everything."""
    with pytest.raises(ChangeRefused, match="one document or folder at least"):
        collections.put("ships", [])


@pytest.mark.parametrize("content", ["{", "[]", '{"ships": "a.md"}', '{"ships": [1]}', "null"])
def test_a_damaged_file_is_never_overwritten(collections, tmp_path, content):
    """What cannot be read stays as it is for its owner to mend; pages show no collections meanwhile."""
    (tmp_path / "corpus").mkdir()
    path = tmp_path / "corpus" / FILE
    path.write_text(content)
    with pytest.raises(Conflict, match="is damaged"):
        collections.put("trains", ["c.md"])
    assert path.read_text() == content
    assert collections.shown() == {}
