"""Zip files: articles in them are documents, and nothing in them does harm."""

import io
import zipfile

import pytest

from qa.errors import UnreadableFile
from qa.readers import read
from qa.readers.zipped import MAX_ARTICLES
from qa.types import Document, Unreadable


def packed(*files):
    """A zip of names and contents, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def test_articles_are_documents():
    """Each article has an id below the zip's; system files and other formats are passed over, bad files reported."""
    content = packed(
        ("2006/a b.md", "# Mill\n\nIt burnt."), ("2006/empty.txt", ""), ("__MACOSX/._a.md", "x"), ("~$c.docx", "x"),
        (".hidden/d.md", "x"), ("photo.png", "x"), ("inner.zip", packed(("deep.md", "Words."))),
    )  # fmt: skip
    document, unreadable = read("x/all.zip", content)
    assert isinstance(document, Document)
    assert (document.id, document.title) == ("x/all.zip/2006-a-b.md", "Mill")
    assert unreadable == Unreadable("x/all.zip/2006-empty.txt", "the file is empty")


def test_ids_are_safe_and_apart():
    """Names that lead out of the folder do not, and equal ones are told apart."""
    readings = read("a.zip", packed(("../../etc/b.md", "One."), ("etc/b.md", "Two."), ("etc-b.md", "Three.")))
    assert [reading.id for reading in readings] == ["a.zip/etc-b.md", "a.zip/2-etc-b.md", "a.zip/3-etc-b.md"]


def test_without_articles():
    """A zip of pictures holds no words."""
    with pytest.raises(UnreadableFile, match="the file holds no words"):
        read("a.zip", packed(("photo.png", "x")))


def test_too_many_articles():
    """The number of articles is bounded before any is read."""
    with pytest.raises(UnreadableFile, match=f"at most {MAX_ARTICLES} are read; unpack it"):
        read("a.zip", packed(*((f"{number}.md", "x") for number in range(MAX_ARTICLES + 1))))


def test_a_bomb_is_not_unpacked():
    """What unpacks to more than the limit is refused by what it declares."""
    with pytest.raises(UnreadableFile, match="unpacks to 300 MB"):
        read("a.zip", packed(*((f"{number}.txt", b"\0" * 30 * 2**20) for number in range(10))))
