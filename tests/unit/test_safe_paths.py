"""The names of an uploaded folder: each component safe, none that leads out of the corpus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.corpus.file_names import safe_path
from qa.errors import NameRefused


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("minutes/1900/a b.txt", "minutes/1900/a-b.txt"),
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("/srv/x.md", "srv/x.md"),
        ("a\\b\\c.md", "a/b/c.md"),
        (".git/x.txt", "git/x.txt"),
        ("con/aux/x.txt", "document-con/document-aux/x.txt"),
        ("x.txt", "x.txt"),
    ],
)
def test_folders_are_kept_under_safe_names(name, kept):
    """Each folder keeps its name as far as it is safe; what leads up or is hidden does not survive."""
    assert safe_path(name) == kept


@given(st.text(max_size=60))
def test_no_name_leads_out(folder):
    """Whatever a folder is called, no component is hidden, empty, or leads up."""
    try:
        parts = safe_path(f"{folder}/x.txt").split("/")
    except NameRefused:
        return
    assert all(part and not part.startswith(".") and part.isprintable() for part in parts)


def test_deep_folders_are_refused():
    """Nine folders are too deep."""
    with pytest.raises(NameRefused, match="9 folders deep, at most 8"):
        safe_path("a/" * 9 + "x.txt")
