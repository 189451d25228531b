"""Corrections beside a file: over what its format says, below its front matter, and never a document."""

import io

import pytest

from qa.corpus.sidecars import MAX_BYTES, Corrections, Sidecars
from qa.corpus.uploads import Uploads
from qa.errors import Conflict, DocumentNotFound, UnreadableFile
from qa.readers import read
from qa.types import Document, PublishedFrom

SIDECAR = b"title: The ferries\ndate: 1911-05\nauthor: ''\ntags: [ships, Ystad]\n"


@pytest.fixture
def uploads(tmp_path):
    uploads = Uploads(tmp_path / "corpus", tmp_path / "index", 0)
    uploads.add("ferry.md", io.BytesIO(b"# Ferry\n\nBy Ada Lind\n\nIt left at noon."))
    return uploads


def test_corrections_stand_over_what_the_file_says_of_itself():
    """Title, date and tags are the sidecar's, an empty field empties, and the date says what it was taken from."""
    [document] = read("ferry.md", b"# Ferry\n\nBy Ada Lind\n\n3 May 1912\n\nIt left at noon.")
    assert (document.title, document.author, document.published) == ("Ferry", "Ada Lind", "1912-05-03")
    corrected = Corrections.parse(SIDECAR).over("ferry.md", document)
    assert (corrected.title, corrected.author, corrected.published) == ("The ferries", None, "1911-05")
    assert (corrected.tags, corrected.published_from) == (("ships", "Ystad"), PublishedFrom.SIDECAR)
    assert corrected.text == document.text


def test_front_matter_stands_above_corrections():
    """A field that the file's front matter gives stays; the others are corrected."""
    [document] = read("ferry.md", b"---\ntitle: Noon\npublished: 1910\n---\n\nIt left at noon.")
    corrected = Corrections.parse(SIDECAR).over("ferry.md", document)
    assert (corrected.title, corrected.published) == ("Noon", "1910")
    assert corrected.published_from is PublishedFrom.FRONT_MATTER
    assert corrected.tags == ("ships", "Ystad")


def test_a_title_is_that_of_the_file_alone():
    """The documents in a file of many keep their titles, and take its other corrections."""
    line = Document("log.jsonl/7", "Voyage 7", "It sailed.")
    corrected = Corrections.parse(SIDECAR).over("log.jsonl", line)
    assert (corrected.title, corrected.published) == ("Voyage 7", "1911-05")


def test_what_is_written_is_what_is_read():
    """Every field, the emptied ones too, comes back from the file that is written."""
    corrections = Corrections.of({"title": "2011: a year", "published": "2006", "tags": ["a", "ж"], "author": None})
    again = Corrections.parse(corrections.dump())
    assert (again.given, again.cleared) == (corrections.given, corrections.cleared)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"published: soon", "published must be a date"),
        (b"[a, b]", "holds no fields"),
        (b"a: [", "not valid YAML"),
        (b"\xff\xfe", "not valid YAML"),
        (b"a" * (MAX_BYTES + 1), "64 KB at most"),
    ],
)
def test_faults_are_told(content, message):
    """What is no sidecar says why."""
    with pytest.raises(UnreadableFile, match=message):
        Corrections.parse(content)


def test_sidecars_are_no_documents(tmp_path):
    """They are taken out of the list; one that cannot be read, and one whose file is gone, are reported."""
    (tmp_path / "b.md.meta.yaml").write_bytes(b"published: soon")
    names = ["a.md", "a.md.meta.yaml", "b.md", "b.md.meta.yaml", "c.md.meta.yaml"]
    (tmp_path / "a.md.meta.yaml").write_bytes(SIDECAR)
    sidecars = Sidecars(tmp_path, names)
    assert sidecars.files == ["a.md", "b.md"]
    assert (sidecars.of("a.md").given.title, sidecars.of("b.md").sha256) == ("The ferries", "")
    assert [(fault.document_id, fault.reason[:30]) for fault in sidecars.faults] == [
        ("b.md.meta.yaml", "published must be a date such "),
        ("c.md.meta.yaml", "it corrects c.md, which is not"),
    ]


def test_a_sidecar_goes_and_comes_back_with_its_file(uploads, tmp_path):
    """Deleting a file takes its corrections along, and undoing that brings both back."""
    corrections = Corrections.parse(SIDECAR)
    uploads.correct("ferry.md", corrections)
    assert uploads.corrections("ferry.md").values == corrections.values
    sidecar = tmp_path / "corpus" / "ferry.md.meta.yaml"
    uploads.delete("ferry.md")
    assert not sidecar.exists()
    uploads.restore("ferry.md")
    assert Corrections.parse(sidecar.read_bytes()).values == corrections.values
    uploads.correct("ferry.md", Corrections())
    assert not sidecar.exists()


def test_only_files_of_the_corpus_are_corrected(uploads, tmp_path):
    """No sidecar is written for what is not there, for a line of a file, or through a link."""
    with pytest.raises(DocumentNotFound, match="no document has this id"):
        uploads.correct("../other.md", Corrections.parse(SIDECAR))
    (tmp_path / "corpus" / "link.md").symlink_to("ferry.md")
    with pytest.raises(Conflict, match="this is a link"):
        uploads.correct("link.md", Corrections.parse(SIDECAR))
    assert not list((tmp_path / "corpus").rglob("*.meta.yaml"))
