"""Asking in a real browser: with script and without, follow-ups, filters, cancelling, and what is said aloud."""

import json
from contextlib import suppress
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browsing import ask
from playwright.sync_api import Error, expect

WHEN = "When did Xu Jiatun leave for San Francisco?"
PERU = "What is the capital of Peru?"


def held(page, pattern):
    """Hold matching requests until the returned function lets them go on; counts them."""
    routes = []
    page.route(pattern, lambda route: routes.append(route))  # noqa: PLW0108  the library marks what it is given

    def release():
        page.unroute(pattern)
        for route in routes:
            with suppress(Error):  # the page has cancelled this one
                route.continue_()

    return routes, release


def test_first_question_appends_an_answer(page):
    """Enter sends; the answer is appended, is a verbatim quotation, and the focus stays on the question."""
    ask(page, WHEN)
    expect(page.locator("blockquote p").first).to_contain_text("On May 1, 1990, Xu Jiatun left Hong Kong by air")
    expect(page.get_by_text("Quoted from your documents. Nothing is generated.")).to_be_visible()
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#question")).to_have_value("")
    assert parse_qs(urlsplit(page.url).query)["question"] == [WHEN]


def test_conversation_grows_and_only_news_is_announced(page):
    """A second answer stands below the first; the log is silent, one line speaks: quotation, source."""
    page.evaluate(
        "window.said = []; new MutationObserver(() => {const t = document.querySelector('#status').textContent;"
        "if (t) said.push(t)}).observe(document.querySelector('#status'), {childList: true})"
    )
    ask(page, WHEN)
    expect(page.locator("#status")).to_contain_text("On May 1, 1990")
    ask(page, PERU)
    expect(page.locator("#status")).to_contain_text("No answer found")
    found, refused = page.evaluate("said")
    assert found.startswith("“On May 1, 1990, Xu Jiatun left Hong Kong by air")
    assert "” Xu Jiatun: from Beijing's top man in Hong Kong" in found
    assert refused == "No answer found: your documents do not say"
    assert page.locator(".turn h2").all_inner_texts() == [WHEN, PERU]
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")


def test_follow_up_sends_the_earlier_questions(page):
    """The conversation's earlier questions travel as history, oldest first."""
    bodies = []
    page.on("request", lambda request: bodies.append(request.post_data) if request.url.endswith("/turn") else None)
    for question in (WHEN, "Who drove him?", "Why?"):
        ask(page, question)
    assert [json.loads(body)["history"] for body in bodies] == [[], [WHEN], [WHEN, "Who drove him?"]]


def test_shift_enter_breaks_the_line(page):
    """Shift+Enter breaks the line and sends nothing."""
    page.fill("#question", "one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(page.locator("#question")).to_have_value("one\ntwo")
    assert page.locator(".turn").count() == 0


def test_composition_never_sends(page):
    """Enter that ends an input method's composition does not send; the next Enter does."""
    page.focus("#question")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "しょうと", "selectionStart": 4, "selectionEnd": 4})
    page.evaluate(
        "document.querySelector('#question').dispatchEvent(new KeyboardEvent('keydown',"
        "{key: 'Enter', keyCode: 13, isComposing: true, bubbles: true, cancelable: true}))"
    )
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229})
    session.send("Input.insertText", {"text": "許家屯"})
    assert page.locator(".turn").count() == 0
    expect(page.locator("#question")).to_have_value("許家屯")
    page.keyboard.press("Enter")
    expect(page.locator(".turn h2")).to_have_text("許家屯")


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_a_slow_answer_can_be_cancelled(page, way):
    """Cancel, or Escape, stops a question under way and gives its words back; a late answer changes nothing."""
    routes, release = held(page, "**/turn")
    page.fill("#question", WHEN)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Searching…")).to_be_visible()
    if way == "button":
        page.get_by_role("button", name="Cancel").click()
    else:
        page.keyboard.press("Escape")
    assert len(routes) == 1
    release()
    expect(page.locator("#question")).to_have_value(WHEN)
    expect(page.locator("#question")).to_be_focused()
    page.wait_for_timeout(300)
    assert page.locator(".turn").count() == 0


def test_a_new_question_cancels_the_old(page):
    """Asking while a question is under way drops the old one: only the new one is answered."""
    routes, release = held(page, "**/turn")
    page.fill("#question", PERU)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Searching…")).to_be_visible()
    page.fill("#question", WHEN)
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.turn h2')[0]?.textContent.startsWith('When')")
    while len(routes) < 2:
        page.wait_for_timeout(20)
    release()
    page.locator(".turn[data-answer]").wait_for()
    assert page.locator(".turn h2").all_inner_texts() == [WHEN]


def test_suggestions_are_answered_with_one_click(page):
    """Each suggested question is one click, and the service answers it."""
    page.locator("#suggestions a").first.wait_for()
    questions = page.locator("#suggestions a").all_inner_texts()
    assert 2 <= len(questions) <= 4
    for question in questions:
        page.goto("/")
        page.locator("#suggestions a", has_text=question).click()
        page.locator(".turn[data-answer]").wait_for()
        expect(page.locator("blockquote p").first).to_be_visible()


