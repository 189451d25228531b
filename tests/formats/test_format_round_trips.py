"""What stands in a document of each format is what the reader gives, with its headings and what it says of itself."""

import honest
import pytest

from qa.readers import read
from qa.types import Document

FORMATS = {
    "a.md": honest.markdown,
    "a.html": honest.html,
    "plain.html": lambda: honest.html(furniture=False),
    "a.docx": honest.word,
    "a.epub": honest.epub,
    "a.pdf": honest.pdf,
}
WITHOUT_EMOJI = {"a.pdf"}  # the fonts that every PDF reader has hold none


def only(name: str, content: bytes) -> Document:
    (document,) = read(name, content)
    assert isinstance(document, Document)
    return document


@pytest.fixture(scope="module", params=FORMATS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def document(name):
    return only(name, FORMATS[name]())


def test_every_sentence_is_there_once(document, name):
    """Every paragraph and list item of the article is a block of the text, word for word, exactly once."""
    blocks = [block.removeprefix("• ") for block in document.text.split("\n\n")]
    wanted = [s for s in honest.SENTENCES if not (s == honest.EMOJI and name in WITHOUT_EMOJI)]
    assert [sentence for sentence in wanted if blocks.count(sentence) != 1] == []


def test_blocks_keep_their_order(document):
    """The text has the order of the document."""
    places = [document.text.index(words) for words in (honest.FIRST, honest.BUILT, honest.CJK, honest.LAST)]
    assert places == sorted(places)


def test_headings_are_spans_of_the_text(document):
    """The headings are found, and their spans cut exactly them out of the text."""
    assert tuple(document.text[h.start : h.end] for h in document.headings) == honest.HEADINGS


def test_rows_of_tables_are_blocks(document, name):
    """A table's row is a block with a bar between its cells."""
    if name == "a.pdf":
        pytest.skip("a PDF does not say what a table is")
    blocks = document.text.split("\n\n")
    assert [" | ".join(row) for row in honest.ROWS if " | ".join(row) not in blocks] == []


def test_notes_are_kept_and_their_marks_are_not(document):
    """A note is a block of the text; the mark that points to it does not stick to the sentence."""
    assert honest.NOTE in document.text.split("\n\n")
    assert f"{honest.FIRST}\n" in document.text


def test_metadata_comes_from_the_format_itself(document, name):
    """Title and author are what the file says of itself; the date where the format has one of publication."""
    assert (document.title, document.author) == (honest.TITLE, honest.AUTHOR)
    if name in ("a.md", "a.html", "plain.html", "a.epub"):
        assert (document.published, document.language) == (honest.DATE, "en")


def test_nothing_around_the_article_is_indexed(document):
    """Scripts, navigation, footers, running heads, page numbers and tables of contents leave no trace."""
    for words in ("script words", "Home", "About this site", "ten other", "Copyright", "Quarterly", "Contents of the"):
        assert words not in document.text
    assert not [block for block in document.text.split("\n\n") if block.isdigit()]


def test_the_same_bytes_give_the_same_document(name, document):
    """Reading is a function of the bytes."""
    assert only(name, FORMATS[name]()) == document


def test_html_front_matter_wins():
    """Front matter before a page wins over what the page's markup says."""
    page = b"---\ntitle: Other\nauthor: [Bo, Cy]\nlang: de\n---\n" + honest.html()
    document = only("a.html", page)
    assert (document.title, document.author, document.language) == ("Other", "Bo, Cy", "de")
    assert document.published == honest.DATE


def test_epub_says_publisher_and_subjects():
    """Publisher and subjects of a book are its publisher and tags."""
    document = only("a.epub", honest.epub())
    assert (document.publisher, document.tags) == ("Border Press", ("bridges", "history"))


def test_docx_language():
    """The language of a DOCX file is its core property."""
    assert only("a.docx", honest.word()).language == "en-GB"


def test_plain_text_is_untouched():
    """Plain text is the file, character by character."""
    assert only("a.txt", honest.plain()).text == honest.plain().decode()


def test_jsonl_gives_a_document_a_line():
    """Each line of JSON Lines is a document, with an id below the file's and its text character by character."""
    first, second = read("folder/a.jsonl", honest.jsonl())
    assert (first.id, second.id) == ("folder/a.jsonl/bridge", "folder/a.jsonl/mill")
    assert first.text == "\n\n".join(honest.SENTENCES)
    assert (first.title, first.author, first.published) == (honest.TITLE, honest.AUTHOR, honest.DATE)
    assert (first.tags, first.url) == (("a", "b"), "https://example.org/bridge")
