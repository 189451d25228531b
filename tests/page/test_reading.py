"""Reading in a real browser: citations, the source panel, permalinks, the strip, copying, echoes, feedback."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import ask
from playwright.sync_api import expect

WHEN = "When did Xu Jiatun leave for San Francisco?"
FOX = "Who stole the moon rock in 2031?"


def open_first_source(page):
    page.locator("a.number").first.click()
    page.locator("#source").wait_for()


def opened_place(page):
    query = parse_qs(urlsplit(page.url).query)
    return query["open"][0], int(query["start"][0]), int(query["end"][0])


def scroll_of(page, selector):
    """Where an element stands in the panel's own window: 0 at its top, 1 at its end."""
    return page.evaluate(
        "(s) => {const t = document.querySelector(s).getBoundingClientRect(),"
        " d = document.querySelector('#source .document').getBoundingClientRect();"
        " return (t.top - d.top) / d.height}",
        selector,
    )


def test_the_answer_is_a_clipping(page, site):
    """The quotation stands in full ink among its neighbours, larger than all else, over one line about its source."""
    ask(page, WHEN)
    clipping = page.locator(".clipping")
    citation = json.loads(page.locator(".turn").get_attribute("data-answer"))["citations"][0]
    text = site.service.snapshot.document_by_id[citation["document_id"]].text
    assert clipping.locator(".quoted").text_content() == citation["cited_text"]
    before, after = (near.strip() for near in clipping.locator(".near").all_text_contents())
    assert f"{before} {citation['cited_text']} {after}" in " ".join(text.split())
    sizes = page.locator(".turn *").evaluate_all("(all) => all.map((e) => parseFloat(getComputedStyle(e).fontSize))")
    assert max(sizes) == clipping.locator(".quoted").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    source = clipping.locator("figcaption")
    for part in ("Xu Jiatun: from Beijing's top man", "21 November 2026", "The escape of 1990"):
        expect(source).to_contain_text(part)


def test_a_tap_opens_the_source(open_page, site):
    """On a touch screen a tap opens the source as a sheet over the page."""
    page = open_page(site, has_touch=True, viewport={"width": 390, "height": 800})
    ask(page, WHEN)
    page.locator("a.number").first.tap()
    sheet = page.get_by_role("dialog", name=re.compile("Xu Jiatun"))
    expect(sheet).to_be_visible()
    assert sheet.bounding_box()["width"] == 390
    assert page.evaluate("document.querySelector('main').closest('[inert]') !== null")


def test_number_opens_the_whole_document_at_the_sentence(page, site):
    """A click opens the whole document, the sentence marked, in sight and focused; Escape returns to the number."""
    ask(page, WHEN)
    open_first_source(page)
    quote = page.locator("#quote")
    expect(quote).to_be_focused()
    expect(quote).to_be_in_viewport()
    document_id, start, end = opened_place(page)
    document = site.service.snapshot.document_by_id[document_id]
    assert quote.inner_text() == document.text[start:end]
    shown = " ".join(page.locator("#source .document > :is(p:not(.byline), h3)").all_inner_texts())
    assert shown.split() == document.text.split()
    page.keyboard.press("Escape")
    assert page.locator("#source").count() == 0
    expect(page.locator("a.number").first).to_be_focused()
    assert "open" not in parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("width", [390, 1024, 1280, 1440, 1920])
def test_the_head_of_the_panel_has_two_lines(open_page, site, width):
    """Title and controls take two lines at every width, and every control has a name."""
    page = open_page(site, viewport={"width": width, "height": 900})
    ask(page, WHEN)
    open_first_source(page)
    assert page.locator("#source > header").bounding_box()["height"] <= 110
    for name in ("Copy", "Save", "Find in this document"):
        expect(page.locator("#source").get_by_role("button", name=name, exact=True)).to_be_visible()
    for name in ("Ask in this document", "Who else says this?"):
        expect(page.locator("#source").get_by_role("link", name=name)).to_be_visible()


def test_permalink_opens_the_same_view(page, open_page, site):
    """The address of an open source, given to someone else, opens the same answer and the same sentence."""
    ask(page, WHEN)
    open_first_source(page)
    other = open_page(site, page.url.removeprefix(site.address))
    assert other.locator("blockquote").inner_text() == page.locator("blockquote").inner_text()
    assert other.locator("#quote").inner_text() == page.locator("#quote").inner_text()
    expect(other.locator("#quote")).to_be_focused()
    other.keyboard.press("Escape")
    expect(other.locator("a.number").first).to_be_focused()


