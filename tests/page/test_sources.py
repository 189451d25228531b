"""An open source: a PDF as its pages, tables as tables, contents, words found, citations in the reader's style."""

import json

import pytest
from browsing import ask, axe
from honest import Paper
from playwright.sync_api import expect
from serving import serving

BELL = "The bell of Ebbe was cast in 1812."
WHEN_BELL = "When was the bell of Ebbe cast?"
TABLE = """---
title: Ferries of the sound
author: Ida Holm
publisher: Harbour Office
published: 1911-05-03
---

# Fleet

| Ship | Built | Seats |
|---|---|---|
| Marenka | 1901 | 120 |
| Adelaide | 1907 | 340 |

# Crew

The stoker Nils Berg shovelled coal for forty years. A gull sat on the mast, and another gull on the pier.

# Wrecks

The Ottilie sank off Ystad in the storm of 1899. No gull was seen.
"""


@pytest.fixture(scope="module")
def sources(embedder, tmp_path_factory):
    """A PDF of two pages, and an article with a table and headings, served."""
    corpus = tmp_path_factory.mktemp("sources")
    paper = Paper()
    paper.write(BELL)
    paper.y = 80
    paper.write(" ".join(["The tower was rebuilt after the fire, stone by stone, and stands to this day."] * 3))
    (corpus / "bells.pdf").write_bytes(paper.content())
    (corpus / "ferries.md").write_text(TABLE, "utf-8")
    paragraphs = [f"Entry {n}. Nothing was seen from the tower that day but fog and rain." for n in range(1500)]
    paragraphs[40] = "On the fortieth day the whale Ambrosia stranded at Utö."
    (corpus / "log.txt").write_text("\n\n".join(paragraphs), "utf-8")
    with serving(corpus, tmp_path_factory.mktemp("sources-index"), embedder) as served:
        yield served


def open_source(page, question):
    ask(page, question)
    page.locator(".source-title").first.click()
    page.locator("#source").wait_for()


def test_a_pdf_is_shown_as_its_pages(open_page, sources):
    """The pages are images with the cited words' boxes, their text beside them; the text view is one press away."""
    page = open_page(sources)
    open_source(page, WHEN_BELL)
    pages = page.get_by_role("button", name="Pages", exact=True)
    pages.click()
    sheet = page.get_by_role("figure", name="Page 1", exact=True)
    expect(sheet.locator("img")).to_be_visible()
    drawn = "(image) => image.decode().then(() => image.naturalWidth)"
    assert sheet.locator("img").evaluate(drawn) > 600
    box = sheet.locator("rect").bounding_box()
    whole = sheet.bounding_box()
    assert 0 < box["height"] < whole["height"] / 20
    assert 0.05 < box["width"] / whole["width"] < 0.95
    assert BELL in sheet.locator("figcaption").text_content()
    expect(page.locator("#source .document")).to_be_hidden()
    page.get_by_role("button", name="Larger").click()
    assert sheet.bounding_box()["width"] > 1.4 * whole["width"]
    assert axe(page) == []
    pages.click()
    expect(page.locator("#quote")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original").click()
    assert download.value.path().read_bytes() == (sources.corpus / "bells.pdf").read_bytes()


def test_tables_are_tables_and_headings_contents(open_page, sources):
    """A table keeps its rows, cells and columns; its marked row is one quotation; headings lead to their places."""
    page = open_page(sources)
    page.goto("/?open=ferries.md")
    table = page.get_by_role("region", name="Table")
    assert table.locator("th").all_inner_texts() == ["Ship", "Built", "Seats"]
    assert table.locator("tr.s").nth(1).locator("td").all_inner_texts() == ["Adelaide", "1907", "340"]
    row = table.locator("tr.s").nth(1)
    row.click()
    text = sources.service.snapshot.document_by_id["ferries.md"].text
    start, end = (int(row.get_attribute(f"data-{edge}")) for edge in ("start", "end"))
    assert page.locator("#source").get_attribute("data-quote") == text[start:end]
    page.get_by_text("Contents").click()
    page.locator(".contents").get_by_role("link", name="Wrecks").click()
    expect(page.locator(".s.here")).to_have_text("Wrecks")
    assert axe(page) == []


def test_words_are_found_in_the_document(open_page, sources):
    """ "/" in an open source finds words in it, says which of how many, and walks them."""
    page = open_page(sources, "/?open=ferries.md")
    page.locator("#source .document").focus()
    page.keyboard.press("/")
    page.keyboard.type("GULL")
    status = page.locator(".finder [role=status]")
    expect(status).to_have_text("1 of 3")
    page.keyboard.press("Enter")
    expect(status).to_have_text("2 of 3")
    page.keyboard.press("Shift+Enter")
    expect(status).to_have_text("1 of 3")
    page.wait_for_function("[...CSS.highlights.get('found')].map(String).join() === 'gull,gull,gull'")
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".finder")).to_be_hidden()
    expect(page.locator("#source")).to_be_visible()


def test_a_long_document_goes_on_as_it_is_scrolled(open_page, sources):
    """The next part comes when the end of one is in sight, and a search reaches all parts."""
    page = open_page(sources, "/?open=log.txt")
    count = lambda: page.locator("#source .s[id]").count()  # noqa: E731
    before = count()
    assert before < 2000
    page.locator("#source .document").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    expect(page.locator(f"#source .s[id] >> nth={before + 10}")).to_be_attached()
    page.locator("#source .document").focus()
    page.keyboard.press("/")
    page.keyboard.type("entry 1499.")
    expect(page.locator(".finder [role=status]")).to_have_text("1 of 1")


STYLES = {
    "markdown": ["> The stoker Nils Berg", "[Ida Holm, Ferries of the sound, Harbour Office, 3 May 1911](<http"],
    "apa": ["(Ida Holm, 1911, “Crew” section)", "Ida Holm. (1911). Ferries of the sound. Harbour Office. http"],
    "chicago": ["Ida Holm, “Ferries of the sound,” Harbour Office, 3 May 1911, under “Crew”, http"],
    "bibtex": ["@misc{Ida1911,", "author = {Ida Holm},", "date = {1911-05-03},"],
    "ris": ["TY  - GEN\r\n", "AU  - Ida Holm\r\n", "DA  - 1911/05/03\r\n", "ER  - "],
    "csl": ['"literal": "Ida Holm"', '"date-parts"'],
}


@pytest.mark.parametrize("style", STYLES)
def test_citations_are_copied_in_the_readers_style(open_page, sources, style):
    """The style of the settings decides what is copied; author, title, publisher, date, section and link are in it."""
    page = open_page(sources, permissions=["clipboard-read", "clipboard-write"])
    page.context.add_cookies([{"name": "style", "value": style, "url": sources.address}])
    page.goto("/?question=Who+shovelled+coal+for+forty+years%3F")
    page.locator("[data-copy=citation]").first.click()
    expect(page.locator("#status")).to_have_text("Copied with its source")
    copied = page.evaluate("navigator.clipboard.readText()")
    for part in STYLES[style]:
        assert part in copied
    if style == "csl":
        assert json.loads(copied)[0]["issued"] == {"date-parts": [[1911, 5, 3]]}
