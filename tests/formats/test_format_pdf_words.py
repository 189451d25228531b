"""PDF: the words that were set, however their glyphs were put on the page."""

import honest
import pytest
from glyph_pdf import from_the_right, in_a_row, placed
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.readers import read
from qa.types import Document


def text_of(content: bytes) -> str:
    document = read("a.pdf", content)[0]
    assert isinstance(document, Document)
    return document.text


def drawn(*lines: list[tuple[str, float]]) -> bytes:
    """Words at places on lines of their own."""
    paper = honest.Paper()
    for line in lines:
        for words, left in line:
            paper.canvas.setFont("Times-Roman", 10)
            paper.canvas.drawString(left, paper.y, words)
        paper.y -= 12
    return paper.content()


@pytest.mark.parametrize("offset", [0.4, 0.8, 1.1, 1.4])
def test_letters_painted_twice_are_read_once(offset):
    """Fake bold and shadows paint each letter again a little aside; the words have it once, doubled letters twice."""
    words = "The committee of Ill Hill still calls Dorrit Hammel."
    paper = honest.Paper()
    paper.canvas.setFont("Helvetica", 11)
    x = 50.0
    for letter in words:
        for aside in (0.0, offset):
            paper.canvas.drawString(x + aside, 400, letter)
        x += paper.canvas.stringWidth(letter, "Helvetica", 11) + 0.4
    assert text_of(paper.content()) == words


@pytest.mark.parametrize("aside", [(1.0, 0.0), (0.7, -0.7), (0.0, 0.9)])
def test_words_painted_twice_are_read_once(aside):
    """A shadow of a whole line is no second line."""
    paper = honest.Paper()
    paper.canvas.setFont("Helvetica", 18)
    for dx, dy in ((0, 0), aside):
        paper.canvas.drawString(50 + dx, 400 + dy, "Hello of the harbour")
    paper.canvas.setFont("Helvetica", 10)
    paper.canvas.drawString(50, 370, "The harbour was opened in 1803.")
    assert text_of(paper.content()) == "Hello of the harbour\n\nThe harbour was opened in 1803."


@pytest.mark.parametrize(
    "words", ["Wii radii, vacuum... see http://www.aardvark.org; 2000000 skiing", "dada mama:: papa"]
)
def test_what_is_doubled_by_itself_stays(words):
    """Letters that a word has twice are no shadow."""
    assert text_of(drawn([(words, 50)])) == words


@pytest.mark.parametrize("step", [2.5, 4.0, 6.0])
def test_letters_set_apart_are_words(step):
    """Letter-spacing for emphasis makes no words of one letter, and leaves the space between two such words."""
    paper = honest.Paper()
    paper.canvas.setFont("Helvetica", 10)
    paper.canvas.drawString(50, 400, "It was kept by")
    x = 50 + paper.canvas.stringWidth("It was kept by", "Helvetica", 10) + 2.8 + step
    for word in ("WILMA", "TARRANT"):
        for letter in word:
            paper.canvas.drawString(x, 400, letter)
            x += paper.canvas.stringWidth(letter, "Helvetica", 10) + step
        x += 2.8 + step
    paper.canvas.drawString(x, 400, "until 1902.")
    assert text_of(paper.content()) == "It was kept by WILMA TARRANT until 1902."


@pytest.mark.parametrize("spacing", [0.8, 1.2])
def test_letters_moved_a_little_make_no_words(spacing):
    """Narrow letters of a word that is set wide stay in it."""
    paper = honest.Paper()
    paper.canvas.setFont("Helvetica", 10)
    x = 50.0
    for word in ("Testing", "identification", "of", "ill", "lilies"):
        for letter in word:
            paper.canvas.drawString(x, 400, letter)
            x += paper.canvas.stringWidth(letter, "Helvetica", 10) + spacing
        x += 2.8
    assert text_of(paper.content()) == "Testing identification of ill lilies"


@pytest.mark.parametrize("words", ["Plan A B C and D of the i and the a", "x y z", "I a m here", "points P Q R S T"])
def test_single_letters_that_are_words_stay_apart(words):
    """Letters with ordinary spaces between are no word set wide."""
    assert text_of(drawn([(f"Here are ordinary words: {words} with others after them", 50)])).count(words) == 1


ARABIC = "يستطيع الطلاب استعارة ثلاثة كتب خلال الأسبوع سنة 1962."


@pytest.mark.parametrize("ligatures", [(), ("لا", "لأ")])
def test_arabic_is_read_in_its_order(ligatures):
    """Letters, ligatures, numbers and full stops come in the order in which they are read."""
    assert text_of(placed(from_the_right(ARABIC, 500, 700, ligatures))) == ARABIC


def test_presentation_forms_are_letters():
    """A font that names the shapes of letters gives the letters."""
    shaped = ARABIC.replace("لا", "\ufefb").replace("لأ", "\ufef7")
    assert text_of(placed(from_the_right(shaped, 500, 700))) == ARABIC


def test_hebrew_with_foreign_words_numbers_and_brackets():
    """Foreign words and numbers run from the left inside of a line that runs from the right."""
    glyphs = in_a_row(list("." + "(BBC 1962)" + "".join(reversed("ספר חדש "))), 100, 700)
    assert text_of(placed(glyphs)) == "ספר חדש (BBC 1962)."


@given(st.lists(st.text("אבגדהוזחטיכלמנס", min_size=2, max_size=6), min_size=2, max_size=6), st.integers(10, 99999))
@settings(max_examples=40, deadline=None)
def test_any_hebrew_line_comes_back(words, number):
    """What is laid out from the right is read back as it was, with its number and full stop in their places."""
    line = f"{' '.join(words)} {number} {words[0]}."
    assert text_of(placed(from_the_right(line, 560, 700, size=10), size=10)) == line


def test_vertical_columns_run_from_the_right():
    """Columns of a vertical page follow each other from right to left, each from the top down."""
    columns = ["許家屯は一九九〇年に米国へ", "渡った。彼は香港にいたと", "いう。橋は開かれた。"]
    glyphs = [
        (letter, 340 - 20 * column, 700 - 14 * row)
        for column, words in enumerate(columns)
        for row, letter in enumerate(words)
    ]
    assert text_of(placed(glyphs)) == "".join(columns)
    shuffled = sorted(glyphs, key=lambda glyph: (glyph[1], -glyph[2]))
    assert text_of(placed(shuffled)) == "".join(columns)


def test_wide_scripts_get_no_spaces():
    """Chinese and Japanese have no spaces where a line ends or where letters stand a little apart."""
    lines = ["許家屯は一九九〇年に米国へ渡", "った。彼は香港にいた。"]
    glyphs = [glyph for number, line in enumerate(lines) for glyph in in_a_row(line, 50, 700 - 16 * number, step=14)]
    assert text_of(placed(glyphs)) == "".join(lines)


def test_korean_words_go_on_over_a_line_where_the_document_says_so():
    """A word that a line's end divides is whole, and words that it parts stay two."""
    lines = [
        "이 병원은 감염증 환자를 치료한다 새로운 감염",
        "증 검사가 어제 시작되었고 모든 검사가 새로",
        "운 장비로 진행된다 모든 환자를",
        "치료한다 그리고",
    ]
    glyphs = [glyph for number, line in enumerate(lines) for glyph in in_a_row(line, 50, 700 - 16 * number, step=12)]
    text = text_of(placed(glyphs)).replace("\n\n", " ")
    assert "새로운 감염증 검사가 어제" in text
    assert "검사가 새로운 장비로" in text
    assert "모든 환자를 치료한다 그리고" in text
