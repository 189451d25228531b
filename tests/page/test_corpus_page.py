"""The documents page in a browser: files added and taken away, the build followed, the token asked for."""

import time

import pytest
from browsing import ask, axe
from playwright.sync_api import expect
from serving import serving, write_corpus

from qa.corpus.collections import Collections

FERRY = "The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911."
TRAIN = "The train to Malmö left at one o'clock, with forty passengers."
BUILD_MS = 25_000
DROP = """(files) => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) transfer.items.add(new File([text], name));
    const area = document.querySelector('.drop');
    for (const kind of ['dragenter', 'dragover', 'drop']) {
      area.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
}"""
SMALL = """() => [...document.querySelectorAll('main button, main a, main input:not([type=checkbox]), dialog[open] *')]
  .filter((e) => e.matches('button, a, input') && e.checkVisibility({ visibilityProperty: true }))
  .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect(), getComputedStyle(e, '::after')])
  .filter(([, box, hit]) => ['width', 'height'].some((side) => Math.max(box[side], parseFloat(hit[side]) || 0) < 43.9))
  .map(([html]) => html)"""


@pytest.fixture(scope="module")
def changing(embedder, tmp_path_factory):
    """A corpus that these tests change."""
    folder = tmp_path_factory.mktemp("changing")
    with serving(write_corpus(folder / "corpus", {"ferry.txt": FERRY}), folder / "index", embedder) as served:
        yield served


@pytest.fixture(scope="module")
def guarded(embedder, tmp_path_factory):
    """The same, with a token."""
    folder = tmp_path_factory.mktemp("guarded")
    corpus = write_corpus(folder / "corpus", {"ferry.txt": FERRY})
    with serving(corpus, folder / "index", embedder, admin_token="open sesame, open") as served:
        yield served


def choose(page, *files):
    page.set_input_files("#files", [{"name": n, "mimeType": "text/plain", "buffer": t.encode()} for n, t in files])


def settle(site):
    """Wait until every build that was asked for has ended."""
    ends = time.monotonic() + BUILD_MS / 1000
    while not all(job.ended for job in site.jobs()):
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_files_are_added_and_taken_away(open_page, changing):
    """Chosen files are stored, a wrong one says why, the list follows the build; delete has its undo, by keyboard."""
    page = open_page(changing, "/corpus")
    choose(page, ("Train times.txt", TRAIN), ("picture.gif", "x"))
    expect(page.locator("#results li")).to_have_count(2)
    expect(page.locator("#results li").first).to_have_text("Train-times.txt was added")
    expect(page.locator("#results li.error")).to_contain_text("picture.gif was not added: the suffix '.gif' is not")
    expect(page.locator("#job progress")).to_be_visible()
    expect(page.get_by_role("link", name="Train-times.txt", exact=True)).to_be_visible(timeout=BUILD_MS)
    expect(page.locator("#job")).to_contain_text("1 added")
    expect(page.locator("#status")).to_contain_text("The last build is done: 1 added.")
    assert axe(page) == []

    page.get_by_role("button", name="Delete Train-times.txt").focus()
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo the deletion of Train-times.txt")
    expect(undo).to_be_focused()
    assert not (changing.corpus / "Train-times.txt").exists()
    assert axe(page) == []
    expect(page.get_by_role("link", name="Train-times.txt", exact=True)).to_have_count(0, timeout=BUILD_MS)
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    assert (changing.corpus / "Train-times.txt").read_text("utf-8") == TRAIN
    expect(page.get_by_role("link", name="Train-times.txt", exact=True)).to_be_visible(timeout=BUILD_MS)


def test_files_can_be_dropped(open_page, changing):
    """Dropped files are added; another of the same name is refused, and replaces with the box ticked."""
    page = open_page(changing, "/corpus", expected="409")
    page.evaluate(DROP, [["dropped.md", FERRY]])
    expect(page.locator("#results li")).to_have_text("dropped.md was added")
    page.evaluate(DROP, [["dropped.md", TRAIN]])
    expect(page.locator("#results li.error")).to_contain_text("another document is called dropped.md")
    page.get_by_label("Put them in the place of documents of the same name").check()
    page.evaluate(DROP, [["dropped.md", TRAIN]])
    expect(page.locator("#results li")).to_have_text("dropped.md was replaced")
    assert (changing.corpus / "dropped.md").read_text("utf-8") == TRAIN


