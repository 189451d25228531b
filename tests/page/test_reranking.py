"""What a reader does with a passage, in a real browser: copy it, ask why, ask for more like it, judge it."""

import json

import pytest
from browsing import ask
from playwright.sync_api import expect

from qa.serving.feedback import JUDGEMENTS, read_judgements

WHEN = "When did Xu Jiatun leave for San Francisco?"


@pytest.mark.parametrize("kind", ["citation", "passage", "sentence"])
def test_copy_takes_quote_and_source(open_page, site, kind):
    """Copying gives the quote, title, date, id, characters and permalink, as plain and as rich text."""
    page = open_page(site, permissions=["clipboard-read", "clipboard-write"])
    ask(page, WHEN)
    data = json.loads(page.locator(".turn").get_attribute("data-answer"))
    citation, passage = data["citations"][0], next(p for p in data["passages"] if p["cited"])
    wanted = passage if kind == "passage" else citation
    if kind == "sentence":
        page.locator("a.number").first.click()
        page.locator("#source").wait_for()
    if kind == "passage":
        page.locator(".fold summary").first.click()
    page.locator(f"[data-copy={kind}]").first.click()
    expect(page.locator("#status")).to_have_text("Copied with its source")
    plain, rich = page.evaluate(
        "async () => {const [item] = await navigator.clipboard.read();"
        "return [await (await item.getType('text/plain')).text(), await (await item.getType('text/html')).text()]}"
    )
    quote = passage["text"] if kind == "passage" else citation["cited_text"]
    assert plain.startswith(f"“{quote}”\n")
    characters = f"characters {wanted['start_char_index']}–{wanted['end_char_index']}"
    for part in (citation["document_title"], "21 November 2026", "xu-jiatun.md", characters):
        assert part in plain
        assert part in rich
    page.goto(plain.strip().split("\n")[-1])
    assert page.locator("#source mark").first.inner_text() in quote


def test_why_names_words_and_scores(page):
    """ "Why this passage?" lists the words that matched, those that did not, and each score by name."""
    ask(page, "When did Xu Jiatun leave Hong Kong with a bicycle?")
    page.locator(".fold summary").first.click()
    page.locator(".why summary").first.click()
    why = page.locator(".why dl").first
    data = json.loads(page.locator(".turn").get_attribute("data-answer"))
    expect(why).to_contain_text("Words matched")
    expect(why.locator("div", has_text="Words not in it")).to_contain_text("bicycle")
    assert why.locator("dt").count() == 3 + len(data["passages"][0]["scores"])


def test_more_and_less_like_this(page):
    """ "More like this" ranks the passages again and shows a chip; its undo brings the first order back."""
    ask(page, WHEN)
    order = lambda: page.locator(".passage").evaluate_all("(all) => all.map((p) => p.dataset.passage)")  # noqa: E731
    before = order()
    page.locator(".related summary").first.click()
    last = page.locator(".related .passage").last
    chosen = last.get_attribute("data-passage")
    last.get_by_role("button", name="More like this").click()
    chip = page.locator(".chips button")
    chip.wait_for()
    expect(chip).to_be_focused()
    assert order()[0] == chosen
    page.locator(f'.passage[data-passage="{chosen}"]').get_by_role("button", name="Not like this").click()
    expect(page.locator(".chips button")).to_contain_text("Not like")
    expect(page.locator(".passage").first).not_to_have_attribute("data-passage", chosen)
    page.locator(".chips button").click()
    expect(page.locator(".chips")).to_have_count(0)
    assert order() == before


def test_a_thumb_writes_one_judgement(page, site):
    """A grade is one line that names question, passage, grade and snapshot; pressing again takes it back."""
    path = site.index / JUDGEMENTS
    ask(page, WHEN)
    page.locator(".fold summary").first.click()
    passage = page.locator(".passage").first
    answers = passage.get_by_role("button", name="Answers")
    answers.click()
    expect(answers).to_have_attribute("aria-pressed", "true")
    (judged,) = [j for j in read_judgements(path) if j.question == WHEN]
    assert (judged.passage_id, judged.grade) == (passage.get_attribute("data-passage"), 1)
    assert judged.snapshot == site.service.snapshot.manifest.id
    document = site.service.snapshot.document_by_id[judged.document_id]
    assert document.text[judged.start_char_index : judged.end_char_index] == passage.locator(".text").text_content()
    answers.click()
    expect(answers).to_have_attribute("aria-pressed", "false")
    assert [j for j in read_judgements(path) if j.question == WHEN] == []
