"""The conversation as a file."""

import json
import re
import zipfile
from urllib.parse import quote

import pytest
from browsing import ask, watched
from docx import Document
from playwright.sync_api import expect

FOX = "Who stole the moon rock in 2031?"
DIARY = "What landed beside the rocks on day 396?"


@pytest.fixture
def export(open_page, varied_site, tmp_path):
    """Asks two questions, one of them answered from behind emoji, and saves the conversation in a format."""
    page = open_page(varied_site, accept_downloads=True)

    def save(format_, *questions):
        for question in questions or (FOX, DIARY):
            ask(page, question)
        page.locator(".menu summary").click()
        with page.expect_download() as download:
            page.locator(f"[data-format={format_}]").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    return save


def test_json_holds_every_answer(export, varied_site):
    """The JSON export is the list of the answers as the API gave them, each quotation an exact slice."""
    conversation = json.loads(export("json").read_text("utf-8"))
    assert [turn["question"] for turn in conversation] == [FOX, DIARY]
    for turn in conversation:
        for citation in turn["citations"]:
            text = varied_site.service.snapshot.document_by_id[citation["document_id"]].text
            assert text[citation["start_char_index"] : citation["end_char_index"]] == citation["cited_text"]


def test_one_answer_without_script(open_page, varied_site, tmp_path):
    """Without script a link saves the answer that is shown, with its conversation and filter, as the API gives it."""
    where = f"/?question={quote('And where?')}&history={quote(FOX)}&document_ids=emoji.md&open=emoji.md&start=0&end=9"
    page = open_page(varied_site, where, java_script_enabled=False, accept_downloads=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the answer").click()
    assert download.value.suggested_filename == "answer.json"
    download.value.save_as(tmp_path / "answer.json")
    saved = json.loads((tmp_path / "answer.json").read_text("utf-8"))
    shown = json.loads(page.locator(".turn").get_attribute("data-answer"))
    assert all(passage["scores"] for passage in saved["passages"])
    assert {passage["document_id"] for passage in saved["passages"]} == {"emoji.md"}
    assert saved | {"id": "", "timings_ms": {}} == shown | {"id": "", "timings_ms": {}}


def test_a_script_saves_more(open_page, varied_site):
    """With script the whole conversation can be saved, and the link for one answer makes room for it."""
    page = open_page(varied_site, f"/?question={quote(FOX)}")
    expect(page.locator(".menu summary")).to_be_visible()
    expect(page.get_by_role("link", name="Save the answer")).to_have_count(0)


def test_markdown_quotes_and_links(export):
    """The Markdown export quotes every citation and links its place."""
    text = export("md").read_text("utf-8")
    assert f"## {FOX}" in text
    assert re.search(r"^> .*Ferdinand.* \[1\]$", text, re.MULTILINE)
    assert re.search(
        r"^1\. \[.*emoji\.md, characters \d+–\d+\]\(<http://127\.0\.0\.1:\d+/documents/emoji\.md\?start=",
        text,
        re.MULTILINE,
    )


def test_markdown_lets_nothing_through(export):
    """Markup in a question stays text in the Markdown export."""
    text = export("md", "<img src=x onerror=alert(1)> [a](javascript:1) # head").read_text("utf-8")
    assert r"\<img" in text
    assert "<img" not in text.replace(r"\<img", "")
    assert "[a](" not in text.replace(r"\[a\](", "")


def test_word_reads_the_quotations(export, varied_site):
    """The Word file opens in a library of its own, with questions as headings, whole quotations and linked sources."""
    opened = Document(export("docx"))
    texts = [paragraph.text for paragraph in opened.paragraphs]
    assert [p.text for p in opened.paragraphs if p.style.name == "Heading 1"] == [FOX, DIARY]
    quotes = [paragraph.text for paragraph in opened.paragraphs if paragraph.style.name == "Quote"]
    assert any("🦊 The fox Ferdinand" in quote for quote in quotes)
    links = [link for paragraph in opened.paragraphs for link in paragraph.hyperlinks]
    assert len(links) == len(quotes) > 0
    assert all(link.address.startswith(f"{varied_site.address}/documents/") for link in links)
    assert all(re.search(r"characters \d+–\d+$", link.text) for link in links), texts


def test_word_lets_nothing_through(export):
    """Markup, and characters that XML cannot hold, end as text or not at all."""
    question = '<w:p/> & "]]> \x0b what \ud83e'
    [heading] = [p.text for p in Document(export("docx", question)).paragraphs if p.style.name == "Heading 1"]
    assert heading.startswith('<w:p/> & "]]>')


def test_csl_has_an_item_a_quotation(export, varied_site):
    """Each quotation is an item with an id of its own, its title, date and place, and its words."""
    items = json.loads(export("csl").read_text("utf-8"))
    assert len({item["id"] for item in items}) == len(items) >= 2
    diary = next(item for item in items if item["title"] == "Diary of the northern light")
    assert diary["issued"] == {"date-parts": [[1911, 3]]}
    assert "yellow seaplane" in diary["note"]
    assert diary["URL"].startswith(f"{varied_site.address}/documents/diary.md?start=")


def test_evidence_of_an_answer(open_page, varied_site):
    """A link under the answer saves its evidence, which holds the quotation; also without script."""
    page = open_page(varied_site, f"/?question={quote(FOX)}", java_script_enabled=False, accept_downloads=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Evidence").click()
    with zipfile.ZipFile(download.value.path()) as pack:
        manifest = json.loads(pack.read("manifest.json"))
    assert (manifest["question"], len(manifest["citations"]) > 0) == (FOX, True)


def test_html_checks_every_quotation(export, browser):
    """Opened from disk, the file runs ``slice(start, end) === quote`` on each quotation, asks no host, and says so."""
    path = export("html")
    with watched(browser, "file://") as (page, watch):
        page.goto(path.as_uri())
        expect(page.locator("#verdict")).to_have_text("Every quotation was checked against the documents in this file.")
        checks = page.locator("output").all_inner_texts()
        assert len(checks) >= 2
        assert all("slice(start, end) === quote" in check for check in checks)
        assert watch.complaints == []
        assert watch.requests == [path.as_uri()]


@pytest.mark.parametrize("fault", ["quote", "offset"])
def test_html_finds_a_forged_quotation(export, browser, fault):
    """One changed word, or one offset off by one, and the file says which quotation is not verbatim."""
    path = export("html")
    text = path.read_text("utf-8")
    if fault == "quote":
        forged = re.sub(r"(<mark>[^<]*?)Ferdinand", r"\1Leopold", text, count=1)
    else:
        forged = re.sub(r'data-start="(\d+)"', lambda found: f'data-start="{int(found[1]) + 1}"', text, count=1)
    assert forged != text
    path.write_text(forged, "utf-8")
    with watched(browser, "file://") as (page, _):
        page.goto(path.as_uri())
        expect(page.locator("#verdict")).to_have_text("1 quotations are wrong")
        expect(page.locator("output").first).to_contain_text("NOT what the document says")


def test_html_runs_only_its_own_script(export, browser):
    """A question that is markup is text in the exported file, whose policy lets only its own script run."""
    path = export("html", "</h2><script>window.ran=1</script><img src=x onerror=window.ran=1>", FOX)
    with watched(browser, "file://") as (page, watch):
        page.goto(path.as_uri())
        assert page.evaluate("window.ran") is None
        expect(page.locator("h2").first).to_contain_text("<script>window.ran=1</script>")
        assert watch.complaints == []
