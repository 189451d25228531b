"""PDF: lines become the paragraphs that were set, each on its page, and nothing that is not painted."""

import honest
import pytest
from hostile_papers import page, pdf, scanned, stream
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reportlab.lib.colors import black, white

from qa.readers import read
from qa.readers.scanned import Scanned
from qa.types import Document, Unreadable

LONG = (
    "The office of the harbour master stood on the quay until the great storm. After that it was moved to the hill, "
    "where it could be seen by every ship that came in, and where the flag told the pilots how deep the water was. "
    "Nobody remembers when the flag was given up."
)
OTHER = (
    "The pilots kept their own book. It lists every wreck from 1790 to 1854, with the names of those who were saved."
)


def only(content: bytes) -> Document:
    document = read("a.pdf", content)[0]
    assert isinstance(document, Document)
    return document


def blocks(content: bytes) -> list[str]:
    return only(content).text.split("\n\n")


def test_lines_join_to_paragraphs():
    """A paragraph set over several lines is one block, and two paragraphs are two."""
    paper = honest.Paper()
    paper.write(LONG)
    paper.write(OTHER)
    assert blocks(paper.content()) == [LONG, OTHER]


def test_paragraphs_without_space_between_are_told_by_their_indent():
    """An indented first line begins a paragraph."""
    paper = honest.Paper()
    full = (
        "The harbour was full of ships that year and so was every other one on the coast as far as anybody knew then."
    )
    paper.write("\u2003\u2003" + full, gap=0)
    first = len(paper.lines(full, "Times-Roman", 10))
    assert first > 1
    paper.left += 14
    paper.canvas.setFont("Times-Roman", 10)
    paper.canvas.drawString(paper.left, paper.y, "The next paragraph begins here and goes on")
    paper.left -= 14
    paper.y -= 12
    paper.write("over a second line of words.")
    assert blocks(paper.content())[-1] == "The next paragraph begins here and goes on over a second line of words."


def test_a_paragraph_goes_on_over_pages():
    """A paragraph that a page's end divides is one block; its offsets tell both pages."""
    paper = honest.Paper(head="The Pilot's Book")
    paper.y = 80
    paper.write(LONG)
    document = only(paper.content())
    assert document.text == LONG
    assert document.page_at(0) == 1
    assert document.page_at(len(LONG) - 1) == 2
    second = document.pages[1]
    assert paper.lines(LONG, "Times-Roman", 10)[2].startswith(LONG[second : second + 20])


def test_columns_are_read_one_after_the_other():
    """Two columns are not read across, and a paragraph goes on from one to the next."""
    paper = honest.Paper()
    paper.width = 150
    lines = paper.lines(f"{LONG} {LONG}", "Times-Roman", 10)
    half = len(lines) // 2
    for column, part in enumerate((lines[:half], lines[half:])):
        paper.left, paper.y = 50 + column * 180, paper.top
        for line in part:
            paper.canvas.setFont("Times-Roman", 10)
            paper.canvas.drawString(paper.left, paper.y, line)
            paper.y -= 12
    assert blocks(paper.content()) == [f"{LONG} {LONG}"]


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["The governor of the prov-", "ince came."], "The governor of the province came."),
        (["A well-known man is a well-", "known man."], "A well-known man is a well-known man."),
        (["It was made by Smith-", "Jones and Company."], "It was made by Smith-Jones and Company."),
        (["The years from 1914-", "1918 were hard."], "The years from 1914-1918 were hard."),
        (
            ["A man is well known, and a well-", "known man is rare."],
            "A man is well known, and a well-known man is rare.",
        ),
        (["It was done together, not to-", "day."], "It was done together, not today."),
        (["No hyphen at the end", "of this line."], "No hyphen at the end of this line."),
    ],
)
def test_divided_words_are_put_together(lines, joined):
    """A hyphen that only a line's end put into a word goes; one that belongs to the word stays."""
    paper = honest.Paper()
    for line in lines:
        paper.canvas.setFont("Times-Roman", 10)
        paper.canvas.drawString(50, paper.y, line)
        paper.y -= 12
    assert blocks(paper.content()) == [joined]


def test_a_document_that_divides_no_words_keeps_its_hyphens():
    """Where hardly a line ends in a hyphen, one that does belongs to its word."""
    paper = honest.Paper()
    paper.write(" ".join([LONG, OTHER] * 8))
    for line in ("The harbour was run by a self-", "made man."):
        paper.canvas.setFont("Times-Roman", 10)
        paper.canvas.drawString(50, paper.y, line)
        paper.y -= 12
    assert blocks(paper.content())[-1] == "The harbour was run by a self-made man."


def test_running_heads_and_page_numbers_go_and_chapter_titles_stay():
    """What stands on the edge of many pages is no text; a large title at a page's top is, however alike it is."""
    paper = honest.Paper(head="Pilots of the North 1854")
    for number in range(1, 6):
        paper.write(f"Chapter {number}", "Helvetica-Bold", 16)
        paper.write(f"{OTHER} This was number {number}.")
        paper.new_page()
    document = only(paper.content())
    assert "Pilots of the North" not in document.text
    assert [document.text[h.start : h.end] for h in document.headings] == [f"Chapter {n}" for n in range(1, 6)]
    assert not [block for block in document.text.split("\n\n") if block.isdigit()]