def test_filter_is_printed_and_cleared_with_one_click(page):
    """An active filter stands above its answer; one click asks again without it."""
    page.locator(".filters summary").click()
    page.get_by_label("Jia Jia, Shanxi technology official").check()
    ask(page, WHEN)
    first = page.locator(".turn").first
    expect(first.locator(".filtered")).to_contain_text("Only in: Jia Jia, Shanxi technology official")
    assert {p["document_id"] for p in json.loads(first.get_attribute("data-answer"))["passages"]} == {"2006/jia-jia.md"}
    first.get_by_role("link", name="Clear the filter").click()
    second = page.locator(".turn[data-answer]").nth(1)
    expect(second.locator("blockquote")).to_contain_text("May 1, 1990")
    assert second.locator(".filtered").count() == 0
    assert page.locator("input[name=document_ids]:checked").count() == 0


def test_date_filter(page):
    """A date range reaches the service: what lies outside of it is not searched."""
    page.locator(".filters summary").click()
    page.get_by_label("until").fill("2006-12-31")
    ask(page, WHEN)
    expect(page.locator(".filtered")).to_contain_text("until 2006-12-31")
    data = json.loads(page.locator(".turn").get_attribute("data-answer"))
    assert {passage["document_id"] for passage in data["passages"]} == {"2006/jia-jia.md"}


def test_refusal_says_so_and_offers_neighbours(page):
    """A refusal names the count, the unknown words, the closest passage folded, and questions that are answered."""
    ask(page, PERU)
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("Your 3 documents do not say.")
    expect(refusal).to_contain_text("Nowhere in them: Peru.")
    expect(refusal).to_contain_text("qa index")
    expect(page.locator(".related .passage").first).to_be_hidden()
    page.locator(".related summary").first.click()
    expect(page.locator(".related .passage").first).to_be_visible()
    neighbours = refusal.locator(".suggestions a")
    assert neighbours.count() == 2
    neighbours.first.click()
    expect(page.locator(".turn").nth(1).locator("blockquote").first).to_be_visible()


def test_too_long_a_question_is_refused_and_kept(page):
    """Lengths are code points: 2,000 emoji are a question, one more is refused in words and nothing is cut."""
    page.fill("#question", "😀" * 2001)
    page.keyboard.press("Enter")
    expect(page.locator("#too-long")).to_contain_text("2001 characters are too many")
    assert page.locator("#question").input_value() == "😀" * 2001
    ask(page, "😀" * 2000)
    expect(page.locator("#too-long")).to_be_hidden()


def test_an_unreachable_service_is_said_and_tried_again(open_page, site):
    """A failure is said in words; "Try again" asks the same question."""
    page = open_page(site, expected="status of 503")
    page.route("**/turn", lambda route: route.fulfill(status=503, body='{"detail": "no index is ready yet"}'))
    page.fill("#question", WHEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="no index is ready yet")).to_be_visible()
    page.unroute("**/turn")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("blockquote")).to_contain_text("May 1, 1990")
    assert page.locator(".turn").count() == 1


def test_without_script_the_form_answers(open_page, site):
    """With script off a form asks, a second question carries the first one, and links open the source."""
    page = open_page(site, java_script_enabled=False)
    assert (
        page.get_by_role("button", name="Keys").count() == 0 or not page.get_by_role("button", name="Keys").is_visible()
    )
    page.fill("#question", WHEN)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("blockquote")).to_contain_text("May 1, 1990")
    page.locator("a.number").first.click()
    expect(page.locator("#source mark")).to_contain_text("On May 1, 1990")
    page.get_by_role("link", name="Close").click()
    assert page.locator("#source").count() == 0
    page.fill("#question", "Who drove him to Hong Kong?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".earlier")).to_contain_text(WHEN)
    assert parse_qs(urlsplit(page.url).query)["history"] == [WHEN]


def test_without_script_filters_and_suggestions_work(open_page, site):
    """The filter is part of the form, and suggested questions are links."""
    page = open_page(site, java_script_enabled=False)
    page.locator(".filters summary").click()
    page.get_by_label("Jia Jia, Shanxi technology official").check()
    page.fill("#question", "Who is Jia Jia?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".filtered")).to_contain_text("Only in:")
    page.get_by_role("link", name="Clear the filter").click()
    assert page.locator(".filtered").count() == 0


def test_wrong_addresses_are_answered_in_words(open_page, site):
    """A question that cannot be asked gives a page that says why; the question is kept."""
    page = open_page(site, "/?question=x&date_from=tomorrow", java_script_enabled=False, expected="status of 422")
    expect(page.get_by_role("alert").filter(has_text="date_from")).to_be_visible()
    expect(page.locator("#question")).to_have_value("x")


def test_searched_for_is_shown_and_can_be_undone(open_page, site):
    """Where context was carried the page says what was searched, and one click searches exactly what was typed."""
    carried = f"/?question={quote('Where was he born?')}&history={quote('Who is Xu Jiatun?')}"
    page = open_page(site, carried)
    expect(page.locator(".turn")).to_have_count(2)  # the earlier question is asked again
    turn = page.locator(".turn").last
    data = json.loads(turn.get_attribute("data-answer"))
    assert data["carried"]
    expect(turn.locator(".note .chip")).to_contain_text(f"with: {' '.join(data['carried'])}")
    page.get_by_role("link", name="Search exactly what I typed").click()
    second = page.locator(".turn[data-answer]").nth(2)
    second.wait_for()
    exact = json.loads(second.get_attribute("data-answer"))
    assert exact["searched_for"] == exact["question"] == data["question"]
