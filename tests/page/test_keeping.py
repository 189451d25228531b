"""Nothing is lost: conversations and quotes stay in the browser, over reloads and restarts; settings in cookies."""

import json

import pytest
from browsing import ask, axe, watched
from playwright.sync_api import expect
from serving import CORPUS, serving

WHEN = "When did Xu Jiatun leave for San Francisco?"
WHO = "Who drove him to Hong Kong?"
PERU = "What is the capital of Peru?"


def questions(page):
    return page.locator(".turn h2.question").all_inner_texts()


def test_a_conversation_survives_reload_back_and_a_second_tab(open_page, site):
    """Reloaded, come back to, or opened in another tab by its address, a conversation has all its turns."""
    page = open_page(site)
    for question in (WHEN, WHO, PERU):
        ask(page, question)
    page.locator("#conversations a").first.wait_for()
    page.reload()
    expect(page.locator(".turn")).to_have_count(3)
    assert questions(page) == [WHEN, WHO, PERU]
    page.goto("/corpus")
    page.go_back()
    expect(page.locator(".turn")).to_have_count(3)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".turn")).to_have_count(3)
    ask(other, "Who is Jia Jia?")
    expect(page.locator("#conversations a")).to_have_count(1)
    ask(page, "And where was Xu born?")
    page.reload()
    page.locator(".turn").nth(4).wait_for()
    assert sorted(questions(page)) == sorted([WHEN, WHO, PERU, "Who is Jia Jia?", "And where was Xu born?"])


def test_an_address_brings_all_turns_to_someone_else(open_page, site):
    """Where the browser has no such conversation, the earlier questions of the address are asked again."""
    first = open_page(site)
    for question in (WHEN, WHO):
        ask(first, question)
    second = open_page(site, first.url.removeprefix(site.address))
    expect(second.locator(".turn")).to_have_count(2)
    assert questions(second) == [WHEN, WHO]
    expect(second.locator(".earlier")).to_have_count(0)
    expect(second.locator("#conversations a")).to_have_count(1)


def test_conversations_are_listed_opened_and_deleted(open_page, site):
    """The rail lists conversations by day, opens one whole, and deletes one; nothing of them was sent."""
    page = open_page(site)
    ask(page, WHEN)
    ask(page, WHO)
    page.get_by_role("link", name="New question").click()
    ask(page, PERU)
    rail = page.locator("#conversations")
    expect(rail.locator("a")).to_have_count(2)
    expect(rail.locator("h3")).to_have_text("Today")
    rail.get_by_role("link", name=WHEN).click()
    expect(page.locator(".turn")).to_have_count(2)
    assert questions(page) == [WHEN, WHO]
    assert axe(page) == []
    rail.get_by_role("button", name=f"Delete the conversation: {PERU}").focus()
    page.keyboard.press("Enter")
    expect(rail.locator("a")).to_have_count(1)
    page.goto("/settings")
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete all").click()
    page.wait_for_load_state()
    expect(page.locator("#conversations a")).to_have_count(0)


def test_an_old_answer_says_so(browser, embedder, tmp_path):
    """After a restart with other documents, kept answers stay, say that they are old, and can be asked again."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "xu.md").write_bytes((CORPUS / "xu-jiatun.md").read_bytes())
    with serving(corpus, tmp_path / "index", embedder) as site, watched(browser, site.address) as (page, _):
        for question in (WHEN, WHO):
            ask(page, question) if page.url != "about:blank" else (page.goto("/"), ask(page, question))
        page.locator("#conversations a").wait_for()
        kept = page.evaluate(
            "async () => (await (await import('/static/store.js')).conversations())[0].turns.map((t) => t.snapshot)"
        )
        (corpus / "new.txt").write_text("The ferry left at noon.", "utf-8")
        page.goto("/corpus")
        page.get_by_role("button", name="Rebuild the index").click()
        expect(page.locator("#job")).to_contain_text("1 added", timeout=25_000)
        page.locator("#conversations a").click()
        expect(page.locator(".turn")).to_have_count(2)
        assert kept[0] != page.locator("#log").get_attribute("data-snapshot")
        old = page.locator(".turn").first.locator(".old")
        expect(old).to_contain_text("from an earlier index")
        old.get_by_role("link", name="Ask again").click()
        expect(page.locator(".turn[data-answer]")).to_have_count(3)
        assert page.locator(".turn").nth(2).locator(".old").count() == 0


def test_quotes_are_saved_with_a_note(open_page, site):
    """A quotation that is saved stands on the board with its source; its note is kept, and it exports and goes."""
    page = open_page(site, accept_downloads=True)
    ask(page, WHEN)
    data = json.loads(page.locator(".turn").get_attribute("data-answer"))
    page.get_by_role("button", name="Save quote 1").click()
    expect(page.locator("#status")).to_have_text("Saved to your quotes")
    page.get_by_role("link", name="Saved quotes").click()
    board = page.locator("#board li")
    expect(board.locator("blockquote")).to_have_text(data["citations"][0]["cited_text"])
    board.get_by_label("Your note").fill("for chapter 3 <b>")
    assert axe(page) == []
    page.reload()
    expect(board.get_by_label("Your note")).to_have_value("for chapter 3 <b>")
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown").click()
    text = download.value.path().read_text("utf-8")
    assert text.startswith("> On May 1, 1990")
    assert "for chapter 3 \\<b\\>" in text
    board.get_by_role("link").click()
    expect(page.locator("#quote")).to_have_text(data["citations"][0]["cited_text"])
    page.goto("/saved")
    board.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_settings_are_kept(open_page, site, script):
    """Theme, size and language are kept for the next page, with script and without."""
    page = open_page(site, "/settings", java_script_enabled=script)
    page.get_by_label("Theme").select_option("sepia")
    page.get_by_label("Size of the text").select_option("large")
    page.get_by_label("Language of the page").select_option("ar")
    page.locator(".settings button").click()
    page.wait_for_load_state()
    root = page.locator("html")
    for name, value in (("data-theme", "sepia"), ("data-size", "large"), ("lang", "ar"), ("dir", "rtl")):
        expect(root).to_have_attribute(name, value)
    page.goto("/")
    expect(root).to_have_attribute("data-theme", "sepia")


@pytest.mark.parametrize("theme", ["light", "dark", "sepia"])
def test_themes_have_contrast(browser, site, theme):
    """In every theme, whatever the system's, axe finds no text of too little contrast."""
    other = {"light": "dark", "dark": "light", "sepia": "dark"}[theme]
    with watched(browser, site.address, color_scheme=other, reduced_motion="reduce") as (page, _):
        page.context.add_cookies([{"name": "theme", "value": theme, "url": site.address}])
        page.goto("/")
        ask(page, WHEN)
        page.locator("a.number").first.click()
        page.locator("#quote").wait_for()
        assert axe(page, ["color-contrast"]) == []