def test_pages_begin_where_their_words_do():
    """Each page's first word is on that page, and the character before it on the one before; empty pages count."""
    paper = honest.Paper()
    for number in (1, 2, 4):
        while paper.page < number:
            paper.new_page()
        paper.write(f"Page {number} speaks of the harbour at length.")
    document = only(paper.content())
    for number in (1, 2, 4):
        start = document.text.index(f"Page {number} speaks")
        assert document.page_at(start) == number
    assert len(document.pages) == 4


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None)
def test_every_sentence_knows_its_page(counts):
    """However many sentences stand on a page, each is found on the page on which it was set."""
    paper = honest.Paper()
    placed: dict[str, int] = {}
    for number, count in enumerate(counts, start=1):
        for index in range(count):
            sentence = f"Sentence {index} of sheet {number} stands alone."
            paper.write(sentence)
            placed[sentence] = number
        if number < len(counts):
            paper.new_page()
    assume(placed)
    document = only(paper.content())
    assert {sentence: document.page_at(document.text.index(sentence)) for sentence in placed} == placed


def test_white_words_on_a_dark_ground_are_seen():
    """White text is hidden on bare paper and displayed on a filled box."""
    paper = honest.Paper()
    paper.write(OTHER)
    paper.canvas.setFillColor(black)
    paper.canvas.rect(40, 300, 300, 60, fill=1)
    paper.canvas.setFillColor(white)
    paper.canvas.drawString(50, 320, "White on black is seen.")
    paper.canvas.drawString(50, 200, "White on white is not.")
    text = only(paper.content()).text
    assert "White on black is seen." in text
    assert "White on white" not in text


def test_pictures_among_pages_are_reported_and_the_rest_is_read():
    """Where many pages are scans without words, they are named; the others are indexed."""
    paper = honest.Paper()
    for number in range(8):
        if number in (2, 3, 5):
            paper.picture()
        else:
            paper.write(f"{number}. {LONG}")
        paper.new_page()
    document, report = read("a.pdf", paper.content())
    assert isinstance(document, Document)
    assert isinstance(report, Unreadable)
    assert report.reason.startswith("pages 3, 4, 6 are pictures without words; recognise the text (OCR)")


def test_one_picture_is_no_news():
    """A cover or a plate among pages of text is no report, though its words may be recognised."""
    paper = honest.Paper()
    paper.picture()
    paper.new_page()
    paper.write(LONG)
    assert read("a.pdf", paper.content())[1:] == [Scanned("a.pdf", "", (0,))]


@pytest.mark.parametrize("text", ["", "Downloaded from the library on 3 May."])
def test_scans_are_refused_with_what_to_do(text):
    """A document of pictures, with or without a stamp on each, is never indexed as its stamp."""
    [report] = read("a.pdf", scanned(text))
    assert isinstance(report, Scanned)
    assert report.reason.startswith("3 of 3 pages are pictures without words; recognise")
    assert report.pages == (0, 1, 2)


def test_recognised_words_under_a_scan_are_read():
    """The invisible words that OCR puts under the picture of a page are the page's text."""
    assert LONG in only(scanned(LONG, mode=3)).text


def test_a_damaged_page_is_reported_and_the_rest_is_read():
    """One page that cannot be opened is named; the others are indexed."""
    objects = page(stream(b"BT /F 12 Tf 50 700 Td (These words are on the sound page.) Tj ET"))
    objects[2] = "<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>"
    document, report = read("a.pdf", pdf(objects | {9: "(no page)"}))
    assert document.text == "These words are on the sound page."
    assert report == Unreadable("a.pdf", "page 2 is damaged; get the file again from its source")


@pytest.mark.parametrize("title", ["Microsoft Word - draft.docx", "untitled", "bridge.pdf", None, ""])
def test_titles_that_software_gave_are_not_titles(title):
    """Where the document information has no title of an author's, the first heading is it."""
    paper = honest.Paper(title=title)
    paper.write("The Pilot's Book", "Helvetica-Bold", 18)
    paper.write(LONG)
    assert only(paper.content()).title == "The Pilot's Book"


def test_ligatures_are_letters():
    """A glyph for several letters gives the letters, so that words can be found."""
    objects = page(stream(b"BT /F 12 Tf 50 700 Td (of\001ce A) Tj ET"))
    mapping = b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <01> <FB01> endbfchar endcmap"
    objects[5] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    assert only(pdf(objects | {6: stream(mapping)})).text == "office A"


def test_the_date_of_a_file_is_no_date_of_publication():
    """When a PDF was made says nothing about when its words were published."""
    paper = honest.Paper()
    paper.write(LONG)
    content = paper.content()
    assert b"CreationDate" in content
    assert only(content).published is None
