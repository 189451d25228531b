"""What every reader promises, over the registry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saying import WRITTEN, file_saying

from qa.errors import UnreadableFile
from qa.readers import PICTURES, READERS, SAVED_AS, read
from qa.readers.checks import MAX_LINE, MAX_UNBROKEN
from qa.readers.dating import dated
from qa.readers.scanned import Scanned
from qa.types import Document, Unreadable
from texts import characters, texts

LINES = "The first line.\n\nThe second line, with 漢字 and 👍🏽."
WORDS = "The mill at Kelso ground oats until 1900."


any_suffix = pytest.mark.parametrize("suffix", [suffix for suffix in READERS if suffix not in PICTURES])
written_suffix = pytest.mark.parametrize("suffix", WRITTEN)


def read_or_refuse(document_id, content):
    """The readings, or none and the reason."""
    try:
        return read(document_id, content), None
    except UnreadableFile as refusal:
        return [], str(refusal)


def assert_sound(document, document_id):
    """The promise of a document, whatever it was read from."""
    assert document.id == document_id or document.id.startswith(f"{document_id}/")
    assert any(character.isalnum() for character in document.text)
    document.text.encode("utf-8")
    assert document.title == " ".join(document.title.split())
    assert len(document.title) <= MAX_LINE
    assert all(tag == " ".join(tag.split()) != "" for tag in document.tags)
    assert list(document.pages) == sorted(document.pages)
    assert not document.pages or (document.pages[0] == 0 and document.pages[-1] <= len(document.text))
    ends = 0
    for heading in document.headings:
        assert ends <= heading.start < heading.end <= len(document.text)
        assert document.text[heading.start : heading.end].strip()
        ends = heading.end


@any_suffix
def test_the_words_of_a_file_are_read(suffix):
    """A file gives documents with its own id or ids below it, each id once, and their texts hold its words."""
    readings = read(f"folder/a{suffix}", file_saying(suffix, WORDS))
    assert readings == list(map(dated, READERS[suffix](f"folder/a{suffix}", file_saying(suffix, WORDS))))
    assert len({document.id for document in readings}) == len(readings)
    for document in readings:
        assert_sound(document, f"folder/a{suffix}")
    assert any(WORDS in " ".join(document.text.split()) for document in readings)


@pytest.mark.parametrize("suffix", sorted(PICTURES))
def test_pictures_wait_to_be_recognised(suffix):
    """A picture says how many pages it has, and what is needed to read them."""
    [report] = read(f"folder/a{suffix}", file_saying(suffix, WORDS))
    assert isinstance(report, Scanned)
    assert (report.document_id, report.pages) == (f"folder/a{suffix}", (0,))
    assert "recognise the text (OCR)" in report.reason


@written_suffix
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_encodings_give_the_same_words(suffix, mark, encoding, line_end):
    """A file says the same in every encoding that a byte order mark names."""
    content = WRITTEN[suffix](LINES).replace("\n", line_end).encode(encoding)
    (document,) = read(f"a{suffix}", mark + content)
    assert document.text.split() == LINES.split()


@written_suffix
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
    (document,) = read(f"a{suffix}", WRITTEN[suffix]((words + "\n") * 4).encode(encoding))
    assert document.text.splitlines()[0] == words


@any_suffix
@pytest.mark.parametrize("content", [b"", b"   \n\t\r\n ", b"\0\0\0", b"\xff\xfea", b"---\ntitle: only\n---\n"])
def test_files_without_words_are_refused(suffix, content):
    """A file that holds no words is refused, never read as an empty document."""
    with pytest.raises(UnreadableFile, match=r"."):
        read(f"a{suffix}", content)


@any_suffix
def test_words_without_an_end_are_refused(suffix):
    """No document holds more than ``MAX_UNBROKEN`` code points without the end of a sentence or line."""
    assert read(f"a{suffix}", file_saying(suffix, "ab " * (MAX_UNBROKEN // 10)))
    with pytest.raises(UnreadableFile, match=r"characters stand without the end of a sentence"):
        read(f"a{suffix}", file_saying(suffix, "ab " * (MAX_UNBROKEN // 2)))


@written_suffix
def test_the_limit_of_unbroken_words_is_exact(suffix):
    """``MAX_UNBROKEN`` code points are read, one more is refused."""
    assert read(f"a{suffix}", file_saying(suffix, "a" * MAX_UNBROKEN))
    with pytest.raises(UnreadableFile, match=f"{MAX_UNBROKEN + 1} characters stand without the end"):
        read(f"a{suffix}", file_saying(suffix, "a" * (MAX_UNBROKEN + 1)))


@any_suffix
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(suffix, content):
    """Whatever a file holds, the reader gives documents with words, or reasons; nothing else."""
    readings, reason = read_or_refuse(f"a{suffix}", content)
    assert readings or reason
    for reading in readings:
        if isinstance(reading, Unreadable):
            assert reading.reason
        else:
            assert_sound(reading, f"a{suffix}")


@written_suffix
@given(text=texts)
def test_headings_and_fields_are_sound(suffix, text):
    """Headings are spans of the text, in order and apart; the title and the tags are single lines."""
    for content in (text, WRITTEN[suffix](text)):
        for reading in read_or_refuse(f"folder/a{suffix}", content.encode())[0]:
            if isinstance(reading, Document):
                assert_sound(reading, f"folder/a{suffix}")


@given(text=st.text(characters, min_size=1).filter(lambda t: any(c.isalnum() for c in t) and not t.startswith("---")))
def test_plain_text_is_the_file_itself(text):
    """What a plain file holds, code point by code point and line end by line end, is the document's text."""
    readings, reason = read_or_refuse("a.txt", text.encode())
    if not readings:
        assert "control characters" in reason
    else:
        assert [document.text for document in readings] == [text.removeprefix("\ufeff")]


@pytest.mark.parametrize(("suffix", "saved_as"), SAVED_AS.items())
def test_formats_with_a_way_out_are_refused_with_it(suffix, saved_as):
    """A file of a format that is not read, but whose program writes one that is, is refused with the advice."""
    assert saved_as in READERS
    with pytest.raises(UnreadableFile, match=f"files ending in {suffix} are not read; save it as {saved_as}"):
        read(f"report{suffix.upper()}", b"words")


@pytest.mark.parametrize("suffix", ["", ".exe", ".TXT.rar", ".tar.gz"])
def test_unknown_suffix_is_refused_by_name(suffix):
    """A suffix without a reader is refused; the reason names it and the supported ones."""
    with pytest.raises(UnreadableFile, match=r"not supported; supported: \.txt, \.md"):
        read(f"a{suffix}", b"words")


def test_suffix_in_capitals_is_known():
    """``A.TXT`` is read as ``a.txt`` is."""
    (document,) = read("A.TXT", b"words")
    assert document.text == "words"