def test_back_closes_and_forward_opens(page):
    """The browser's back and forward buttons close and open the source."""
    ask(page, WHEN)
    open_first_source(page)
    page.go_back()
    page.wait_for_function("!document.querySelector('#source')")
    assert page.locator(".turn").count() == 1
    page.go_forward()
    page.locator("#source").wait_for()


def test_next_and_previous_say_where_they_go(page):
    """ "Source k of n" counts the answer's sources; Next says where it goes and marks no whole passage."""
    ask(page, WHEN)
    open_first_source(page)
    place = page.locator("#source .place")
    total = int(re.fullmatch(r"Source 1 of (\d+)", place.inner_text())[1])
    assert total > 1
    first = opened_place(page)
    expect(page.locator("#source [data-step=n]")).to_have_attribute(
        "aria-label", re.compile("Next: related passage, not quoted · (same|other) document")
    )
    page.keyboard.press("n")
    expect(place).to_have_text(f"Source 2 of {total} · related, not quoted")
    expect(page.locator("#quote")).to_be_focused()
    assert page.locator("#source mark").count() == 0
    page.get_by_role("link", name=re.compile("Previous: source 1")).click()
    expect(place).to_have_text(f"Source 1 of {total}")
    assert opened_place(page) == first


def test_a_long_document_opens_at_once_at_the_sentence(open_page, varied_site):
    """In a long article the cited sentence is in sight, and the strip's mark stands as far down as the sentence."""
    page = open_page(varied_site)
    ask(page, "What landed beside the rocks on day 396?")
    open_first_source(page)
    expect(page.locator("#quote")).to_contain_text("a yellow seaplane landed")
    expect(page.locator("#quote")).to_be_in_viewport()
    assert 0.1 < scroll_of(page, "#quote") < 0.9
    down = page.evaluate(
        "(() => {const d = document.querySelector('.document'), q = document.querySelector('#quote');"
        "return 1000 * q.offsetTop / d.scrollHeight})()"
    )
    assert abs(float(page.locator(".strip .mark").get_attribute("y")) - down) < 15
    assert page.locator(".strip .bar").count() <= 150


def test_strip_jumps(page):
    """A click on the strip goes to the sentence that its nearest bar stands for."""
    ask(page, WHEN)
    open_first_source(page)
    box = page.locator(".strip").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.05)
    here = page.locator(".s.here").first
    expect(here).to_be_focused()
    expect(here).to_be_in_viewport()
    assert int(here.get_attribute("data-start")) < 1000
    assert opened_place(page)[1] == int(here.get_attribute("data-start"))


def test_list_is_the_strips_twin(page):
    """The list names the closest sentences, best first; a click goes there, and the answer is among them."""
    ask(page, WHEN)
    open_first_source(page)
    page.locator(".closest summary").click()
    similarities = [
        float(re.search(r"similarity (\S+)", text)[1]) for text in page.locator(".closest li").all_inner_texts()
    ]
    assert similarities == sorted(similarities, reverse=True)
    assert page.locator(".closest a", has_text="On May 1, 1990").count() == 1
    link = page.locator(".closest a").nth(2)
    link.click()
    here = page.locator(".s.here").first
    expect(here).to_be_focused()
    assert here.inner_text().startswith(link.inner_text().removesuffix("...")[:40])


def test_every_sentence_can_be_reached_by_keys(page):
    """j and k walk the sentences of the open source."""
    ask(page, WHEN)
    open_first_source(page)
    start = opened_place(page)[1]
    page.keyboard.press("j")
    after = opened_place(page)[1]
    assert after > start
    page.keyboard.press("k")
    assert opened_place(page)[1] == start


@pytest.mark.parametrize("question", ["Who stole the moon rock in 2031?", "Ferdinand moon rock"])
def test_offsets_behind_emoji(open_page, varied_site, question):
    """Offsets count code points: behind emoji the marked text is still exactly the quotation."""
    page = open_page(varied_site)
    ask(page, question)
    data = json.loads(page.locator(".turn").get_attribute("data-answer"))
    citation = data["citations"][0]
    assert citation["document_id"] == "emoji.md"
    assert citation["start_char_index"] > 0
    open_first_source(page)
    assert page.locator("#quote").inner_text() == citation["cited_text"]
    sliced = page.evaluate(
        "async ([a, b]) => {const {slice} = await import('/static/codepoints.js');"
        "const d = await (await fetch('/documents/emoji.md')).json(); return slice(d.text, a, b)}",
        [citation["start_char_index"], citation["end_char_index"]],
    )
    assert sliced == citation["cited_text"]


