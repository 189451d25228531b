"""A real Chromium, and a watch over what it does."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
]  # fmt: skip
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_chromium() -> str | None:
    """The browser to drive, or None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def is_ci() -> bool:
    return os.environ.get("CI") == "true"


def launch(playwright: Playwright) -> Browser:
    executable = find_chromium()
    assert executable, "install Debian's chromium, or another Chromium that stands on the PATH"
    return playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)


class Watch:
    """Collects what a page should never do: errors on the console, scripts that fail, requests to other hosts."""

    def __init__(self, page: Page, address: str) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._host = urlsplit(address).netloc
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._on_request)
        page.on("dialog", self._on_dialog)

    def _on_console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def _on_request(self, request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data") and parts.netloc != self._host:
            self.complaints.append(f"request: {request.url}")

    def _on_dialog(self, dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@contextmanager
def watched(browser: Browser, address: str, **options) -> Iterator[tuple[Page, Watch]]:
    """A fresh page in a context of its own."""
    context = browser.new_context(base_url=address, **({"viewport": {"width": 1280, "height": 860}} | options))
    context.set_default_timeout(15_000)
    page = context.new_page()
    watch = Watch(page, address)
    try:
        yield page, watch
    finally:
        context.close()


def ask(page: Page, question: str) -> None:
    """Type a question, send it, and wait for the turn that answers it."""
    before = page.locator(".turn[data-answer]").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.locator(".turn[data-answer]").nth(before).wait_for()


def axe(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong, one line each; with ``rules``, by these only."""
    page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("(rules) => axe.run({ runOnly: rules })", list(rules) or AXE_TAGS)
    assert result["passes"], "axe ran no rule"
    assert [rule["error"]["message"] for rule in result["incomplete"] if "error" in rule] == []  # a rule that gave up
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