def test_a_running_build_is_followed_after_loading_the_page(open_page, changing):
    """Whoever comes while a build runs sees it go on, and the new list when it is done."""
    (changing.corpus / "late.txt").write_text(TRAIN, "utf-8")
    page = open_page(changing, "/corpus")
    page.get_by_role("button", name="Rebuild the index").click()
    expect(page.locator("#job progress")).to_be_visible()
    page.reload()
    expect(page.locator("#job progress")).to_be_visible()
    expect(page.get_by_role("link", name="late.txt", exact=True)).to_be_visible(timeout=BUILD_MS)


def test_a_build_shows_in_the_header_of_every_page(open_page, changing):
    """While a build runs, other pages show how far it is, with a link to it, and say when it is done."""
    settle(changing)
    changing.app.state.jobs.request()
    page = open_page(changing, "/settings")
    link = page.locator(".top .building")
    expect(link).to_be_visible()
    assert axe(page) == []
    expect(link).to_have_text("The index is up to date", timeout=BUILD_MS)
    settle(changing)
    page.reload()
    expect(link).to_have_count(0)


def test_the_token_is_asked_for_once(open_page, guarded):
    """A wrong token is asked for again; the right one is kept in the tab and nowhere else."""
    page = open_page(guarded, "/corpus", expected="401")
    choose(page, ("train.txt", TRAIN))
    field = page.locator("#token-field")
    expect(field).to_be_focused()
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(SMALL) == []
    field.fill("wrong")
    page.keyboard.press("Enter")
    expect(field).to_have_value("")
    assert not (guarded.corpus / "train.txt").exists()
    field.fill("open sesame, open")
    page.keyboard.press("Enter")
    expect(page.locator("#results li")).to_have_text("train.txt was added")
    page.reload()
    choose(page, ("more.txt", TRAIN))
    expect(page.locator("#results li")).to_have_text("more.txt was added")
    assert page.evaluate("[Object.keys(localStorage), document.cookie]") == [[], ""]


def test_no_change_without_a_token(open_page, guarded):
    """Cancelled, the question for the token leaves everything as it is."""
    page = open_page(guarded, "/corpus")
    page.get_by_role("button", name="Delete ferry.txt").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_contain_text("the token is missing")
    assert (guarded.corpus / "ferry.txt").exists()


def test_without_script(open_page, changing):
    """The same by plain forms: add, delete, undo."""
    page = open_page(changing, "/corpus", java_script_enabled=False)
    choose(page, ("plain.txt", TRAIN))
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/corpus#job")
    assert (changing.corpus / "plain.txt").exists()
    page.get_by_role("button", name="Delete ferry.txt").click()
    expect(page.locator("#undo")).to_contain_text("ferry.txt was deleted.")
    assert not (changing.corpus / "ferry.txt").exists()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/corpus#job")
    assert (changing.corpus / "ferry.txt").read_text("utf-8") == FERRY


