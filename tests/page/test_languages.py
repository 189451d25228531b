"""The page in six languages: catalogues complete, every page rendered in each, and right to left mirrored."""

import re

import httpx2
import pytest
from browsing import ask, axe
from catalogues import TRANSLATED, catalogue, messages
from playwright.sync_api import expect

from qa.api.page.texts import LANGUAGES, preferred_language

PLACE = re.compile(r"%\((\w+)\)s")
WHEN = "When did Xu Jiatun leave for San Francisco?"
PATHS = (
    "/", f"/?question={WHEN}", "/?question=What+is+the+capital+of+Peru%3F", "/?open=xu-jiatun.md&start=6014&end=6112",
    f"/?question={WHEN}&document_ids=2006%2F", "/corpus", "/corpus?find=none", "/documents/xu-jiatun.md", "/choices",
    "/similar?document_id=xu-jiatun.md&start=6014&end=6112", "/settings", "/saved", "/docs", "/documents/none.md",
    "/documents/xu-jiatun.md/about", "/timeline", "/timeline?find=none",
)  # fmt: skip


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogues_are_complete(language):
    """Every message is there in every form the language has, with the same places for values, and none is left over."""
    found = catalogue(language)
    wanted = messages()
    for singular, plural in wanted.items():
        message = found.get(singular)
        assert message is not None, singular
        assert not message.fuzzy
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert len(forms) == (found.num_plurals if plural else 1), singular
        for form in forms:
            assert form.strip(), singular
            assert set(PLACE.findall(form)) <= set(PLACE.findall(singular)), form
            if not plural:
                assert set(PLACE.findall(form)) == set(PLACE.findall(singular)), form
    kept = {message.id if isinstance(message.id, str) else message.id[0] for message in found if message.id}
    assert kept == set(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language(site, language):
    """Each page says its language and direction, and nothing of it is left in English or unfilled."""
    headers = {"Accept": "text/html", "Accept-Language": f"xx, {language};q=0.8, *;q=0.1"}
    with httpx2.Client(base_url=site.address, timeout=60, headers=headers) as client:
        for path in PATHS:
            page = client.get(path).text
            direction = "rtl" if language == "ar" else "ltr"
            assert f'<html lang="{language}" dir="{direction}"' in page, path
            assert ("New question" in page) == (language == "en"), path
            assert not PLACE.search(re.sub(r'data-texts="[^"]*"', "", page)), path


def test_scripts_speak_the_language(open_page, site):
    """What a script says comes from the same catalogue, and so do the dates."""
    page = open_page(site, locale="de-DE")
    ask(page, WHEN)
    expect(page.locator("#conversations h3")).to_have_text("Heute")
    expect(page.locator(".sources .byline")).to_contain_text("21. November 2026")
    page.get_by_role("button", name="Zitat 1 merken").click()
    expect(page.locator("#status")).to_have_text("Bei Ihren Zitaten gemerkt")


@pytest.mark.parametrize("width", [320, 1280])
def test_right_to_left(open_page, site, width):
    """In Arabic the room is mirrored, nothing scrolls sideways, and axe finds nothing."""
    page = open_page(site, locale="ar", reduced_motion="reduce", viewport={"width": width, "height": 800})
    ask(page, WHEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []
    if width > 1000:
        assert page.locator("#rail").bounding_box()["x"] > 900
        page.locator(".source-title").first.click()
        page.locator("#quote").wait_for()
        assert page.locator("#source").bounding_box()["x"] == 0
        assert axe(page) == []
    page.goto("/corpus")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("sv, fr;q=0.5, es;q=0.7", "es"),
        ("zh-TW", "zh"),
        (";;q=x", "en"),
    ],
)
def test_the_browser_chooses(accept, language):
    """Without a choice of the reader, the best language that the browser names decides."""
    assert preferred_language(accept) == language


def test_a_dead_address_gives_a_page(open_page, site):
    """A deleted document's address, and any other that leads nowhere, says so on a page; programs get the problem."""
    page = open_page(site, "/documents/gone.md", expected="404")
    expect(page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    assert axe(page) == []
    page.locator("main").get_by_role("link", name="Library").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    with httpx2.Client(base_url=site.address) as client:
        problem = client.get("/documents/gone.md", headers={"Accept": "*/*"})
        assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
        page = client.get("/nowhere", headers={"Accept": "text/html,*/*;q=0.8"})
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
