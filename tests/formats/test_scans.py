"""Pages that are pictures: recognised, kept, reported; with the real models."""

import io
import json
from contextlib import closing
from importlib.metadata import version

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from saying import as_picture, drawn

from qa.indexing.reading import read_corpus
from qa.readers import scans
from qa.readers.isolation import Parser
from qa.serving.originals import Originals
from qa.types import Span

MILL = "The old mill burned down on 4 June 1911. Its owner, Greta Salmi, rebuilt it of stone."
COUNCIL = "The council met in 1903 to discuss the new bridge over the river and what it would cost the town."


def pdf(*pages):
    """A PDF of pages, each a text or a picture that fills it."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(600, 300), invariant=True)
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(36, 250, page)
        else:
            whole = Image.new("RGB", (1200, 600), "white")
            whole.paste(page, (0, 40))
            canvas.drawImage(ImageReader(whole), 0, 0, 600, 300)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def read(corpus):
    return read_corpus(corpus, index=corpus.with_name("index"))


@pytest.fixture
def index(corpus):
    folder = corpus.with_name("index")
    folder.mkdir()
    return folder


def test_a_scanned_page_among_others_is_read_in_its_place(corpus, index):
    """The picture's words stand between those of the pages around it, with the number of their page."""
    (corpus / "minutes.pdf").write_bytes(pdf(COUNCIL, drawn(MILL), "Jonas Webb was the first mayor."))
    [document], unreadable = read(corpus)
    assert unreadable == []
    assert "The old mill burned down on 4 June 1911." in document.text
    start = document.text.index("The old mill")
    assert (document.page_at(0), document.page_at(start)) == (1, 2)
    assert document.page_at(document.text.index("Jonas Webb")) == 3
    with closing(Originals(corpus, Parser(), index / "recognised")) as originals:
        [box] = originals.span_boxes(document, Span(start, start + len("The old mill")))
        [typed] = originals.span_boxes(document, Span(0, len("The council")))
    assert (box.page, typed.page) == (2, 1)
    assert (box.left, box.top) == (pytest.approx(40 / 1200, abs=0.01), pytest.approx(60 / 600, abs=0.02))
    assert 0.1 < box.right < 0.3  # of a line of 60 characters, twelve


def test_a_page_is_recognised_once(corpus, index):
    """What was recognised is taken from the cache when the file is read again; a damaged entry is recognised anew."""
    (corpus / "mill.png").write_bytes(as_picture(MILL, "PNG"))
    [before], _ = read(corpus)
    [kept] = (index / "recognised").iterdir()
    words = json.loads(kept.read_text("utf-8"))
    kept.write_text(json.dumps([[*words[0][:4], "Another text altogether.", 1.0]]), "utf-8")
    [cached], _ = read(corpus)
    assert cached.text == "Another text altogether."
    kept.write_text("{", "utf-8")
    assert read(corpus)[0] == [before]


def test_pictures_without_words_are_reported(corpus, index):
    """A picture that shows no text is no document."""
    blank = io.BytesIO()
    Image.new("RGB", (600, 400), "lightblue").save(blank, "PNG")
    (corpus / "sky.png").write_bytes(blank.getvalue())
    (corpus / "broken.jpg").write_bytes(as_picture(MILL, "JPEG")[:400])
    documents, unreadable = read(corpus)
    assert documents == []
    reasons = {entry.document_id: entry.reason for entry in unreadable}
    assert reasons["sky.png"] == "no words were recognised in its pictures"
    assert "broken.jpg" in reasons


def test_without_the_package_pages_are_reported(corpus, index, monkeypatch):
    """Where nothing can recognise text, a scan is reported with what to install, and a single plate is not."""
    monkeypatch.setattr(scans, "ocr_version", lambda: None)
    (corpus / "plate.pdf").write_bytes(pdf(drawn(MILL), COUNCIL, COUNCIL))
    (corpus / "scan.pdf").write_bytes(pdf(drawn(MILL)))
    documents, [report] = read(corpus)
    assert [document.id for document in documents] == ["plate.pdf"]
    assert report.document_id == "scan.pdf"
    assert "pip install 'qa[ocr]'" in report.reason


def test_the_version_is_the_packages() -> None:
    """A newer package reads pages anew: its version is part of what is kept."""
    assert scans.ocr_version() == version("rapidocr")