def test_a_folder_comes_with_its_subfolders(open_page, changing, tmp_path):
    """A folder is sent in batches, keeps its sub-folders, and every file says what became of it, up to answering."""
    for number in range(23):
        path = tmp_path / "minutes" / f"19{number % 3}0" / f"meeting {number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Meeting {number} was held in the town hall of Ystad.", "utf-8")
    (tmp_path / "minutes" / "plan.png").write_bytes(b"x")
    (tmp_path / "minutes" / ".hidden.txt").write_text("x", "utf-8")
    page = open_page(changing, "/corpus")
    posts = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" and "/documents" in r.url else None)
    page.set_input_files("#folder", tmp_path / "minutes")
    expect(page.locator("#results li")).to_have_count(24)
    tally = page.locator("#tally")
    expect(tally).to_have_text("24 files: 0 waiting, 0 stored, 23 answering, 1 not added", timeout=BUILD_MS)
    assert len(posts) == 2
    expect(page.locator("#results .error")).to_contain_text("plan.png")
    names = {path.relative_to(changing.corpus).as_posix() for path in changing.corpus.rglob("meeting*.txt")}
    assert names == {f"minutes/19{number % 3}0/meeting-{number}.txt" for number in range(23)}
    groups = page.locator(".corpus .group")
    expect(groups).to_contain_text(["minutes/1900/", "minutes/1910/", "minutes/1920/"])
    page.get_by_label("Find by title").fill("meeting-2")
    page.keyboard.press("Enter")
    expect(page.locator(".corpus tr[data-id]")).to_have_count(4)
    page.get_by_label("Sort by").select_option("title")
    page.wait_for_url("**sort=title**")
    assert axe(page) == []
    page.get_by_label("All on this page").check()
    expect(page.locator("#chosen-count")).to_have_text("4 chosen")
    page.get_by_role("button", name="Delete the chosen").click()
    expect(page.locator("#undo li")).to_have_count(4)
    expect(page.get_by_text("Nothing has such a name.")).to_be_visible(timeout=BUILD_MS)


def test_an_empty_library_invites(open_page, embedder, tmp_path):
    """Without any article the page says what to do first."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    with serving(corpus, tmp_path / "index", embedder) as site:
        page = open_page(site, "/corpus")
        expect(page.get_by_role("heading", name="Add your first article")).to_be_visible()
        assert axe(page) == []
        page.evaluate(DROP, [["first.txt", FERRY]])
        expect(page.locator(".corpus tr[data-id]")).to_have_count(1, timeout=BUILD_MS)


def test_a_document_is_corrected_on_its_page(open_page, changing):
    """Its title is corrected by a form, answers so after the build, and the correction can be taken back."""
    page = open_page(changing, "/corpus", expected="422")
    page.get_by_role("link", name="About ferry.txt").click()
    page.get_by_label("Title").fill("The Adelaide")
    page.get_by_label("Published").fill("1911-05")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Take the corrections back")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("The Adelaide")  # already, though no build has it yet
    settle(changing)
    page.reload()
    expect(page.get_by_role("heading", name="The Adelaide")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("May 1911 as it was corrected")
    page.get_by_label("Published").fill("soon")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("alert")).to_contain_text("published must be a date")
    page.get_by_role("button", name="Take the corrections back").click()
    settle(changing)
    page.reload()
    expect(page.get_by_role("heading", name="ferry.txt")).to_be_visible()


def test_a_collection_is_made_asked_and_left(open_page, changing):
    """Chosen documents are put into a named collection, which is listed, asked alone and forgotten; by keyboard too."""
    page = open_page(changing, "/corpus")
    page.get_by_role("checkbox", name="Ask only ferry.txt").check()
    page.get_by_label("Name of the collection").fill("Ships & boats")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Collections")).to_contain_text("Ships & boats 1")
    assert page.locator("tr[data-id]").count() == 1
    assert axe(page) == []
    page.get_by_role("link", name="Ask this collection").click()
    expect(page.locator("#scope")).to_contain_text("collection: Ships & boats")
    ask(page, "Where did the ferry Adelaide leave the harbour?")
    expect(page.locator(".turn .filtered")).to_contain_text("collection Ships & boats")
    page.goto("/corpus?collection=Ships+%26+boats")
    page.get_by_role("button", name="Forget the collection").click()
    expect(page.get_by_role("navigation", name="Collections")).to_have_count(0)
    assert Collections(changing.corpus).all() == {}


def test_corrections_take_the_token(open_page, guarded):
    """Where changes need the token, a script asks for it and sends it along."""
    page = open_page(guarded, "/documents/ferry.txt/about")
    page.get_by_label("Tags").fill("ships, Ystad")
    page.get_by_role("button", name="Keep").click()
    page.fill("#token-field", "open sesame, open")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take the corrections back")).to_be_visible()
    expect(page.get_by_label("Tags")).to_have_value("ships, Ystad")
