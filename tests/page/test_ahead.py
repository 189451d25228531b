"""While one types: the closest sentence, titles and earlier questions, without moving the page."""

import httpx2
from browsing import AXE_TAGS, ask, axe
from playwright.sync_api import expect

WHEN = "When did Xu Jiatun leave for San Francisco?"


def test_the_best_clipping_comes_while_typing(page, site):
    """After a pause of the keys the closest sentence stands below the field; nothing moves; it opens its source."""
    calls = []
    page.on("request", lambda request: calls.append(request.url) if "/ahead?" in request.url else None)
    field = page.locator("#question")
    top = field.bounding_box()["y"]
    page.keyboard.type("Xu", delay=10)
    page.wait_for_timeout(300)
    assert calls == []  # two characters say nothing
    page.keyboard.type(" Jiatun flew to San Francisco", delay=5)
    clipping = page.locator(".ahead-clipping")
    expect(clipping).to_contain_text("San Francisco")
    assert len(calls) < 12
    assert field.bounding_box()["y"] == top
    # Not target-size, which is of WCAG 2.2: what lies over the page covers targets for as long as one types.
    assert axe(page, [tag for tag in AXE_TAGS if tag != "wcag22aa"]) == []
    quote = page.locator(".ahead-quote").inner_text()
    clipping.click()
    expect(page.locator("#quote")).to_have_text(quote)
    document = site.service.snapshot.document_by_id[page.locator("#source").get_attribute("data-document")]
    assert quote in document.text


def test_titles_and_earlier_questions_complete(page):
    """A title that has the words is offered, and a question that was asked before and begins so."""
    ask(page, WHEN)
    page.keyboard.type("when did xu")
    page.locator(".ahead button", has_text=WHEN).click()
    expect(page.locator("#question")).to_have_value(WHEN)
    page.fill("#question", "jia shanxi")
    expect(page.locator("a.ahead-title")).to_contain_text("Jia Jia, Shanxi technology official")
    page.keyboard.press("Enter")
    expect(page.locator(".ahead")).to_be_hidden()


def test_what_is_superseded_is_cancelled(page):
    """A request that is still under way when one types on is cancelled, and its answer is never shown."""
    held = []
    page.route("**/ahead?*", lambda route: held.append(route) if not held else route.continue_())
    page.keyboard.type("martial law")
    page.wait_for_timeout(300)
    with page.expect_event("requestfailed"):
        page.keyboard.type(" in Beijing")
    expect(page.locator(".ahead-clipping")).to_contain_text("Beijing")


def test_the_route_holds_to_filters_and_lengths(site):
    """The filter limits what is offered; what is too short or too long is a problem in words."""
    with httpx2.Client(base_url=site.address) as client:
        found = client.get("/ahead", params={"typed": "Xu Jiatun flew to San Francisco", "document_ids": "2006/"})
        assert "xu-jiatun.md" not in found.text
        assert client.get("/ahead", params={"typed": "qzxv"}).text.strip() == ""
        for typed in ("a", "x" * 301):
            assert client.get("/ahead", params={"typed": typed}).status_code == 422
