"""``make screenshots``: pictures of every state of the page, to be looked at, into the ignored folder ``screenshots/``.

The one that the README shows goes to ``docs/`` as well.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from articles import VARIED, long_article
from browsing import ask, launch, watched
from playwright.sync_api import Browser, Page, sync_playwright
from serving import CORPUS, Site, serving, write_corpus

from qa import compose
from qa.config import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "screenshots"
README = ROOT / "docs" / "page.png"
WHEN = "When did Xu Jiatun leave for San Francisco?"
LONG_WORDS = 40_000
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
SMALLEST = {"viewport": {"width": 320, "height": 640}}
DARK = {"color_scheme": "dark"}

Scene = Callable[[Page], None]


def empty(page: Page) -> None:
    page.locator("#suggestions a").first.wait_for()


def answer(page: Page) -> None:
    ask(page, WHEN)


def unsure(page: Page) -> None:
    ask(page, "Why did Xu leave?")


def rail(page: Page) -> None:
    ask(page, WHEN)
    page.locator(".menu-button").click()


def typing(page: Page) -> None:
    page.keyboard.type("Xu Jiatun flew to San Francisco")
    page.locator(".ahead-clipping").wait_for()


def saved(page: Page) -> None:
    ask(page, WHEN)
    page.locator("[data-action=save]").first.click()
    page.locator("[data-action=save].done").wait_for()
    page.goto("/saved")
    page.locator("#board li").first.wait_for()


def settings(page: Page) -> None:
    page.goto("/settings")


def passages(page: Page) -> None:
    ask(page, WHEN)
    page.locator(".turn .fold summary").first.click()
    page.locator(".why summary").first.click()


def conversation(page: Page) -> None:
    for question in (WHEN, "Who drove him to Hong Kong?", "What is the capital of Peru?"):
        ask(page, question)


def source(page: Page) -> None:
    ask(page, WHEN)
    page.locator("a.number").first.click()
    page.locator("#quote").wait_for()


def echoes(page: Page) -> None:
    source(page)
    page.locator("[data-action=echo]").click()
    page.locator(".found li").first.wait_for()


def refusal(page: Page) -> None:
    ask(page, "What is the capital of Peru?")


def filtered(page: Page) -> None:
    page.locator(".filters summary").click()
    page.get_by_role("checkbox", name="Jia Jia, Shanxi technology official").check()
    ask(page, WHEN)


def keys(page: Page) -> None:
    page.locator("[data-action=keys]").click()


def documents(page: Page) -> None:
    page.goto("/corpus")


def changed(page: Page) -> None:
    page.goto("/corpus")
    note = {"name": "A note on ferries.txt", "mimeType": "text/plain", "buffer": b"The ferry left at noon."}
    page.set_input_files("#files", [note, {"name": "picture.gif", "mimeType": "image/gif", "buffer": b"x"}])
    page.locator("#results li").nth(1).wait_for()
    page.locator("[data-delete]").first.click()
    page.locator("#undo li").first.wait_for()


def document(page: Page) -> None:
    page.goto("/documents/xu-jiatun.md?start=6014&end=6112#quote")


def long_document(page: Page) -> None:
    ask(page, "What landed beside the rocks on day 396?")
    page.locator(".source-title, .passage .title a").first.click()
    page.locator("#quote").wait_for()


def about(page: Page) -> None:
    page.goto("/documents/xu-jiatun.md/about")


def timeline(page: Page) -> None:
    page.goto("/timeline")


def long_title(page: Page) -> None:
    ask(page, "How much was the widow of Leopold Brunner paid in 1893?")


def arabic(page: Page) -> None:
    ask(page, "متى تأسست مدينة القاهرة؟")
    page.locator(".related summary, .fold summary").first.click()


SAMPLE: tuple[tuple[str, Scene, dict[str, object]], ...] = (
    ("01-empty", empty, {}),
    ("02-answer", answer, {}),
    ("03-unsure", unsure, {}),
    ("04-passages", passages, {}),
    ("05-conversation", conversation, {}),
    ("06-source", source, {}),
    ("07-echoes", echoes, {}),
    ("08-refusal", refusal, {}),
    ("09-filtered", filtered, {}),
    ("10-keys", keys, {}),
    ("11-library", documents, {}),
    ("14-typing", typing, {}),
    ("15-saved", saved, {}),
    ("16-settings", settings, {}),
    ("12-document", document, {}),
    ("17-about", about, {}),
    ("18-timeline", timeline, {}),
    ("20-phone-empty", empty, PHONE),
    ("21-phone-answer", answer, PHONE),
    ("22-phone-source", source, PHONE),
    ("23-phone-refusal", refusal, PHONE),
    ("24-phone-library", documents, PHONE),
    ("27-phone-rail", rail, PHONE),
    ("28-phone-unsure", unsure, PHONE),
    ("45-phone-about", about, PHONE),
    ("46-phone-timeline", timeline, PHONE),
    ("47-phone-echoes", echoes, PHONE),
    ("25-smallest-answer", answer, SMALLEST),
    ("30-dark-empty", empty, DARK),
    ("31-dark-source", source, DARK),
    ("32-dark-refusal", refusal, DARK),
    ("35-dark-unsure", unsure, DARK),
    ("36-sepia", source, {"theme": "sepia"}),
    ("37-arabic-page", source, {"locale": "ar"}),
    ("38-window-1024", source, {"viewport": {"width": 1024, "height": 768}}),
    ("39-window-1440", source, {"viewport": {"width": 1440, "height": 900}}),
    ("33-forced-colours", source, {"forced_colors": "active"}),
)
CHANGING: tuple[tuple[str, Scene, dict[str, object]], ...] = (
    ("13-changed", changed, {}),
    ("26-phone-changed", changed, PHONE),
    ("34-dark-changed", changed, DARK),
)
HARD: tuple[tuple[str, Scene, dict[str, object]], ...] = (
    ("40-long-document", long_document, {}),
    ("41-long-title", long_title, {}),
    ("42-long-title-phone", long_title, SMALLEST),
    ("43-arabic", arabic, {}),
    ("44-hard-corpus", documents, {}),
)


def shoot(browser: Browser, site: Site, scenes: tuple[tuple[str, Scene, dict[str, object]], ...]) -> None:
    """Play each scene on a fresh page and keep its picture."""
    for name, scene, options in scenes:
        theme = options.get("theme")
        shown = {name: value for name, value in options.items() if name != "theme"}
        with watched(browser, site.address, reduced_motion="reduce", **shown) as (page, _):
            if theme:
                page.context.add_cookies([{"name": "theme", "value": theme, "url": site.address}])
            page.goto("/")
            scene(page)
            page.wait_for_timeout(200)
            page.screenshot(path=FOLDER / f"{name}.png")
            print(name)


def main() -> None:
    """Serve both corpora and shoot all scenes."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    embedder = compose.build_embedder(Settings(), threads=2)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = launch(playwright)
        with serving(CORPUS, Path(scratch) / "index", embedder) as site:
            shoot(browser, site, SAMPLE)
            shoot(browser, site, (("readme", source, {"viewport": {"width": 1440, "height": 800}}),))
        for scene in CHANGING:  # each on a copy, as it adds and deletes articles
            folder = Path(scratch) / scene[0]
            with serving(shutil.copytree(CORPUS, folder / "corpus"), folder / "index", embedder) as site:
                shoot(browser, site, (scene,))
        hard = write_corpus(Path(scratch) / "hard", VARIED | {"diary.md": long_article(LONG_WORDS)})
        with serving(hard, Path(scratch) / "hard-index", embedder) as site:
            shoot(browser, site, HARD)
        browser.close()
    README.parent.mkdir(exist_ok=True)
    shutil.copy(FOLDER / "readme.png", README)


if __name__ == "__main__":
    main()
