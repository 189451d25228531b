"""What is seen of a PDF: where the boxes of a span lie, and how large a page's image gets."""

import base64
import hashlib
import io

import pytest
from glyph_pdf import in_a_row, placed
from PIL import Image

from qa.errors import UnreadableFile
from qa.readers import read
from qa.readers.pdf_view import MAX_PIXELS, MAX_SIDE, allowed_scale, page_image, page_sizes, span_boxes

LEFT, BASELINE, SIZE, ADVANCE = 72, 700, 12, 6  # points; the page is 612 × 792
WORDS = "The bell was cast."


def paper(words: str = WORDS) -> bytes:
    return placed(in_a_row(words, LEFT, BASELINE, SIZE))


def text_hash(content: bytes) -> str:
    return hashlib.sha256(read("a.pdf", content)[0].text.encode()).hexdigest()


def test_a_box_lies_where_its_characters_were_put():
    """The box of ``bell`` begins after four advances, ends after eight, and holds the baseline."""
    content = paper()
    ((page, (left, top, right, bottom)),) = span_boxes(content, 4, 8, text_hash(content))
    width, height = page_sizes(content)[0]
    assert page == 0
    assert left * width == pytest.approx(LEFT + 4 * ADVANCE, abs=0.5)
    assert right * width == pytest.approx(LEFT + 8 * ADVANCE, abs=0.5)
    assert top * height < height - BASELINE < bottom * height + 1


def test_a_span_over_two_lines_has_a_box_for_each():
    """Words of two lines are marked on both."""
    content = placed(in_a_row("The bell was", LEFT, 700) + in_a_row("cast in bronze.", LEFT, 686))
    boxes = span_boxes(content, 9, 17, text_hash(content))
    assert len(boxes) == 2
    assert boxes[0][1][1] < boxes[1][1][1]


def test_a_span_of_another_text_has_no_boxes():
    """A file that says something else than what was indexed marks nothing."""
    assert span_boxes(paper("Another bell was cast."), 4, 8, text_hash(paper())) is None


def test_a_page_is_drawn_at_its_scale():
    """Two pixels a point are twice as many pixels as points, and some of them are ink."""
    image = Image.open(io.BytesIO(base64.b64decode(page_image(paper(), 0, 2.0))))
    width, height = page_sizes(paper())[0]
    assert image.size == (round(2 * width), round(2 * height))
    assert image.convert("L").getextrema()[0] < 100


@pytest.mark.parametrize("size", [(612.0, 792.0), (14_400.0, 14_400.0), (1.0, 200_000.0), (0.0, 0.0)])
def test_no_page_is_drawn_larger_than_the_limits(size):
    """However large a page says it is, its image stays within pixels and sides."""
    scale = allowed_scale(size, 6.0)
    assert 0 < scale <= 6.0
    assert max(size) * scale <= MAX_SIDE * 1.0001
    assert size[0] * scale * size[1] * scale <= MAX_PIXELS * 1.0001


def test_a_page_that_is_not_there_is_refused():
    """A number beyond the last page is an error in words."""
    with pytest.raises(UnreadableFile, match="page 9 cannot be shown"):
        page_image(paper(), 8, 1.0)
