"""The filter of a corpus with more documents and tags than can be listed: each is found, with script and without."""

import json

import pytest
from browsing import ask, axe
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect

from qa.api.page.choices import LISTED, PAGE, Choices
from qa.index.snapshot import Snapshot
from qa.types import Document, Filters

CARGO = "How many sacks of salt did the freighter carry?"
WORDS = st.text("aBß İ", max_size=4)
DOCUMENTS = st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=3)), max_size=12)


@given(DOCUMENTS, WORDS, st.sets(st.integers(0, 11)), st.sets(WORDS, max_size=2), st.integers(1, 4))
def test_every_name_is_on_some_page(given_documents, find, chosen, chosen_tags, size):
    """The pages together have each document and tag that was found once, and every page has what is chosen first."""
    documents = [Document(f"{i}.md", title, "x", tags=tuple(tags)) for i, (title, tags) in enumerate(given_documents)]
    snapshot = Snapshot(None, documents, [], None, None, None, None)
    filters = Filters(tuple(f"{i}.md" for i in chosen), tuple(chosen_tags))
    pages = [Choices.of(snapshot, filters, {}, find, 1, size)]
    pages += [Choices.of(snapshot, filters, {}, find, number, size) for number in range(2, pages[0].pages + 1)]
    first = [d for d in snapshot.entries if d.id in filters.document_ids]
    assert all(list(page.documents[: len(first)]) == first for page in pages)
    assert all(len(page.documents) - len(first) <= size for page in pages)
    others = [d for page in pages for d in page.documents[len(first) :]]
    has = lambda text: all(word in text.casefold() for word in find.casefold().split())  # noqa: E731
    assert others == [d for d in snapshot.entries if d not in first and has(f"{d.title} {d.id}")]
    assert {page.of_documents for page in pages} == {len(first) + len(others)}
    tags = {tag for d in documents for tag in d.tags}
    listed = [tag for page in pages for tag in page.tags if tag not in chosen_tags]
    assert sorted(listed) == sorted(tag for tag in tags if tag not in chosen_tags and has(tag))
    assert all(set(page.tags) >= tags & chosen_tags for page in pages)
    assert Choices.of(snapshot, filters, {}, find, 10**6, size) == pages[-1]


def boxes(page, name="document_ids"):
    """The boxes of documents or tags, without those of folders."""
    return page.locator(f"input[name={name}]:not([value$='/'])")


def voyage(page, number):
    return page.get_by_role("checkbox", name=f"Log of the freighter Marianne, voyage {number}")


def passages_from(page):
    data = json.loads(page.locator(".turn").last.get_attribute("data-answer"))
    return {passage["document_id"] for passage in data["passages"]}


def test_found_by_name_while_typing(open_page, many_site):
    """The list shrinks to what is typed; what is chosen stays chosen and listed, and Enter asks nothing."""
    page = open_page(many_site)
    page.locator(".filters summary").click()
    expect(page.locator(".filters legend").filter(has_text="Documents")).to_have_text(f"Documents {LISTED} of 130")
    assert boxes(page).count() == boxes(page, "tags").count() == LISTED
    assert not page.get_by_role("button", name="Choose among").is_visible()
    find = page.get_by_label("Find by name")
    for number in ("117", "042"):
        find.fill(f"{number} FREIGHTER voyage")
        voyage(page, number).check()
    assert boxes(page).count() == 2
    page.fill("#question", "Does this wait?")
    find.press("Enter")
    expect(page.locator("#status")).to_have_text("2 listed")
    find.fill("")
    expect(page.locator("#status")).to_have_text(f"{1 + PAGE + 2 + PAGE} listed")
    assert boxes(page).evaluate_all("(all) => all.slice(0, 2).every((box) => box.checked)")
    assert page.locator(".turn").count() == 0
    ask(page, CARGO)
    assert passages_from(page) == {"logs/042.md", "logs/117.md"}
    page.locator(".filters summary").click()
    page.fill("#question", "half a question")
    page.get_by_role("button", name="Clear", exact=True).click()
    assert page.locator(".filters input:checked").count() == 0
    expect(page.locator("#question")).to_have_value("half a question")


def test_a_box_that_is_ticked_while_the_list_comes(open_page, many_site):
    """What is chosen while a list is under way is chosen in it too."""
    page = open_page(many_site)
    page.locator(".filters summary").click()
    waiting = []
    page.route("**/choices?*", lambda route: waiting.append(route) if not waiting else route.continue_())
    with page.expect_request("**/choices?*"):
        page.get_by_label("Find by name").fill("voyage 099")
    voyage(page, "003").check()
    waiting[0].continue_()
    expect(voyage(page, "099")).to_be_visible()
    expect(voyage(page, "003")).to_be_checked()
    assert boxes(page).count() == 2


def test_a_failed_search_is_said(open_page, many_site):
    """Where no list comes, the page says so, and the next try works."""
    page = open_page(many_site, expected="ERR_FAILED")
    page.locator(".filters summary").click()
    page.route("**/choices?*", lambda route: route.abort(), times=1)
    page.get_by_label("Find by name").fill("099")
    expect(page.locator("#status")).to_contain_text("The service cannot be reached")
    page.get_by_label("Find by name").fill("voyage 099")
    expect(voyage(page, "099")).to_be_visible()
    assert boxes(page).count() == 1


