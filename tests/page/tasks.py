"""``make tasks``: what five people come for, in Chromium: the presses each takes, and how long it waits."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from browsing import launch, watched
from playwright.sync_api import Locator, Page, sync_playwright
from serving import CORPUS, serving

from qa import compose
from qa.config import Settings

WHEN = "When did Xu Jiatun leave for San Francisco?"


@dataclass
class Hand:
    """Presses and types like a person, and keeps count; what is waited for after a press is timed."""

    page: Page
    presses: int = 0
    waits: list[float] = field(default_factory=list)

    def press(self, target: Locator) -> None:
        target.click()
        self.presses += 1

    def ask(self, question: str) -> None:
        turns = self.page.locator(".turn[data-answer]")
        before = turns.count()
        self.page.fill("#question", question)
        self.page.keyboard.press("Enter")
        self.presses += 1
        self.wait(turns.nth(before))

    def wait(self, target: Locator, most_s: float = 60) -> None:
        began = time.monotonic()
        target.wait_for(timeout=1000 * most_s)
        self.waits.append(time.monotonic() - began)


def find(hand: Hand) -> None:
    """The journalist finds a date, and sees at once whether the sentence says it."""
    hand.ask(WHEN)
    hand.wait(hand.page.locator(".exact", has_text="May 1, 1990"))


def check(hand: Hand) -> None:
    """The archivist reads the sentence where it stands in the whole document."""
    hand.ask(WHEN)
    hand.press(hand.page.locator(".source-title").first)
    hand.wait(hand.page.locator("#quote"))


def follow_up(hand: Hand) -> None:
    """The teacher asks on, with the source open, and only in that document."""
    check(hand)
    hand.press(hand.page.get_by_role("link", name="Ask in this document"))
    hand.ask("Who drove him to Hong Kong?")


def cite(hand: Hand) -> None:
    """The heavy reader takes the quotation along with its source, and puts it aside."""
    hand.ask(WHEN)
    hand.press(hand.page.locator("[data-action=copy]").first)
    hand.press(hand.page.locator("[data-action=save]").first)
    hand.wait(hand.page.locator("#status", has_text="Saved"))


def add_a_folder(hand: Hand) -> None:
    """The archivist adds a folder of 60 files with sub-folders, until all of them answer."""
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(60):
            path = Path(scratch) / "minutes" / f"19{number % 6}0" / f"meeting {number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"Meeting {number} was held in the town hall of Ystad.", "utf-8")
        hand.press(hand.page.get_by_role("link", name="Library").first)
        hand.page.set_input_files("#folder", Path(scratch) / "minutes")
        hand.presses += 2  # the button, and the choice in the system's own window
        hand.wait(hand.page.locator("#tally", has_text="60 answering"), 120)


def correct_a_date(hand: Hand) -> None:
    """The archivist corrects the date of one of them, until the index has it."""
    hand.press(hand.page.get_by_role("link", name="Library").first)
    hand.page.fill("[name=find]", "meeting-7")
    hand.page.keyboard.press("Enter")
    hand.presses += 1
    hand.press(hand.page.get_by_role("link", name="About").first)
    hand.page.get_by_label("Published").fill("1907-05-03")
    hand.press(hand.page.get_by_role("button", name="Keep"))
    hand.wait(hand.page.get_by_text("The index is up to date").first)


def find_when(hand: Hand) -> None:
    """The journalist sees what the documents tell of a year, and opens one of the sentences."""
    hand.press(hand.page.get_by_role("link", name="Timeline").first)
    hand.press(hand.page.get_by_role("link", name="1990").first)
    hand.press(hand.page.locator(".moments a").first)
    hand.wait(hand.page.locator("#quote"))


def come_back(hand: Hand) -> None:
    """The keyboard-only reader closes the page, comes back tomorrow, and has all turns."""
    hand.ask(WHEN)
    hand.ask("Who drove him to Hong Kong?")
    hand.page.goto("about:blank")
    hand.page.goto("/")
    hand.press(hand.page.locator("#conversations a").first)
    hand.wait(hand.page.locator(".turn").nth(1))


TASKS: tuple[Callable[[Hand], None], ...] = (
    find,
    check,
    follow_up,
    cite,
    find_when,
    add_a_folder,
    correct_a_date,
    come_back,
)


def main() -> None:
    """Play each task on a fresh copy of the sample corpus."""
    embedder = compose.build_embedder(Settings(), threads=1)
    print("| task | presses | waits (s) |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = launch(playwright)
        corpus = shutil.copytree(CORPUS, Path(scratch) / "corpus")
        with serving(corpus, Path(scratch) / "index", embedder) as site:
            for task in TASKS:
                permissions = ["clipboard-read", "clipboard-write"]
                with watched(browser, site.address, permissions=permissions) as (page, watch):
                    page.goto("/")
                    hand = Hand(page)
                    task(hand)
                    assert watch.complaints == [], json.dumps(watch.complaints)
                print(
                    f"| {(task.__doc__ or '').splitlines()[0]} | {hand.presses} | {sum(hand.waits):.1f} |", flush=True
                )
        browser.close()


if __name__ == "__main__":
    main()
