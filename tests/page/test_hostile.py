"""Strings that want to be code are shown as text and never run; a control shows that running would be noticed."""

from urllib.parse import quote

import httpx2
import pytest
from articles import HOSTILE
from browsing import watched

from qa.api.page.presentation import document_url
from qa.corpus.collections import FILE, MAX_NAME, Collections

RAN = "window.ran !== undefined || window.top.ran !== undefined"


def stirred(page):
    """Whether anything ran; focus, hovering and clicks are tried first, for handlers that wait for them."""
    page.evaluate(
        "for (const e of document.querySelectorAll('main *'))"
        " for (const kind of ['mouseover', 'focus', 'toggle', 'error', 'load'])"
        " e.dispatchEvent(new Event(kind))"
    )
    return page.evaluate(RAN)


def test_there_are_sixty():
    """The list is as long as promised, without repetition."""
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize(
    "string",
    [
        "<img src=x onerror=window.ran=1>",
        "<details open ontoggle=window.ran=1>x</details>",
        "<script>window.ran=1</script>",
    ],
)
def test_control_a_script_that_runs_is_noticed(browser, hostile_site, string):
    """Put into the page unescaped and without its policy, a hostile string does run, and the detector sees it."""
    with watched(browser, hostile_site.address, bypass_csp=True) as (page, _):
        page.goto("/")
        page.evaluate(
            "(s) => document.querySelector('main').append(document.createRange().createContextualFragment(s))", string
        )
        page.wait_for_function(RAN)
        assert stirred(page)


def test_control_the_policy_alone_stops_it(browser, hostile_site):
    """Even unescaped, the policy of the page refuses to run it, and the console says so."""
    with watched(browser, hostile_site.address) as (page, watch):
        page.goto("/")
        page.evaluate(
            "document.querySelector('main')"
            ".insertAdjacentHTML('beforeend', '<img src=/static/none onerror=window.ran=1>')"
        )
        page.wait_for_timeout(200)
        assert not page.evaluate(RAN)
        assert any("Content Security Policy" in complaint for complaint in watch.complaints)


def test_in_text_title_name_and_front_matter(open_page, hostile_site):
    """Every document page shows title, publisher and text as they are, and nothing in them runs."""
    page = open_page(hostile_site)
    documents = hostile_site.service.snapshot.documents
    assert len(documents) == len(HOSTILE) + 1
    assert sum(any(string.split()[0] in document.text for string in HOSTILE) for document in documents) == len(
        documents
    )
    for document in documents:
        page.goto(document_url(document.id))
        assert page.locator("h1").text_content() == (document.title or document.id)
        assert " ".join(page.locator(".document > *").all_text_contents()).split() == document.text.split()
        assert document.id in page.locator(".byline").text_content()
        assert not stirred(page), document.id


def test_on_the_corpus_page_and_in_the_filter(open_page, hostile_site):
    """The lists of documents and tags show hostile titles, names and tags as text."""
    page = open_page(hostile_site, "/corpus")
    assert not stirred(page)
    assert page.locator(".corpus tr[data-id]").count() == len(HOSTILE) + 1
    page.goto("/?" + "&".join(f"tags={quote(string)}" for string in HOSTILE[:40]))
    assert not stirred(page)


def test_about_documents_on_the_timeline_and_in_collections(open_page, hostile_site):
    """Titles and fields of the form, words that are looked for, and names of collections are text there too."""
    page = open_page(hostile_site)
    for document in hostile_site.service.snapshot.documents[::6]:
        page.goto(document_url(document.id) + "/about")
        assert page.locator("h1").text_content() == (document.title or document.id)
        assert page.locator("[name=publisher]").input_value() == (document.publisher or "")
        assert not stirred(page), document.id
    collections = Collections(hostile_site.corpus)
    names = [string for string in HOSTILE if string.isprintable() and len(string) <= MAX_NAME]
    for name in names:
        collections.put(name, ["large.txt"])
    try:
        for path in ("/", "/corpus", *(f"/timeline?find={quote(string)}" for string in names[::8])):
            page.goto(path)
            assert not stirred(page), path
        page.goto(f"/corpus?collection={quote(names[0])}")
        assert page.locator(".collections [aria-current] bdi").text_content() == names[0]
        assert len(page.locator(".collections bdi").all()) == len(names) > len(HOSTILE) / 2
    finally:
        (hostile_site.corpus / FILE).unlink()


@pytest.mark.parametrize("script", [True, False])
def test_in_the_question(open_page, hostile_site, script):
    """Every question is shown as it was asked, in the answer, the title and the field, and nothing in it runs."""
    page = open_page(hostile_site, java_script_enabled=script)
    for string in HOSTILE if script else HOSTILE[::6]:
        asked = f"Which warehouse says {string}"
        page.goto(f"/?question={quote(asked)}")
        assert page.locator("h2.question").text_content() == asked.strip()
        if script:
            assert not stirred(page), string


def test_asked_in_a_conversation(open_page, hostile_site):
    """Appended by script, hostile questions and the hostile passages they find stay text, in the panel too."""
    page = open_page(hostile_site)
    for number, string in enumerate(HOSTILE[::6]):
        asked = f"Which warehouse holds the label {string}"
        page.fill("#question", asked)
        page.keyboard.press("Enter")
        turn = page.locator(".turn[data-answer]").nth(number)
        turn.wait_for()
        assert turn.locator("h2.question").text_content() == asked.strip()
    page.locator("summary").evaluate_all("(all) => all.forEach((s) => (s.parentElement.open = true))")
    page.locator(".passage .title a").first.click()
    page.locator("#source").wait_for()
    assert not stirred(page)


def test_in_the_history(open_page, hostile_site):
    """Earlier questions come back as text."""
    page = open_page(hostile_site)
    for first in range(0, len(HOSTILE), 10):
        part = [string.strip() for string in HOSTILE[first : first + 10]]
        page.goto("/?question=x&" + "&".join(f"history={quote(string)}" for string in part))
        assert page.locator(".earlier q").all_text_contents() == part
        assert not stirred(page)


def test_a_megabyte_is_refused_in_words(open_page, hostile_site):
    """A megabyte that is pasted is refused in words; what stood in the field stays."""
    page = open_page(hostile_site)
    page.fill("#question", "Which warehouse")
    page.evaluate(
        "(() => {const data = new DataTransfer();"
        "data.setData('text/plain', '<script>window.ran=1</script>'.repeat(40000));"
        "const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});"
        "window.refused = !document.querySelector('#question').dispatchEvent(paste)})()"
    )
    assert page.evaluate("window.refused")
    assert "1160000 characters are too many" in page.locator("#too-long").inner_text()
    assert page.locator("#question").input_value() == "Which warehouse"
    assert not stirred(page)


def test_a_megabyte_is_refused_by_the_server(hostile_site):
    """A megabyte that no script holds back is refused by the server, as a question and as a body."""
    with httpx2.Client(base_url=hostile_site.address) as client:
        assert client.get("/", params={"question": "x" * 30_000}).status_code == 422
        assert client.post("/turn", json={"question": "x" * 2**20}).status_code == 413
        assert client.post("/feedback", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 422


def test_bidirectional_overrides_stay_inside(open_page, hostile_site):
    """An override in a title does not turn the words around it: each title stands in a box of its own direction."""
    page = open_page(hostile_site, "/corpus")
    cells = page.locator(".corpus th a", has_text="gpj.exe")
    assert cells.count() >= 1
    assert cells.first.evaluate("(e) => getComputedStyle(e).unicodeBidi") in (
        "isolate",
        "plaintext",
        "isolate-override",
    )