def test_code_points_agree_with_python(page):
    """The one place that converts agrees with Python's own slices on any mixture of planes."""
    texts = ["", "abc", "😀", "a😀b", "👩‍🚀x🌑", "e\u0301😀\r\n長城", "😀" * 5]
    for text in texts:
        for start in range(len(text) + 1):
            for end in range(start, len(text) + 1):
                found = page.evaluate(
                    "async ([t, a, b]) => {const m = await import('/static/codepoints.js');"
                    "return [m.slice(t, a, b), m.length(t), m.toIndex(t, a)]}",
                    [text, start, end],
                )
                assert found == [text[start:end], len(text), len(text[:start].encode("utf-16-le")) // 2]


def test_who_else_says_this(page):
    """A sentence's echoes are other sentences, best first; each opens in its own document, beside the same question."""
    ask(page, WHEN)
    open_first_source(page)
    own = page.locator("#quote").inner_text()
    page.get_by_role("link", name="Who else says this?").click()
    page.locator(".found li").first.wait_for()
    texts = page.locator(".found .quoted").all_inner_texts()
    assert own not in texts
    asked = page.locator("#source [data-action=echo]").get_attribute("href")
    similar = page.request.get(asked, headers={"Accept": "application/json"}).json()["sentences"]
    assert texts == [sentence["text"] for sentence in similar]
    expect(page.locator(".others blockquote")).to_have_text(own)
    page.locator(".found a").first.click()
    expect(page.locator(".others")).to_have_count(0)
    expect(page.locator("#quote")).to_have_text(texts[0])
    assert parse_qs(urlsplit(page.url).query)["question"] == [WHEN]


def test_selecting_a_sentence_chooses_it(page, site):
    """Selecting words in the source makes "Who else says this?" and the address mean their sentence."""
    ask(page, WHEN)
    open_first_source(page)
    sentence = page.locator("#source .s[id]").nth(3)
    sentence.scroll_into_view_if_needed()
    line = sentence.evaluate("(e) => e.getClientRects()[0].toJSON()")
    page.mouse.dblclick(line["x"] + 20, line["y"] + 8)
    start = int(sentence.get_attribute("data-start"))
    assert opened_place(page)[1] == start
    href = page.get_by_role("link", name="Who else says this?").get_attribute("href")
    assert parse_qs(urlsplit(href).query)["start"] == [str(start)]


def test_languages_and_directions(open_page, varied_site):
    """Every quotation says its language and takes its direction from its words."""
    page = open_page(varied_site)
    for question, language, direction in (
        ("秦始皇在哪一年统一中国？", "zh", "ltr"),
        ("متى تأسست مدينة القاهرة؟", "ar", "rtl"),
        (FOX, "en", "ltr"),
    ):
        ask(page, question)
        text = page.locator(".turn").last.locator(".passage .text").first
        assert text.get_attribute("lang") == language
        assert text.evaluate("(e) => getComputedStyle(e).direction") == direction


def test_corpus_page_tells_what_was_never_quoted(page, site):
    """The corpus page lists each document with its counts and says which no answer has quoted."""
    ask(page, WHEN)
    page.get_by_role("link", name="Library").click()
    snapshot = site.service.snapshot
    assert page.locator(".corpus tr[data-id]").count() == len(snapshot.documents)
    row = page.locator(".corpus tr[data-id]", has_text="xu-jiatun.md")
    expect(row.locator(".passages")).to_have_text(str(len(snapshot.rows_of_document["xu-jiatun.md"])))
    expect(row.locator(".state")).to_have_text("Answers")
    with page.expect_download() as download:
        row.get_by_role("link", name="Download the text").click()
    assert download.value.suggested_filename == "xu-jiatun.txt"
    assert download.value.path().read_text("utf-8") == snapshot.document_by_id["xu-jiatun.md"].text


def test_chosen_documents_become_the_filter(page):
    """Documents that are chosen on the corpus page are the filter of the next question."""
    page.get_by_role("link", name="Library").click()
    page.get_by_label("Ask only Jia Jia").check()
    page.get_by_role("button", name="Ask only the chosen documents").click()
    ask(page, WHEN)
    expect(page.locator(".filtered")).to_contain_text("Jia Jia, Shanxi technology official")
