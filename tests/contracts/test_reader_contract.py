"""What every reader promises, over the registry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import UnreadableFile
from qa.readers import READERS, read
from qa.types import Document, Unreadable
from texts import characters, texts

LINES = "The first line.\n\nThe second line, with 漢字 and 👍🏽."
TEXT_SUFFIXES = [suffix for suffix in READERS if suffix in {".txt", ".md", ".markdown"}]

any_suffix = pytest.mark.parametrize("suffix", READERS)
text_suffix = pytest.mark.parametrize("suffix", TEXT_SUFFIXES)


def read_one(document_id, content):
    """The one document of a file that gives one."""
    (document,) = read(document_id, content)
    return document


def read_or_refuse(document_id, content):
    """The documents, or none and the reasons."""
    try:
        readings = read(document_id, content)
    except UnreadableFile as refusal:
        return [], str(refusal)
    documents = [reading for reading in readings if isinstance(reading, Document)]
    return documents, "; ".join(reading.reason for reading in readings if isinstance(reading, Unreadable))


@text_suffix
@pytest.mark.parametrize(
    "content",
    [
        LINES.encode(),
        b"\xef\xbb\xbf" + LINES.encode(),
        LINES.encode("utf-16"),
        b"\xfe\xff" + LINES.encode("utf-16-be"),
        LINES.encode("utf-32"),
        LINES.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "utf-32", "crlf"],
)
def test_encodings_give_the_same_words(suffix, content):
    """A file says the same in every encoding that a byte order mark names."""
    assert read_one(f"a{suffix}", content).text.split() == LINES.split()


@text_suffix
@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "He said: “the café in Zürich was closed — naïve, wasn’t it?” and left for Málaga."),
        ("cp1252", "L’été dernier, à l’hôtel où nous étions, le garçon disait « ça va » et c’était très drôle."),
        ("cp1252", "El niño pequeño comió piña. ¿Qué pasó después? ¡Ojalá mañana!"),
        ("cp1250", "Zażółć gęślą jaźń. W Szczebrzeszynie chrząszcz brzmi w trzcinie."),
        ("cp1251", "Съешь же ещё этих мягких французских булок, да выпей чаю. Он приехал вчера."),
        ("gb18030", "他于一九九〇年五月一日离开香港,前往美国旧金山。"),
    ],
)
def test_older_encodings_are_detected(suffix, encoding, words):
    """A file in an older encoding is read to the last accent and curly quote, or refused; never read wrongly."""
    assert read_one(f"a{suffix}", (words + "\n").encode(encoding) * 4).text.splitlines()[0] == words


@any_suffix
@pytest.mark.parametrize("content", [b"", b"   \n\t\r\n ", b"\0\0\0", b"\xff\xfea", b"---\ntitle: only\n---\n"])
def test_files_without_words_are_refused(suffix, content):
    """A file that holds no words is refused, never read as an empty document."""
    with pytest.raises(UnreadableFile, match=r"."):
        read(f"a{suffix}", content)


@any_suffix
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(suffix, content):
    """Whatever a file holds, the reader gives documents with words, or a reason; nothing else."""
    documents, reason = read_or_refuse(f"a{suffix}", content)
    assert documents or reason
    for document in documents:
        assert any(character.isalnum() for character in document.text)
        document.text.encode("utf-8")


@any_suffix
@given(text=texts)
def test_headings_and_fields_are_sound(suffix, text):
    """Headings are spans of the text, in order and apart; the title and the tags are single lines."""
    documents, _ = read_or_refuse(f"folder/a{suffix}", text.encode())
    for document in documents:
        assert document.id.startswith(f"folder/a{suffix}")
        assert document.title == " ".join(document.title.split())
        ends = 0
        for heading in document.headings:
            assert ends <= heading.start < heading.end <= len(document.text)
            assert document.text[heading.start : heading.end].strip()
            ends = heading.end


@given(text=st.text(characters, min_size=1).filter(lambda t: any(c.isalnum() for c in t) and not t.startswith("---")))
def test_plain_text_is_the_file_itself(text):
    """What a plain file holds, code point by code point and line end by line end, is the document's text."""
    documents, reason = read_or_refuse("a.txt", text.encode())
    if not documents:
        assert "control characters" in reason or "begins like" in reason
    for document in documents:
        assert document.text == text.removeprefix("\ufeff")


@pytest.mark.parametrize("suffix", ["", ".doc", ".exe", ".TXT.zip", ".tar.gz"])
def test_unknown_suffix_is_refused_by_name(suffix):
    """A suffix without a reader is refused; the reason names it and the supported ones."""
    with pytest.raises(UnreadableFile, match=r"not supported; supported: \.txt, \.md"):
        read(f"a{suffix}", b"words")


def test_suffix_in_capitals_is_known():
    """``A.TXT`` is read as ``a.txt`` is."""
    assert read_one("A.TXT", b"words").text == "words"