def test_chosen_without_script(open_page, many_site):
    """The page of choices carries question, conversation and choice from search to search, and asks with them."""
    page = open_page(many_site, "/?question=What+did+the+Marianne+carry%3F", java_script_enabled=False)
    page.fill("#question", CARGO)
    page.locator(".filters summary").click()
    page.get_by_label("Find by name").wait_for(state="hidden")
    voyage(page, "001").check()
    page.get_by_role("button", name="Choose among all 130 documents").click()
    expect(page.locator("legend").filter(has_text="Documents")).to_have_text("Documents 101 of 130")
    page.get_by_label("Find by name").fill("voyage 117")
    page.keyboard.press("Enter")
    voyage(page, "117").check()
    page.get_by_label("Find by name").fill("")
    page.get_by_role("button", name="Find").click()
    assert boxes(page).count() == PAGE + 2
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    voyage(page, "129").check()
    page.get_by_label("northern harbours 129", exact=True).check()
    voyage(page, "001").uncheck()
    page.get_by_role("button", name="Ask only what is chosen").click()
    expect(page.locator("h2.question")).to_have_text(CARGO)
    expect(page.locator(".earlier")).to_contain_text("What did the Marianne carry?")
    expect(page.locator(".filtered .chip")).to_have_count(3)
    assert passages_from(page) == {"logs/129.md"}  # the other has not the tag


def test_a_conversation_goes_on_from_the_choices(open_page, many_site):
    """Without a question yet, the choices lead back to an empty field that still has the conversation."""
    page = open_page(many_site, f"/?question={CARGO}", java_script_enabled=False)
    page.locator(".filters summary").click()
    page.get_by_role("button", name="Choose among all 130 documents").click()
    voyage(page, "007").check()
    page.get_by_role("button", name="Ask only what is chosen").click()
    expect(page.locator(".earlier")).to_contain_text(CARGO)
    expect(page.locator("#scope .chip")).to_contain_text("voyage 007")
    page.fill("#question", "Which ship was it?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".earlier")).to_contain_text(CARGO)
    assert passages_from(page) == {"logs/007.md"}


def test_nothing_found_is_said(open_page, many_site):
    """A name that nothing has gives a line that says so, not an empty page."""
    page = open_page(many_site, "/choices?find=zeppelin", java_script_enabled=False)
    expect(page.get_by_text("Nothing has such a name.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_choices_are_for_everybody(open_page, many_site, width):
    """axe-core finds nothing in the filter with its search, nor on the page of choices; nothing scrolls sideways."""
    page = open_page(many_site, reduced_motion="reduce", viewport={"width": width, "height": 640})
    page.locator(".filters summary").click()
    for _ in range(2):
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_label("Find by name").bounding_box()["height"] >= 43.9
        page.goto("/choices")


def test_folders_are_a_scope(page, site):
    """A folder in the rail limits the next question to what lies in it, with a chip that takes the limit away."""
    page.locator("#rail").get_by_role("link", name="2006").click()
    chip = page.locator("#scope .chip")
    expect(chip).to_contain_text("in: 2006/")
    ask(page, "Who is Jia Jia?")
    assert passages_from(page) == {"2006/jia-jia.md"}
    expect(chip).to_contain_text("in: 2006/")
    chip.get_by_role("button", name="Remove: 2006/").click()
    expect(chip).to_have_count(0)
    expect(page.locator("#question")).to_be_focused()
    ask(page, "When did Xu Jiatun leave for San Francisco?")
    assert len(passages_from(page)) > 1


def test_ask_in_this_document(page):
    """An open source can be made the scope; it stays open while one asks, and a refusal offers all documents."""
    ask(page, "When did Xu Jiatun leave for San Francisco?")
    page.locator("a.number").first.click()
    page.get_by_role("link", name="Ask in this document").click()
    expect(page.locator("#scope .chip")).to_contain_text("in: Xu Jiatun: from Beijing")
    expect(page.locator("#question")).to_be_focused()
    ask(page, "What is the capital of Peru?")
    expect(page.locator("#source")).to_be_visible()
    assert passages_from(page) <= {"xu-jiatun.md"}
    refusal = page.locator(".turn").last.locator(".refusal")
    expect(refusal).to_contain_text("The 1 chosen document doesn’t contain this.")
    refusal.get_by_role("link", name="Ask all 3").click()
    expect(page.locator(".turn[data-answer]")).to_have_count(3)
    expect(page.locator("#scope .chip")).to_have_count(0)


def test_scope_without_script(open_page, site):
    """Without script a chip is a link to the same question without that limit."""
    page = open_page(site, "/?question=Who+is+Jia+Jia%3F&document_ids=2006%2F&tags=none", java_script_enabled=False)
    expect(page.locator("#scope .chip")).to_have_count(2)
    page.get_by_role("link", name="Remove: none").click()
    expect(page.locator("#scope .chip")).to_have_count(1)
    expect(page.locator(".filtered")).to_contain_text("Only in: 2006/")
