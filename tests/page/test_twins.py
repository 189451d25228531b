"""What is there twice: a name in two spellings, and a text in two documents."""

import json

import pytest
from browsing import ask, axe
from playwright.sync_api import expect
from serving import serving, write_corpus

from qa.serving.feedback import JUDGEMENTS, read_judgements

WHO = "What did Qvistgaard keep?"
NOTE = (
    "A clerk by the name of Qvistgaard kept the ledger of the northern harbour in an oak chest. Nobody else had a key."
)
FILES = {
    "first.md": f"---\ntitle: The first register\n---\n\n{NOTE}",
    "second.md": f"---\ntitle: The second register\n---\n\n{NOTE}",
    "other.md": "---\ntitle: Letters\n---\n\nThe widow wrote to Qvistgard about the price of salt and herring.",
}


@pytest.fixture(scope="module")
def twins(embedder, tmp_path_factory):
    """Two registers with the same text, and a letter that spells a name otherwise."""
    folder = tmp_path_factory.mktemp("twins")
    with serving(write_corpus(folder / "corpus", FILES), folder / "index", embedder) as served:
        yield served


def answered(page):
    ask(page, WHO)
    return json.loads(page.locator(".turn").get_attribute("data-answer"))


def test_other_spellings_are_a_field_of_their_own(open_page, twins):
    """Other spellings that were searched for are listed; the page names each beside the text that was searched for."""
    page = open_page(twins)
    body = answered(page)
    assert body["also_searched"] == ["Qvistgard"]
    assert body["searched_for"] == f"{WHO} (also: Qvistgard)"
    expect(page.locator(".turn .note").first).to_have_text(f"Searched for: {WHO} and also Qvistgard")


def test_a_judgement_is_about_the_text_alone(open_page, twins):
    """What a reader judges is the question as it was searched for, without the list of spellings behind it."""
    page = open_page(twins)
    answered(page)
    page.locator(".fold summary").first.click()
    with page.expect_response("**/feedback") as sent:
        page.get_by_role("button", name="Answers").first.click()
    assert sent.value.status == 204
    assert read_judgements(twins.index / JUDGEMENTS)[-1].question == WHO


def test_where_else_it_stands(open_page, twins):
    """A text that two documents have is listed once; a link opens it in the other one, Escape returns to it."""
    page = open_page(twins)
    body = answered(page)
    listed = next(passage for passage in body["passages"] if passage["repeated_in"])
    (other,) = listed["repeated_in"]
    assert {listed["document_id"], other.rpartition("#")[0]} == {"first.md", "second.md"}
    page.locator(".fold summary").first.click()
    title = FILES[other.rpartition("#")[0]].split("title: ")[1].split("\n")[0]
    link = page.locator(".passage .byline").get_by_role("link", name=title)
    expect(link.locator("..")).to_contain_text(f"Also in: {title}, characters 0–{len(NOTE)}")
    assert link.bounding_box()["height"] >= 43.9
    page.locator("summary").last.evaluate("(e) => e.scrollIntoView({ block: 'center' })")  # from under the form
    assert axe(page) == []
    link.click()
    expect(page.locator("#source")).to_have_attribute("data-document", other.rpartition("#")[0])
    assert "".join(page.locator("#source mark").all_inner_texts()) == NOTE
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
