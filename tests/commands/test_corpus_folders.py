"""Names, links and folders of a corpus: what is read, and what is refused in one line."""

import os

import pytest

from qa.cli import main
from qa.index import snapshot as snapshots

pytestmark = pytest.mark.usefixtures("shared_model")


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


def test_an_empty_corpus(corpus, capsys):
    """Nothing to index: the message says where to put articles, and the status is 4."""
    (corpus / "plane.txt").unlink()
    assert main(["index"]) == 4
    assert f"qa: no article in {corpus}; put files there (.txt, .md, " in capsys.readouterr().err
    assert main(["ask", "When did the plane leave?"]) == 0
    assert "there are no documents yet" in capsys.readouterr().out


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


def test_an_index_that_cannot_be_written(corpus, tmp_path, capsys):
    """Where the index cannot be made, one line says why."""
    (tmp_path / "file").touch()
    assert main(["index", "--index", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"qa: File exists: {tmp_path / 'file'}"
