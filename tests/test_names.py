"""Whatever a client calls a file, it gets a name that is one visible component inside the corpus folder."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.corpus.file_names import MAX_NAME_BYTES, safe_name
from qa.errors import NameRefused
from qa.readers import READERS


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("notes.md", "notes.md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/etc/shadow.txt", "shadow.txt"),
        ("C:\\Users\\ada\\Letter.PDF", "Letter.pdf"),
        ("..\\..\\evil.md", "evil.md"),
        ("a\x00b.md", "a-b.md"),
        ("a\nb\r.md", "a-b.md"),
        ("invoice\u202efdp.md", "invoice-fdp.md"),
        ("\u2066hidden\u2069.md", "hidden.md"),
        ("notes.md\u202e", "notes.md"),
        ("CON.md", "document-CON.md"),
        ("con.backup.md", "document-con.backup.md"),
        ("Lpt1.txt", "document-Lpt1.txt"),
        ("console.md", "console.md"),
        ("con_.md", "document-con.md"),
        ("aux-_-.md", "document-aux.md"),
        (".hidden.md", "hidden.md"),
        ("...md", "document.md"),
        (".md", "document.md"),
        ("-rf.md", "rf.md"),
        ("???.md", "document.md"),
        ("trailing . .md", "trailing.md"),
        ("My article (final).md", "My-article-final.md"),
        ("长城.md", "长城.md"),
        ("cafe\u0301.md", "caf\u00e9.md"),
        ("\ud800x.md", "x.md"),
        ("👩‍🚀.md", "document.md"),
    ],
)
def test_examples(given_name, kept):
    """Each way out of the folder, or into confusion, ends as a plain name."""
    assert safe_name(given_name) == kept


def test_a_long_name_is_cut_between_characters():
    """300 characters, also of three bytes each, give a name that every file system takes."""
    assert safe_name("a" * 300 + ".md") == "a" * (MAX_NAME_BYTES - 3) + ".md"
    assert safe_name("长" * 300 + ".md") == "长" * ((MAX_NAME_BYTES - 3) // 3) + ".md"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("passwd", "(none)"), ("../../etc/passwd", "(none)"), ("", "(none)"), ("a.exe", ".exe"), ("md", "(none)"),
     ("a.md/", "(none)"), ("photo.md\u202egpj.exe", ".exe"), ("a." + "x" * 300, "(none)")],
)  # fmt: skip
def test_a_wrong_or_missing_suffix_is_named(name, shown):
    """What no reader reads is refused, with the suffix and those that are supported."""
    with pytest.raises(NameRefused, match=re.escape(f"the suffix {shown!r} is not supported; supported: .txt, .md")):
        safe_name(name)


@given(stem=st.text(st.characters(), max_size=200), suffix=st.sampled_from([*READERS, ".MD", ".Txt"]))
def test_any_name_becomes_safe(stem, suffix):
    """One component, not hidden, short, of letters and digits, with the suffix it had; a safe name stays as it is."""
    name = safe_name(stem + suffix)
    assert re.fullmatch(r"[^\W_][\w.\-]*", name) or unicodedata.category(name[0]).startswith(("L", "N"))
    assert name.endswith(suffix.lower())
    assert len(name.encode("utf-8")) <= MAX_NAME_BYTES
    assert {unicodedata.category(character)[0] for character in name} <= {"L", "M", "N", "P"}
    assert {character for character in name if unicodedata.category(character)[0] == "P"} <= {".", "-", "_"}
    assert safe_name(name) == name
