"""Files that are no articles are left out in silence."""

import pytest

from qa.corpus.folder import list_files
from qa.corpus.ignored import MAX_IGNORE_BYTES, is_system_file
from qa.errors import CorpusError


@pytest.mark.parametrize("name", ["~$report.docx", ".~lock.report.odt#", "Thumbs.db", "THUMBS.DB", "desktop.ini"])
def test_system_files(tmp_path, name):
    """What systems and office programs put into folders is no article, and no error either."""
    (tmp_path / name).touch()
    (tmp_path / "report.md").touch()
    assert list_files(tmp_path) == ["report.md"]


@pytest.mark.parametrize("name", ["thumbs.md", "~report.docx", "desktop.ini.txt", "$5.txt"])
def test_articles_with_names_like_system_files(name):
    """A name that only resembles one of the system's is an article's."""
    assert not is_system_file(name)


def test_patterns(tmp_path):
    """``.qaignore`` holds patterns as ``.gitignore`` does: folders, suffixes, exceptions and comments."""
    for name in ("a.md", "b.log", "kept.log", "drafts/c.md", "2006/drafts/d.md", "2006/e.md", "__MACOSX/f.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list_files(tmp_path) == ["2006/drafts/d.md", "2006/e.md", "a.md", "b.log", "drafts/c.md", "kept.log"]
    (tmp_path / ".qaignore").write_text("\ufeff# drafts\n/drafts/\n*.log\n!kept.log\n", "utf-8")
    assert list_files(tmp_path) == ["2006/drafts/d.md", "2006/e.md", "a.md", "kept.log"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe", "holds a line that is no pattern"), (b"a\n" * MAX_IGNORE_BYTES, "is larger than 64 KB")],
)
def test_bad_patterns_are_refused(tmp_path, content, message):
    """Patterns that cannot be read would let through what was to be left out: the build ends."""
    (tmp_path / ".qaignore").write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        list_files(tmp_path)


def test_a_linked_pattern_file_is_not_followed(tmp_path):
    """A link could make a build read, and report, lines of a file outside the corpus."""
    (tmp_path / "outside").write_text("*\n")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").touch()
    (corpus / ".qaignore").symlink_to(tmp_path / "outside")
    assert list_files(corpus) == ["a.md"]
